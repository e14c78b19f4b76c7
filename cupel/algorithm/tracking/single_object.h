// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Following one object (OTB): how much the box overlaps, how near its centre is, in every frame in which the
/// truth has the object.
///
///     success(o)   = share of frames with overlap > o       success AUC = mean over o in {0, 0.05, ..., 1}
///     precision(p) = share of frames with distance <= p     published at 20 pixels
///
/// Rates of a video first, then their mean over videos. A frame without an answer has overlap 0 and no
/// distance, so it is in neither share. The first frame counts, whether or not the tracker was given it.
///
/// Source: Wu, Lim and Yang 2013 and 2015; got10k toolkit, `experiments/otb.py` (which replaces the first box
/// by the truth's before it measures; here the answer is measured as it is).

#include <array>
#include <cstdint>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::tracking {

inline constexpr std::size_t kOverlapSteps = 21;
inline constexpr std::size_t kDistanceSteps = 51;  ///< 0, 1, ..., 50 pixels.
inline constexpr double kOtbPixels = 20;

/// Sums of a unit: with several videos the rates of one (weight 1), else frames of a block.
struct SingleCounts {
  double weight = 0;
  double success = 0;
  double precision = 0;

  void Add(const SingleCounts& other, double factor);
};

struct SingleObject {
  std::vector<SingleCounts> units;
  std::array<double, kOverlapSteps> success_curve{};
  std::array<double, kDistanceSteps> precision_curve{};
  std::int64_t frames = 0;  ///< With a truth.
};

/// blocks: of the one video; 1 when there are several. pixels: >= 0.
/// Errors: kInvalidArgument for two boxes of a side in a frame, a video without a truth, or sources that do
/// not pair.
Result<SingleObject> CountSingle(const data::annotation::Annotations& truth,
                                 const data::annotation::Annotations& answer, std::int64_t blocks,
                                 double pixels);

}  // namespace cupel::algorithm::tracking
