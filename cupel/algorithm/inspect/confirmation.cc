// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/confirmation.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::inspect {

Result<Confirmation> ConfirmExactly(const AttackTarget& target, std::span<const float> x, const Goal& goal) {
  return tensor::Translate([&]() -> Result<Confirmation> {
    std::vector<std::int64_t> shape = target.sample_shape();
    shape.insert(shape.begin(), 1);
    CUPEL_TRY(const tensor::Tensor output,
              target.ExactLogits(tensor::FromFloats(x, shape).to(target.device().torch())));
    Confirmation confirmation;
    confirmation.logits = tensor::ToFloats(output);
    confirmation.margin = goal.MarginOf(confirmation.logits);
    if (std::isnan(confirmation.margin)) {
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity to an attacked input");
    }
    confirmation.predicted = PredictedClass(confirmation.logits);
    return confirmation;
  });
}

double MarginNoise(std::span<const float> exact, std::span<const float> search, double position_noise) {
  double difference = position_noise;
  double largest = 0;
  for (std::size_t j = 0; j < exact.size(); ++j) {
    difference = std::max(difference, std::abs(double{exact[j]} - search[j]));
    largest = std::max(largest, std::abs(double{exact[j]}));
  }
  return std::max(2 * difference, largest * 0x1p-21);
}

}  // namespace cupel::algorithm::inspect
