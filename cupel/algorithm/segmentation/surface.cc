// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "cupel/base/error.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::segmentation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Lower envelope of parabolas along one line: value[q] = min over p of start[p] + (step (q - p))^2.
class LineTransform {
 public:
  LineTransform(std::size_t longest, double step)
      : step_(step), start_(longest), base_(longest), from_(longest + 1) {}

  void Apply(double* values, std::size_t count, std::size_t stride) {
    std::size_t parabolas = 0;
    for (std::size_t q = 0; q < count; ++q) {
      const double height = values[q * stride];
      if (height == kInfinity) continue;
      double crossing = -kInfinity;
      while (parabolas > 0) {
        crossing = Crossing(parabolas - 1, height, q);
        if (crossing > from_[parabolas - 1]) break;
        --parabolas;
        crossing = -kInfinity;
      }
      base_[parabolas] = q;
      start_[parabolas] = height;
      from_[parabolas] = crossing;
      ++parabolas;
    }
    if (parabolas == 0) return;
    std::size_t at = 0;
    for (std::size_t q = 0; q < count; ++q) {
      while (at + 1 < parabolas && from_[at + 1] < static_cast<double>(q)) ++at;
      const double away = (static_cast<double>(q) - static_cast<double>(base_[at])) * step_;
      values[q * stride] = start_[at] + away * away;
    }
  }

 private:
  /// Where the parabola at q becomes the lower one.
  double Crossing(std::size_t parabola, double height, std::size_t q) const {
    const auto p = static_cast<double>(base_[parabola]);
    const auto r = static_cast<double>(q);
    return ((height - start_[parabola]) / (step_ * step_) + r * r - p * p) / (2 * (r - p));
  }

  double step_;
  std::vector<double> start_;
  std::vector<std::size_t> base_;
  std::vector<double> from_;
};

/// Applies the transform to all lines along one axis.
void TransformAxis(std::vector<double>& values, std::size_t count, std::size_t stride, double step) {
  if (count <= 1) return;
  LineTransform line(count, step);
  const std::size_t block = count * stride;
  for (std::size_t outer = 0; outer < values.size(); outer += block) {
    for (std::size_t inner = 0; inner < stride; ++inner) line.Apply(&values[outer + inner], count, stride);
  }
}

std::size_t Index(const Grid& grid, std::int64_t z, std::int64_t y, std::int64_t x) {
  return static_cast<std::size_t>((z * grid.height + y) * grid.width + x);
}

bool IsSet(const Grid& grid, std::int64_t z, std::int64_t y, std::int64_t x) {
  return z >= 0 && y >= 0 && x >= 0 && z < grid.depth && y < grid.height && x < grid.width &&
         grid.set[Index(grid, z, y, x)] != 0;
}

struct Border {
  Grid points;
  std::vector<double> weight;  ///< Beside points.set.
};

Border BorderPixels(const Grid& grid) {
  Border border{grid, {}};
  for (std::int64_t z = 0; z < grid.depth; ++z) {
    for (std::int64_t y = 0; y < grid.height; ++y) {
      for (std::int64_t x = 0; x < grid.width; ++x) {
        if (!IsSet(grid, z, y, x)) continue;
        const bool inside = IsSet(grid, z, y - 1, x) && IsSet(grid, z, y + 1, x) &&
                            IsSet(grid, z, y, x - 1) && IsSet(grid, z, y, x + 1) &&
                            (grid.depth == 1 || (IsSet(grid, z - 1, y, x) && IsSet(grid, z + 1, y, x)));
        if (inside) border.points.set[Index(grid, z, y, x)] = 0;
      }
    }
  }
  border.weight.assign(border.points.set.begin(), border.points.set.end());
  return border;
}

/// Length of the contour at a corner by which of its four pixels are set: top left 8, top right 4, bottom
/// left 2, bottom right 1. One or three: a diagonal cut; two neighbours: a straight line; two opposite: two
/// cuts.
double ContourLength(int code, const Spacing& spacing) {
  const double cut = 0.5 * std::sqrt(spacing.height * spacing.height + spacing.width * spacing.width);
  switch (code) {
    case 0b0011:
    case 0b1100: return spacing.width;
    case 0b0101:
    case 0b1010: return spacing.height;
    case 0b0110:
    case 0b1001: return 2 * cut;
    case 0b0000:
    case 0b1111: return 0;
    default: return cut;
  }
}

