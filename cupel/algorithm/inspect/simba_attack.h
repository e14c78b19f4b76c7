// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SimBA: coordinate descent on the true class's probability, one basis direction a step.
///
/// Directions are drawn without replacement. Along each, x - step * q is looked at and kept when the
/// probability falls; else x + step * q is. The basis is the features (pixel) or the two-dimensional cosine
/// transform of a channel (dct), of which the `freq_dims` x `freq_dims` lowest frequencies come first, in
/// random order, and the others after them. When all directions are used, they are drawn anew.
///
/// As the authors' code (github.com/cg563/simple-blackbox-attack), except that:
/// - a point outside the ball is drawn back to its surface, so that the result counts against a budget (the
///   authors bound nothing but the number of steps);
/// - the original counts as the first query;
/// - probabilities are compared by their logarithm, which tells more apart where the model is sure.
///
/// A table (shape {d}) has no frequencies: its basis is the features.
///
/// Promises: every point obeys the threat model by the exact rule; at most `queries` points are looked at.
///
/// Source: Guo, Gardner, You, Wilson, Weinberger: Simple black-box adversarial attacks, ICML 2019, algorithm
/// 1 and section 3.1.

#include <cstdint>
#include <memory>
#include <string_view>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

enum class SimbaBasis { kPixel, kDct };

/// "pixel", "dct". Errors: kInvalidArgument.
Result<SimbaBasis> ParseSimbaBasis(std::string_view text);

struct SimbaOptions {
  std::int64_t queries = 10000;  ///< At most so many looks, >= 1, the original included.
  SimbaBasis basis = SimbaBasis::kDct;
  double step = 0.2;            ///< L2 length of a step, > 0, in the data's own unit (the paper's epsilon).
  std::int64_t freq_dims = 14;  ///< dct: so many frequencies in each direction come first, >= 1.
};

/// Preconditions: options in their ranges; samples with norm Linf or L2 and a finite epsilon. Targeted when
/// the sample's goal is.
std::unique_ptr<Attack> MakeSimbaAttack(const SimbaOptions& options);

}  // namespace cupel::algorithm::inspect
