// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/mean_of_queries.h"

#include <cmath>
#include <string>

#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::biometric {

check::Metric MeanOfQueries(std::span<const double> values, std::string_view stream,
                            const scheme::Options& options) {
  const auto mean = [values](std::span<const double> weights) {
    double sum = 0;
    double n = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weights[i] * values[i];
      n += weights[i];
    }
    return n > 0 ? sum / n : std::nan("");
  };
  return scheme::Bootstrapped(std::string(scheme::kValue), static_cast<std::int64_t>(values.size()), mean,
                              stream, options);
}

}  // namespace cupel::algorithm::biometric
