// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Frame by frame: every frame of every recording is one sample, positive where the truth shows the category.
///
/// Labels come from frame records; a side that has none is labelled from its events (frame f is in an event
/// when start <= f / rate < end). A frame's score is the largest that the answers give it; a frame that they
/// do not mention lies below every score. Frames of one video depend on each other, so intervals draw whole
/// recordings.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct FrameTable {
  struct Row {
    double score = 0;  ///< -infinity where the answers say nothing.
    std::uint32_t source = 0;
    bool positive = false;
  };
  std::vector<Row> rows;           ///< All frames, in the order of recordings and time.
  std::vector<std::size_t> first;  ///< [source + 1], where each recording's rows begin.
};

/// category: one of the input's, or empty for "any": a frame is positive when it shows any category.
/// Frames of a recording: its `frames`, else duration * frame rate, else up to the last frame labelled.
/// Errors: kInvalidArgument for an unknown category (the nearest is named), events without a frame rate, and
/// more than 2^27 frames.
Result<FrameTable> TabulateFrames(const EventInput& input, std::string_view category);

/// Rows by falling score with ties together; weighted statistics walk it once.
class FrameRanking {
 public:
  explicit FrameRanking(const FrameTable& table);

  /// Area under the ROC curve, ties one half; NaN when one class has no weight.
  double Auc(std::span<const double> weights) const;
  /// Where the false positive rate equals the false negative rate on the ROC's straight lines; NaN likewise.
  double EqualErrorRate(std::span<const double> weights) const;
  /// The lowest score at which the false positive rate is at most `limit`, of the whole sample; +infinity
  /// when every score is above it.
  double ThresholdAt(double limit) const;

  struct Point {
    double fpr = 0;
    double tpr = 0;
  };
  std::vector<Point> Roc(std::span<const double> weights) const;

 private:
  std::vector<FrameTable::Row> rows_;
};

}  // namespace cupel::algorithm::event