/// Corners of [h + 1, w + 1].
Border ContourCorners(const Grid& grid, const Spacing& spacing) {
  Border border;
  border.points = {.depth = 1, .height = grid.height + 1, .width = grid.width + 1, .set = {}};
  for (std::int64_t y = 0; y <= grid.height; ++y) {
    for (std::int64_t x = 0; x <= grid.width; ++x) {
      const int code = (IsSet(grid, 0, y - 1, x - 1) ? 8 : 0) + (IsSet(grid, 0, y - 1, x) ? 4 : 0) +
                       (IsSet(grid, 0, y, x - 1) ? 2 : 0) + (IsSet(grid, 0, y, x) ? 1 : 0);
      border.points.set.push_back(code != 0 && code != 15);
      border.weight.push_back(ContourLength(code, spacing));
    }
  }
  return border;
}

/// Distances from the border `from` to the border `to`, rising; equal ones by rising weight.
void MeasureDirection(const Border& from, const Border& to, const Spacing& spacing,
                      std::vector<double>& distances, std::vector<double>& weights) {
  const std::vector<double> squared = SquaredDistances(to.points, spacing);
  std::vector<std::pair<double, double>> found;
  for (std::size_t k = 0; k < squared.size(); ++k) {
    if (from.points.set[k] != 0) found.emplace_back(std::sqrt(squared[k]), from.weight[k]);
  }
  std::ranges::sort(found);
  for (const auto& [distance, weight] : found) {
    distances.push_back(distance);
    weights.push_back(weight);
  }
}

double DirectedPercentile(const std::vector<double>& distances, const std::vector<double>& weights,
                          double percentile, BorderMode mode) {
  if (distances.empty()) return kInfinity;
  if (distances.back() == kInfinity) return kInfinity;
  if (mode == BorderMode::kPixels) return stats::SortedQuantile(distances, percentile / 100);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double summed = 0;
  for (std::size_t k = 0; k < distances.size(); ++k) {
    summed += weights[k];
    if (summed / total >= percentile / 100) return distances[k];
  }
  return distances.back();
}

}  // namespace

Grid PixelsOf(const LabelMap& map, std::int32_t label) {
  Grid grid{.depth = map.depth, .height = map.height, .width = map.width, .set = {}};
  grid.set.reserve(map.size());
  for (const std::int32_t other : map.labels) grid.set.push_back(other == label);
  return grid;
}

std::vector<double> SquaredDistances(const Grid& grid, const Spacing& spacing) {
  std::vector<double> values(grid.set.size());
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = grid.set[k] != 0 ? 0 : kInfinity;
  const auto height = static_cast<std::size_t>(grid.height);
  const auto width = static_cast<std::size_t>(grid.width);
  TransformAxis(values, static_cast<std::size_t>(grid.depth), height * width, spacing.depth);
  TransformAxis(values, height, width, spacing.height);
  TransformAxis(values, width, 1, spacing.width);
  return values;
}

BorderDistances MeasureBorders(const Grid& truth, const Grid& answer, const Spacing& spacing,
                               BorderMode mode) {
  CUPEL_CHECK(truth.set.size() == answer.set.size() && (mode == BorderMode::kPixels || truth.depth == 1));
  const auto border = [&](const Grid& grid) {
    return mode == BorderMode::kPixels ? BorderPixels(grid) : ContourCorners(grid, spacing);
  };
  const Border truth_border = border(truth);
  const Border answer_border = border(answer);
  BorderDistances distances;
  MeasureDirection(truth_border, answer_border, spacing, distances.from_truth, distances.truth_weight);
  MeasureDirection(answer_border, truth_border, spacing, distances.from_answer, distances.answer_weight);
  return distances;
}

double Hausdorff(const BorderDistances& distances, double percentile, BorderMode mode) {
  return std::max(DirectedPercentile(distances.from_truth, distances.truth_weight, percentile, mode),
                  DirectedPercentile(distances.from_answer, distances.answer_weight, percentile, mode));
}

double AverageDistance(const BorderDistances& distances) {
  double sum = 0, total = 0;
  for (const auto& [values, weights] : {std::pair(&distances.from_truth, &distances.truth_weight),
                                        std::pair(&distances.from_answer, &distances.answer_weight)}) {
    for (std::size_t k = 0; k < values->size(); ++k) {
      sum += (*values)[k] * (*weights)[k];
      total += (*weights)[k];
    }
  }
  return sum / total;
}

double SurfaceDice(const BorderDistances& distances, double tolerance) {
  double near = 0, total = 0;
  for (const auto& [values, weights] : {std::pair(&distances.from_truth, &distances.truth_weight),
                                        std::pair(&distances.from_answer, &distances.answer_weight)}) {
    for (std::size_t k = 0; k < values->size(); ++k) {
      if ((*values)[k] <= tolerance) near += (*weights)[k];
      total += (*weights)[k];
    }
  }
  return near / total;
}

}  // namespace cupel::algorithm::segmentation
