// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/class_differences.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace cupel::algorithm::inspect {

std::vector<std::int32_t> LikeliestRivals(std::span<const float> logits, std::int32_t label, int most) {
  std::vector<std::int32_t> rivals;
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(logits.size()); ++k) {
    if (k != label) rivals.push_back(k);
  }
  std::ranges::stable_sort(rivals, std::ranges::greater{},
                           [&](std::int32_t k) { return logits[static_cast<std::size_t>(k)]; });
  rivals.resize(std::min(rivals.size(), static_cast<std::size_t>(most)));
  return rivals;
}

void DifferenceGradient(std::int32_t rival, std::int32_t label, std::span<float> gradient) {
  gradient[static_cast<std::size_t>(rival)] = 1;
  gradient[static_cast<std::size_t>(label)] = -1;
}

double DualNorm(Norm norm, std::span<const float> gradient) {
  double sum = 0;
  for (const float value : gradient) {
    const double w = std::abs(double{value});
    switch (norm) {
      case Norm::kLinf: sum += w; break;
      case Norm::kL2: sum += w * w; break;
      case Norm::kL1: sum = w <= sum || std::isnan(sum) ? sum : w; break;
    }
  }
  return norm == Norm::kL2 ? std::sqrt(sum) : sum;
}

NearestClass FindNearestClass(Norm norm, std::span<const float> logits, std::span<const float> gradients,
                              std::span<const std::int32_t> rivals, std::int32_t label) {
  NearestClass nearest{.distance = std::numeric_limits<double>::infinity()};
  const std::size_t d = gradients.size() / rivals.size();
  for (std::size_t k = 0; k < rivals.size(); ++k) {
    const std::span<const float> gradient = gradients.subspan(k * d, d);
    const double steepness = DualNorm(norm, gradient);
    if (!(steepness > 0) || !std::isfinite(steepness)) continue;
    const double difference =
        double{logits[static_cast<std::size_t>(rivals[k])]} - logits[static_cast<std::size_t>(label)];
    const double distance = std::abs(difference) / steepness;
    if (!(distance < nearest.distance)) continue;
    nearest = {rivals[k], difference, steepness, distance, gradient};
  }
  return nearest;
}

double LogitRounding(std::span<const float> logits) {
  double largest = 0;
  for (const float z : logits) largest = std::max(largest, std::abs(double{z}));
  return largest * 0x1p-16;
}

}  // namespace cupel::algorithm::inspect
