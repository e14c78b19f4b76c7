// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which check speaks of which factor, by which metric: the table behind the scorecard.

#include <span>
#include <string_view>

namespace cupel::algorithm::score {

enum class FactorId { kWhiteBox, kQuery, kTransfer, kPhysical, kBackdoor, kMembership, kInversion };
inline constexpr int kFactors = 7;

/// How a metric becomes a score.
enum class Formula {
  kRobustAccuracy,   ///< 100 * low; together with the other attacks of the factor
  kHarm,             ///< 100 * (1 - high), high not below 0
  kHarmWhenFlagged,  ///< the same if flagged_classes > 0, else 100
  kFlag,             ///< 0 if the metric is > 0, else 100
  kArea,             ///< 100 * (1 - max(0, 2 * high - 1))
};

struct Rule {
  FactorId factor;
  std::string_view check;
  std::string_view metric;
  Formula formula;
};

std::span<const Rule> Rules();

}  // namespace cupel::algorithm::score
