// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {

Result<double> SensitivityMax(const Attribution& attribution, const Question& question,
                              const SensitivityOptions& options) {
  CUPEL_TRY(const Explanation original, attribution.Explain(question));
  double norm = 0;
  for (const double value : original.values) norm += value * value;
  double largest = 0;
  for (std::int64_t draw = 0; draw < options.draws; ++draw) {
    ReproducibleStream stream(options.seed, "explain.sensitivity", question.sample,
                              static_cast<std::uint32_t>(draw));
    std::vector<float> moved(question.x.begin(), question.x.end());
    for (float& value : moved) {
      const double delta = options.radius * (2 * stream.UniformDouble() - 1);
      value = std::clamp(static_cast<float>(value + delta), options.low, options.high);
    }
    Question changed = question;
    changed.x = moved;
    CUPEL_TRY(const Explanation explanation, attribution.Explain(changed));
    double change = 0;
    for (std::size_t i = 0; i < explanation.values.size(); ++i) {
      const double delta = explanation.values[i] - original.values[i];
      change += delta * delta;
    }
    largest = std::max(largest, std::sqrt(norm > 0 ? change / norm : change));
  }
  return largest;
}

}  // namespace cupel::algorithm::explain
