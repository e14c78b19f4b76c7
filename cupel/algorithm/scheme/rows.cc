// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::scheme {
namespace {

bool Covers(const ColumnSpec& spec, const std::string& name) {
  if (!spec.name.ends_with('*')) return spec.name == name;
  return name.size() >= spec.name.size() && name.starts_with(spec.name.substr(0, spec.name.size() - 1));
}

Result<ColumnIndex> IndexOf(const data::dataset::CsvFields& header, std::span<const ColumnSpec> specs,
                            const std::string& file) {
  std::vector<std::string> known;
  for (const ColumnSpec& spec : specs) known.push_back(spec.name);
  ColumnIndex index;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto covers = [&](const ColumnSpec& spec) { return Covers(spec, header[i]); };
    if (std::ranges::none_of(specs, covers)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("unknown column \"{}\"", header[i]), file,
                  NearestRemedy(header[i], known));
    }
    index.emplace(header[i], i);
  }
  for (const ColumnSpec& spec : specs) {
    const auto covers = [&](const std::string& name) { return Covers(spec, name); };
    if (spec.required && std::ranges::none_of(header, covers)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("the column \"{}\" is missing", spec.name), file);
    }
  }
  return index;
}

}  // namespace

const std::string& Row::Text(std::string_view column) const {
  static const std::string empty;
  const auto at = columns_.find(column);
  return at == columns_.end() ? empty : fields_[at->second];
}

Result<double> Row::Real(std::string_view column) const {
  const std::string& text = Text(column);
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (text.empty() || end != last || error != std::errc() || !std::isfinite(number)) {
    return Corrupt(fmt::format("column \"{}\" must hold a finite number, got \"{}\"", column, text));
  }
  return number;
}

Result<bool> Row::Flag(std::string_view column) const {
  const std::string& text = Text(column);
  if (text == "0" || text == "1") return text == "1";
  return Corrupt(fmt::format("column \"{}\" must hold 0 or 1, got \"{}\"", column, text));
}

Result<std::string> Row::Name(std::string_view column) const {
  if (!IsEmpty(column)) return Text(column);
  return Corrupt(fmt::format("column \"{}\" must not be empty", column));
}

tl::unexpected<Error> Row::Corrupt(std::string message, std::string remedy) const {
  return Fail(ErrorCode::kCorrupt, std::move(message), place_, std::move(remedy));
}

Status ReadRows(const std::filesystem::path& path, std::span<const ColumnSpec> columns,
                const std::function<Status(const Row&)>& on_row) {
  CUPEL_TRY(const data::dataset::LoadedFile file, data::dataset::LoadFile(path, {}));
  ColumnIndex index;
  std::int64_t rows = 0;
  const data::dataset::CsvHandlers handlers{
      .on_header = [&](const data::dataset::CsvFields& header) -> Status {
        CUPEL_TRY(index, IndexOf(header, columns, path.string()));
        return {};
      },
      .on_row = [&](const data::dataset::CsvFields& fields, const std::string& place) -> Status {
        ++rows;
        return on_row(Row(index, fields, place));
      }};
  CUPEL_TRY_STATUS(data::dataset::ReadCsv(*file.blob, path.string(), handlers));
  if (rows == 0) return Fail(ErrorCode::kInvalidArgument, "the file has no row", path.string());
  return {};
}

std::int32_t NameNumbers::Of(const std::string& name) {
  if (name.empty()) return -1;
  const auto [at, is_new] = numbers_.emplace(name, static_cast<std::int32_t>(names_.size()));
  if (is_new) names_.push_back(name);
  return at->second;
}

}  // namespace cupel::algorithm::scheme
