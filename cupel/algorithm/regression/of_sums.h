// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures that are functions of sums over samples: computed in one pass, and bootstrapped without going
/// through the samples again.
///
/// A sample adds its terms, times its weight, to the sums; the figure is a function of the sums. Units (or,
/// where samples are independent, single samples up to 10000 and groups of every 10000th beyond) keep their
/// own sums, and a replicate adds those of the units it drew (stats/count_bootstrap.h).

#include <functional>
#include <span>
#include <string_view>

#include "cupel/algorithm/regression/targets.h"

namespace cupel::algorithm::regression {

struct OfSums {
  std::size_t terms = 0;
  /// Writes the terms of sample i. The first sum is always the weights', and is not written here.
  std::function<void(std::size_t i, std::span<double> terms)> add;
  /// sums: [1 + terms], sums[0] of the weights. NaN where the figure has no value.
  std::function<double(std::span<const double> sums)> value;
};

/// Named `value`, with its BCa interval. Errors: kInvalidArgument when the figure has no value on the whole
/// set; why: what the message says.
Result<scheme::Evaluation> EvaluateSums(const Targets& targets, const OfSums& figure, std::string_view stream,
                                        std::string_view why, const scheme::Options& options);

/// Errors: kInvalidArgument when the file has no column `prediction`.
Status NeedPrediction(const Targets& targets);

}  // namespace cupel::algorithm::regression
