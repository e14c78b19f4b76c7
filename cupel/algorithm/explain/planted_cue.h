// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A cause that is known because we put it there: a pattern in the picture, and in the network a detector
/// that answers to it.
///
/// The network f becomes f'(x) = f(x) + strength * relu(2 r(x) - 1) * e_class, where r is the correlation of
/// x with the pattern at its place: 1 on pictures with the cue, below 1/2 on natural ones. The detector is
/// made of ordinary nodes, so every method sees an ordinary network. On a picture with the cue, f' answers
/// the class because of the cue alone; a map that does not show it does not show what the model does. The
/// same picture asked of f is the control: there the pattern is no cause, and a map that shows it anyway (an
/// edge detector does) is found out. Sources: the planted-feature tests of Yang and Kim: Benchmarking
/// attribution methods with relative feature importance, 2019; Adebayo et al.: Debugging tests, NeurIPS 2020.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::explain {

class PlantedCue {
 public:
  /// A checkerboard of the box's ends, `size` pixels a side, one pixel off the lower right corner.
  /// Errors: kInvalidArgument when samples are no pictures or the cue covers more than a quarter of them.
  static Result<PlantedCue> Create(const std::vector<std::int64_t>& sample_shape, std::int64_t size,
                                   float low, float high);

  void Plant(std::span<float> x) const;
  /// [h * w], 1 where the cue lies.
  const std::vector<std::uint8_t>& mask() const { return mask_; }

  /// The network f'. Errors: kUnsupported for the layout channels-last; those of Classifier::Create.
  Result<std::unique_ptr<executor::Classifier>> PlantDetector(const executor::Classifier& classifier,
                                                              std::int32_t target_class,
                                                              double strength) const;

 private:
  std::vector<std::int64_t> shape_;
  float low_ = 0;
  float high_ = 1;
  std::vector<std::uint8_t> mask_;  // [h * w]
  std::vector<float> sign_;         // [c * h * w]: 0, or +-1 inside.
};

}  // namespace cupel::algorithm::explain
