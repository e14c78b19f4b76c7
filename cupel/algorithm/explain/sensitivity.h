// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sensitivity-max: how far a map moves when the input moves a little.

#include "cupel/algorithm/explain/attribution.h"

namespace cupel::algorithm::explain {

struct SensitivityOptions {
  double radius = 0.02;     ///< Largest change of a feature, in the data's units.
  std::int64_t draws = 10;  ///< >= 1
  float low = 0;            ///< Changed inputs stay in the box.
  float high = 1;
  std::uint64_t seed = 0;
};

/// max over draws of |phi(x + delta) - phi(x)| / |phi(x)|, Euclidean norms, delta uniform in [-radius,
/// radius]; the baseline stays. A Monte Carlo lower bound of the maximum. 0 when phi(x) is 0 and stays so,
/// and the norm of the change itself when phi(x) alone is 0. Source: Yeh et al., NeurIPS 2019, definition 3
/// (Captum's sensitivity_max). Errors: those of the method.
Result<double> SensitivityMax(const Attribution& attribution, const Question& question,
                              const SensitivityOptions& options);

}  // namespace cupel::algorithm::explain
