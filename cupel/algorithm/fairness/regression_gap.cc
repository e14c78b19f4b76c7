// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/regression_gap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {

std::vector<RegressionGroup> RegressionByGroup(std::span<const double> truth,
                                               std::span<const double> predicted,
                                               std::span<const std::int32_t> group_of, std::size_t groups,
                                               Loss loss) {
  CUPEL_CHECK(truth.size() == predicted.size() && truth.size() == group_of.size());
  std::vector<RegressionGroup> result(groups);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (group_of[i] < 0) continue;
    RegressionGroup& group = result[static_cast<std::size_t>(group_of[i])];
    const double residual = truth[i] - predicted[i];
    ++group.n;
    group.mean_loss += loss == Loss::kSquare ? residual * residual : std::abs(residual);
    group.mean_residual += residual;
  }
  for (RegressionGroup& group : result) {
    const auto n = static_cast<double>(std::max<std::int64_t>(1, group.n));
    group.mean_loss /= n;
    group.mean_residual /= n;
  }
  return result;
}

double BoundedGroupLoss(std::span<const RegressionGroup> groups) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const RegressionGroup& group : groups) {
    if (group.n > 0) largest = std::max(largest, group.mean_loss);
  }
  CUPEL_CHECK(std::isfinite(largest));
  return largest;
}

double MeanResidualGap(std::span<const RegressionGroup> groups) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const RegressionGroup& group : groups) {
    if (group.n == 0) continue;
    low = std::min(low, group.mean_residual);
    high = std::max(high, group.mean_residual);
  }
  CUPEL_CHECK(high >= low);
  return high - low;
}

}  // namespace cupel::algorithm::fairness
