// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/mot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "cupel/base/file.h"

namespace cupel::data::annotation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFields = 8;
constexpr std::int64_t kClasses = 13;
constexpr double kLargestId = 9007199254740992.0;  // 2^53: ids are read as numbers.

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The first kFields fields of a line.
std::vector<std::string_view> Fields(std::string_view line) {
  const bool commas = line.find(',') != std::string_view::npos;
  std::vector<std::string_view> fields;
  while (!line.empty() && fields.size() < kFields) {
    const std::size_t end = commas ? line.find(',') : line.find_first_of(" \t");
    fields.push_back(Trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
    if (!commas) line = Trimmed(line);
  }
  return fields;
}

Result<double> Number(std::string_view text, std::string_view what, const std::string& place) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return Fail(ErrorCode::kCorrupt, fmt::format("{} must be a finite number, got \"{}\"", what, text),
                place);
  }
  return number;
}

Result<std::int64_t> Integer(std::string_view text, std::string_view what, double low, double high,
                             const std::string& place) {
  CUPEL_TRY(const double number, Number(text, what, place));
  if (number != std::floor(number) || number < low || number > high) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} must be an integer from {} to {}, got \"{}\"", what, low, high, text), place);
  }
  return static_cast<std::int64_t>(number);
}

Result<Box> ReadBox(const std::vector<std::string_view>& fields, const std::string& place) {
  static constexpr std::array<std::string_view, 4> kNames = {"left", "top", "width", "height"};
  std::array<double, 4> values{};
  for (std::size_t k = 0; k < 4; ++k) {
    CUPEL_TRY(values[k], Number(fields[2 + k], kNames[k], place));
    if (k >= 2 && values[k] < 0) {
      return Fail(ErrorCode::kCorrupt, fmt::format("{} must be >= 0, got {}", kNames[k], values[k]), place);
    }
  }
  return Box{.x = values[0], .y = values[1], .w = values[2], .h = values[3]};
}

Result<Object> ReadObject(std::string_view line, MotRole role, const std::string& place) {
  const std::vector<std::string_view> fields = Fields(line);
  if (fields.size() < 6) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a box has at least 6 fields, got {}", fields.size()), place,
                "write frame,id,left,top,width,height[,confidence[,class]]");
  }
  Object object;
  CUPEL_TRY(const std::int64_t frame,
            Integer(fields[0], "frame", 1, static_cast<double>(kMaxMotFrame), place));
  object.frame = frame - 1;
  CUPEL_TRY(object.track, Integer(fields[1], "id", 0, kLargestId, place));
  CUPEL_TRY(object.box, ReadBox(fields, place));
  object.area = object.box.w * object.box.h;
  object.id = object.track;
  if (fields.size() > 6 && !fields[6].empty()) {
    CUPEL_TRY(const double confidence, Number(fields[6], "confidence", place));
    if (role == MotRole::kTruth) object.ignore = confidence == 0;
    if (role == MotRole::kAnswer) object.score = confidence;
  }
  if (role == MotRole::kTruth && fields.size() > 7 && !fields[7].empty()) {
    CUPEL_TRY(const std::int64_t number,
              Integer(fields[7], "class", 1, static_cast<double>(kClasses), place));
    object.category = static_cast<std::int32_t>(number - 1);
  }
  return object;
}

Annotations Empty() {
  Annotations annotations;
  annotations.categories = {"pedestrian", "person on vehicle",      "car",           "bicycle",
                            "motorbike",  "non motorised vehicle",  "static person", "distractor",
                            "occluder",   "occluder on the ground", "occluder full", "reflection",
                            "crowd"};
  for (std::int64_t id = 1; id <= kClasses; ++id) annotations.category_ids.push_back(id);
  return annotations;
}

/// Errors: kCorrupt for an id that stands twice in a frame, with the later line.
Status CheckOnceAFrame(const std::vector<Object>& objects, const std::vector<std::int64_t>& lines,
                       std::string_view name) {
  std::vector<std::size_t> order(objects.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&](std::size_t i) { return std::pair(objects[i].frame, objects[i].track); };
  std::ranges::stable_sort(order, {}, key);
  const auto twice = std::ranges::adjacent_find(order, {}, key);
  if (twice == order.end()) return {};
  const Object& object = objects[*twice];
  return Fail(ErrorCode::kCorrupt,
              fmt::format("id {} stands twice in frame {}", object.track, object.frame + 1),
              fmt::format("{}:{}", name, lines[*std::next(twice)]), "give each object its own id");
}

