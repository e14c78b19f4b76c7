// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/blended_start.h"

#include <algorithm>
#include <bit>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

// One value of the box for each square of `side` x `side` features of each channel of an image.
void DrawSquares(std::span<const std::int64_t> shape, std::int64_t side, const ThreatModel& threat,
                 ReproducibleStream& stream, std::span<float> noise) {
  const std::int64_t height = shape[1];
  const std::int64_t width = shape[2];
  std::vector<float> row(static_cast<std::size_t>(width));
  std::size_t at = 0;
  for (std::int64_t line = 0; line < shape[0] * height; ++line) {
    if (line % height % side == 0) {
      for (std::int64_t column = 0; column < width; ++column) {
        row[static_cast<std::size_t>(column)] = column % side == 0
                                                    ? stream.Uniform(threat.box_low, threat.box_high)
                                                    : row[static_cast<std::size_t>(column) - 1];
      }
    }
    std::copy(row.begin(), row.end(), noise.begin() + static_cast<std::ptrdiff_t>(at));
    at += row.size();
  }
}

}  // namespace

void Blend(std::span<const float> original, std::span<const float> far, double share, std::span<float> x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>(original[i] + share * (double{far[i]} - original[i]));
}

bool Decide(const Goal& goal, std::span<const float> logits) { return goal.MarginOf(logits) > 0; }

BlendedStart::BlendedStart(const Sample& sample)
    : sample_(sample), far_(sample.original.size()), point_(sample.original.size()) {}

bool BlendedStart::Next(std::span<float> x) {
  if (over()) return false;
  if (stage_ == Stage::kDraw) {
    DrawNoise();
    point_ = far_;
  } else {
    Blend(sample_.original, far_, static_cast<double>(step_) / kSteps, point_);
  }
  std::copy(point_.begin(), point_.end(), x.begin());
  return true;
}

void BlendedStart::See(bool adversarial) {
  if (stage_ == Stage::kDraw) {
    ++draws_;
    if (adversarial) {
      stage_ = Stage::kApproach;
      step_ = 1;
    } else if (draws_ == kDraws) {
      stage_ = Stage::kFailed;
    }
    return;
  }
  if (adversarial) {
    stage_ = Stage::kFound;
  } else if (++step_ == kSteps) {
    // The whole way is the noise itself, which is adversarial.
    stage_ = Stage::kFound;
    point_ = far_;
  }
}

void BlendedStart::DrawNoise() {
  const ThreatModel& threat = sample_.threat;
  const bool image = sample_.shape.size() == 3;
  const auto longest =
      image ? static_cast<std::uint64_t>(std::max(sample_.shape[1], sample_.shape[2])) : std::uint64_t{1};
  // Squares of side 1, 2, 4, ... up to one that covers the image; after the first round, once the mirror.
  const int sides = std::bit_width(std::bit_ceil(longest));
  if (draws_ == sides) {
    for (std::size_t i = 0; i < far_.size(); ++i)
      far_[i] = threat.box_low + (threat.box_high - sample_.original[i]);
  } else {
    ReproducibleStream stream(sample_.seed, sample_.stream,
                              static_cast<std::uint64_t>(sample_.original_index),
                              static_cast<std::uint32_t>(draws_));
    if (image) {
      DrawSquares(sample_.shape, std::int64_t{1} << draws_ % sides, threat, stream, far_);
    } else {
      for (float& value : far_) value = stream.Uniform(threat.box_low, threat.box_high);
    }
  }
  for (float& value : far_) value = std::clamp(value, threat.box_low, threat.box_high);
}

}  // namespace cupel::algorithm::inspect
