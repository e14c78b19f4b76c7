// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A two-sided confidence interval.

#include <string>

namespace cupel::stats {

struct Interval {
  double low = 0;
  double high = 0;
  double level = 0.95;  ///< Nominal coverage, in (0, 1).
  std::string method;   ///< "wilson", "clopper-pearson", "bootstrap-percentile", "delong", ...
};

}  // namespace cupel::stats