/// The number after "key=" at the beginning of a line.
Result<std::optional<double>> IniNumber(std::string_view text, std::string_view key,
                                        const std::string& place) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || Trimmed(line.substr(0, equals)) != key) continue;
    CUPEL_TRY(const double number, Number(Trimmed(line.substr(equals + 1)), key, place));
    return std::optional(number);
  }
  return std::optional<double>();
}

Status ReadSequenceInfo(const fs::path& path, Source& source) {
  if (!fs::is_regular_file(path)) return {};
  CUPEL_TRY(const std::string text, ReadTextFile(path, std::uint64_t{1} << 20));
  CUPEL_TRY(const std::optional<double> length, IniNumber(text, "seqLength", path.string()));
  CUPEL_TRY(const std::optional<double> rate, IniNumber(text, "frameRate", path.string()));
  if (length) {
    if (*length < static_cast<double>(source.frames) || *length > static_cast<double>(kMaxMotFrame)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("seqLength is {}, but the truth reaches frame {}", *length, source.frames),
                  path.string());
    }
    source.frames = static_cast<std::int64_t>(*length);
  }
  if (rate) source.frame_rate = *rate;
  if (length && rate && *rate > 0) source.duration = *length / *rate;
  return {};
}

void AppendVideo(Annotations video, Annotations& all) {
  const auto index = static_cast<std::int32_t>(all.sources.size());
  all.sources.push_back(std::move(video.sources.front()));
  for (Object& object : video.objects) {
    object.source = index;
    all.objects.push_back(std::move(object));
  }
}

struct VideoFile {
  std::string name;
  fs::path boxes;
  fs::path info;
};

Result<std::vector<VideoFile>> VideosOf(const fs::path& folder) {
  std::vector<VideoFile> videos;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const fs::path& path = it->path();
    if (it->is_regular_file() && path.extension() == ".txt") {
      videos.push_back({path.stem().string(), path, {}});
    } else if (fs::is_regular_file(path / "gt" / "gt.txt")) {
      videos.push_back({path.filename().string(), path / "gt" / "gt.txt", path / "seqinfo.ini"});
    }
  }
  if (error) return tl::unexpected(SystemError(folder, "list"));
  if (videos.empty()) {
    return Fail(ErrorCode::kNotFound, "the folder holds no video", folder.string(),
                "put NAME.txt or NAME/gt/gt.txt there");
  }
  std::ranges::sort(videos, {}, &VideoFile::name);
  return videos;
}

}  // namespace

Result<Annotations> ParseMot(std::string_view text, std::string_view name, MotRole role) {
  Annotations annotations = Empty();
  annotations.sources.push_back({.name = std::string(name)});
  Source& source = annotations.sources.front();
  std::vector<std::int64_t> lines;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty()) continue;
    CUPEL_TRY(Object object, ReadObject(content, role, fmt::format("{}:{}", name, line)));
    source.frames = std::max(source.frames, object.frame + 1);
    annotations.objects.push_back(std::move(object));
    lines.push_back(line);
  }
  CUPEL_TRY_STATUS(CheckOnceAFrame(annotations.objects, lines, name));
  return annotations;
}

Result<Annotations> ReadMot(const fs::path& path, MotRole role) {
  std::vector<VideoFile> videos = {{path.stem().string(), path, {}}};
  if (fs::is_directory(path)) {
    CUPEL_TRY(videos, VideosOf(path));
  }
  Annotations all = Empty();
  for (const VideoFile& video : videos) {
    CUPEL_TRY(const std::string text, ReadTextFile(video.boxes));
    CUPEL_TRY(Annotations one, ParseMot(text, video.boxes.string(), role));
    one.sources.front().name = video.name;
    CUPEL_TRY_STATUS(ReadSequenceInfo(video.info, one.sources.front()));
    AppendVideo(std::move(one), all);
  }
  return all;
}

}  // namespace cupel::data::annotation
