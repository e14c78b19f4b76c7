// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/regression/counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <unordered_set>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Row;

constexpr double kMaxCells = 256;

Result<std::int32_t> CellIndex(const Row& row, std::string_view column) {
  CUPEL_TRY(const double value, row.Real(column));
  if (value < 0 || value >= kMaxCells || value != std::floor(value)) {
    return row.Corrupt(fmt::format("column \"{}\" must hold a whole number in 0 .. 255", column));
  }
  return static_cast<std::int32_t>(value);
}

Result<CountedCell> CellOf(const Row& row) {
  CountedCell cell;
  const bool has_row = row.columns().contains("row");
  if (has_row != row.columns().contains("column")) {
    return row.Corrupt("the columns row and column come together");
  }
  if (has_row) {
    CUPEL_TRY(cell.row, CellIndex(row, "row"));
    CUPEL_TRY(cell.column, CellIndex(row, "column"));
  }
  CUPEL_TRY(cell.truth, row.Real("truth"));
  CUPEL_TRY(cell.prediction, row.Real("prediction"));
  if (cell.truth < 0) return row.Corrupt("column \"truth\" must be at least 0");
  return cell;
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Counts counts, ReadCounts(sources.predictions));
  return std::make_unique<Counts>(std::move(counts));
}

}  // namespace

Result<Counts> ReadCounts(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 6> kColumns{{{"image", true},
                                                           {"row", false},
                                                           {"column", false},
                                                           {"truth", true},
                                                           {"prediction", true},
                                                           {"unit", false}}};
  Counts counts;
  scheme::NameNumbers names;
  scheme::NameNumbers units;
  std::unordered_set<std::uint64_t> seen;
  std::int32_t last = 0;
  CUPEL_TRY_STATUS(scheme::ReadRows(path, kColumns, [&](const Row& row) -> Status {
    CUPEL_TRY(const std::string name, row.Name("image"));
    CUPEL_TRY(const CountedCell cell, CellOf(row));
    const std::int32_t unit = units.Of(row.Text("unit"));
    const auto number = static_cast<std::size_t>(names.Of(name));
    if (number == counts.images.size()) counts.images.push_back({{}, unit});
    CountedImage& image = counts.images[number];
    if (image.unit != unit) return row.Corrupt("the rows of one image differ in unit");
    const std::uint64_t key = number << 16 | static_cast<std::uint64_t>(cell.row << 8 | cell.column);
    if (!seen.insert(key).second) return row.Corrupt("this cell of the image was given before");
    image.cells.push_back(cell);
    last = std::max({last, cell.row, cell.column});
    return {};
  }));
  counts.levels = std::bit_width(static_cast<std::uint32_t>(last));
  return counts;
}

double GameOf(const CountedImage& image, int levels, int level) {
  CUPEL_CHECK(level >= 0 && level <= levels);
  std::map<std::pair<std::int32_t, std::int32_t>, double> regions;
  for (const CountedCell& cell : image.cells) {
    regions[{cell.row >> (levels - level), cell.column >> (levels - level)}] += cell.prediction - cell.truth;
  }
  double sum = 0;
  for (const auto& [region, difference] : regions) sum += std::abs(difference);
  return sum;
}

const scheme::InputFormat kCounts{
    .name = "counts",
    .meaning =
        {"CSV, one row a cell of an image, or an image: image, truth, prediction, optional row and column "
         "(from 0), unit",
         "CSV，每行为图像的一个网格单元或整幅图像：image、truth、prediction，可选 row 与 column（从 0 "
         "起）、unit"},
    .read = Read};

}  // namespace cupel::algorithm::regression
