// SPDX-License-Identifier: Apache-2.0
#pragma once

/// COCO's averages of matched detections, equal to pycocotools (COCOeval.accumulate and summarize) to the
/// last bit, with NumPy's order of summation.
///
/// Precision: at 101 recalls 0, 0.01, ... 1 the largest precision at that recall or beyond, 0 where no recall
/// is so large; the mean over thresholds, recalls and classes. Recall: of all detections; the mean over
/// thresholds and classes. Classes without an object that counts are left out. Precision is right / (counted
/// + 2^-52), the reference's guard against 0 / 0.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/detection/ranking.h"

namespace cupel::algorithm::detection {

inline constexpr std::size_t kCocoRecalls = 101;

/// 0.5, 0.55, ... 0.95, as NumPy's linspace gives them.
const std::vector<double>& CocoThresholds();

/// 0, 0.01, ... 1, likewise.
const std::array<double, kCocoRecalls>& CocoRecalls();

/// Which of the rankings' thresholds an average covers.
struct Bits {
  int first = 0;
  int count = 1;
};

/// Precision at each recall, from the points at which recall rises. objects > 0.
void PrecisionAtRecalls(std::span<const RightPoint> points, double objects, std::span<double> precision);

/// Keeps its memory from one replicate to the next; not for concurrent use.
class CocoAverage {
 public:
  /// max_rank: detections beyond it (of one class in one image) are left out. rankings: must outlive this.
  CocoAverage(std::span<const Ranking> rankings, Bits bits, std::int64_t max_rank);

  /// NaN when no class has an object that counts.
  double Precision(std::span<const double> weights);
  double Recall(std::span<const double> weights);

 private:
  std::vector<const Ranking*> Present(std::span<const double> weights);
  void CollectPoints(const Ranking& ranking, std::span<const double> weights);

  std::span<const Ranking> rankings_;
  Bits bits_;
  std::int64_t max_rank_;
  std::vector<double> objects_;                  ///< Of each class that is present.
  std::vector<std::vector<RightPoint>> points_;  ///< [bit]
  std::vector<double> values_;
};

/// NumPy's sum of contiguous doubles (1.24): buffers of 8192 one after the other, each by eight running sums
/// in blocks of at most 128, added in pairs.
double NumpySum(std::span<const double> values);

}  // namespace cupel::algorithm::detection
