// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/step.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/rounding.h"

namespace cupel::algorithm::certify {

double Box::Magnitude(std::size_t i) const { return std::max(std::abs(low[i]), std::abs(high[i])); }

Rounding Program::MakeRounding() const {
  std::int64_t longest = 0;
  for (const Plane& plane : values) longest = std::max(longest, plane.Count());
  for (const auto& step : steps) longest = std::max(longest, step->LongestSum());
  // A few operations more for each sum: its scale, its bias, the final addition.
  return {.gamma = Gamma(longest + 16, kDoubleUnit)};
}

}  // namespace cupel::algorithm::certify
