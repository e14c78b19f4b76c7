// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts of people or things in images, by cells of a grid.
///
/// CSV, one row a cell (or one row an image, without row and column):
///
///     image        the image's name; its rows may stand anywhere; cells that are not named hold nothing
///     row, column  optional, together: the cell, from 0
///     truth, prediction   what is counted there, >= 0 for the truth
///     unit         optional: the video or camera an image belongs to
///
/// The grid of all images has 2^k rows and columns, the smallest k that holds every cell (k <= 8).

#include <filesystem>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::regression {

struct CountedCell {
  std::int32_t row = 0;
  std::int32_t column = 0;
  double truth = 0;
  double prediction = 0;
};

struct CountedImage {
  std::vector<CountedCell> cells;
  std::int32_t unit = -1;
};

class Counts : public scheme::Input {
 public:
  std::vector<CountedImage> images;
  int levels = 0;  ///< k: the grid has 2^k x 2^k cells.
  std::int64_t size() const override { return static_cast<std::int64_t>(images.size()); }
};

/// Sum over the 4^level regions of the image of |truth - prediction|. Precondition: 0 <= level <= levels.
double GameOf(const CountedImage& image, int levels, int level);

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Counts> ReadCounts(const std::filesystem::path& path);

extern const scheme::InputFormat kCounts;

}  // namespace cupel::algorithm::regression
