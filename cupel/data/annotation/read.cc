// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/read.h"

#include <algorithm>
#include <array>

#include "cupel/base/file.h"
#include "cupel/data/annotation/actev.h"
#include "cupel/data/annotation/coco.h"
#include "cupel/data/annotation/dcase.h"
#include "cupel/data/annotation/jsonl.h"

namespace cupel::data::annotation {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 31;
/// So much of a file is looked at to recognise it.
constexpr std::size_t kHead = 1 << 16;

std::string_view Head(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, kHead);
}

bool IsJsonLines(std::string_view text) {
  const std::string_view head = Head(text);
  const std::string_view line = head.substr(0, head.find('\n'));
  return line.starts_with('{') && line.find("\"format\"") != std::string_view::npos &&
         line.find("cupel-annotations/") != std::string_view::npos;
}

bool IsActev(std::string_view text) {
  const std::string_view head = Head(text);
  return head.starts_with('{') && !IsJsonLines(text) &&
         (head.find("\"filesProcessed\"") != std::string_view::npos ||
          head.find("\"activities\"") != std::string_view::npos);
}

bool IsCoco(std::string_view text) {
  const std::string_view head = Head(text);
  return head.starts_with('{') && !IsJsonLines(text) && !IsActev(text) &&
         (head.find("\"images\"") != std::string_view::npos ||
          head.find("\"categories\"") != std::string_view::npos);
}

/// Tabs in the first line that says something, and no JSON.
bool IsDcase(std::string_view text) {
  const std::string_view head = Head(text);
  return !head.starts_with('{') && !head.starts_with('[') &&
         head.substr(0, head.find('\n')).find('\t') != std::string_view::npos;
}

Result<Annotations> ReadJsonLines(const NamedText& file, const std::optional<NamedText>&) {
  return ParseJsonLines(file.text, file.name);
}

Result<Annotations> ReadActev(const NamedText& file, const std::optional<NamedText>& companion) {
  if (!companion) {
    return Fail(ErrorCode::kInvalidArgument, "ActEV activities need a file index with the frame rates",
                file.name, "put it beside the file, under the same name with .file-index.json");
  }
  return ParseActev(file.text, file.name, companion->text, companion->name);
}

Result<Annotations> ReadCoco(const NamedText& file, const std::optional<NamedText>&) {
  return ParseCocoTruth(file.text, file.name);
}

Result<Annotations> ReadDcase(const NamedText& file, const std::optional<NamedText>& companion) {
  return companion ? ParseDcase(file.text, file.name, companion->text, companion->name)
                   : ParseDcase(file.text, file.name);
}

constexpr std::array kFormats = {
    Format{"jsonl", "", IsJsonLines, ReadJsonLines},
    Format{"actev", ".file-index.json", IsActev, ReadActev},
    Format{"coco", "", IsCoco, ReadCoco},
    Format{"dcase", ".durations.tsv", IsDcase, ReadDcase},
};

Result<NamedText> ReadNamed(const std::filesystem::path& path) {
  CUPEL_TRY(std::string text, ReadTextFile(path, kMaxBytes));
  return NamedText{std::move(text), path.string()};
}

}  // namespace

std::span<const Format> Formats() { return kFormats; }

Result<Annotations> Parse(const NamedText& file, const std::optional<NamedText>& companion) {
  for (const Format& format : kFormats) {
    if (format.recognises(file.text)) return format.parse(file, companion);
  }
  std::string known;
  for (const Format& format : kFormats) known += (known.empty() ? "" : ", ") + std::string(format.name);
  return Fail(ErrorCode::kUnsupported, "this is no annotation file that Cupel knows", file.name,
              "known formats: " + known + " (docs/formats/annotations.md)");
}

std::optional<std::filesystem::path> CompanionBeside(const std::filesystem::path& path) {
  for (const Format& format : kFormats) {
    if (format.companion.empty()) continue;
    std::filesystem::path beside = path;
    beside.replace_extension(format.companion);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(beside, ignored)) return beside;
  }
  return std::nullopt;
}

Result<Annotations> Read(const std::filesystem::path& path,
                         const std::optional<std::filesystem::path>& companion) {
  CUPEL_TRY(const NamedText file, ReadNamed(path));
  const std::optional<std::filesystem::path> at = companion ? companion : CompanionBeside(path);
  if (!at) return Parse(file, std::nullopt);
  CUPEL_TRY(NamedText beside, ReadNamed(*at));
  return Parse(file, std::move(beside));
}

}  // namespace cupel::data::annotation
