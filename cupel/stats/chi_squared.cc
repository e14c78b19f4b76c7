// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/chi_squared.h"

#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {

ChiSquaredTest ChiSquared(double statistic, std::int64_t degrees) {
  return {statistic, degrees, ChiSquaredUpperTail(statistic, static_cast<double>(degrees))};
}

}  // namespace cupel::stats
