// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Predictions as the fairness checks want them: yes-or-no decisions about one class, and its score.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/fairness/cells.h"

namespace cupel::algorithm::fairness {

struct Decisions {
  std::vector<Outcome> outcomes;  ///< [n]
  /// [n], probability of the positive class; empty when the file says no more than the answer.
  std::vector<double> scores;
};

/// With the parameters "positive_class" (empty: the second of two) and "threshold" (0: the class that was
/// answered; else selected means a probability >= threshold, up to 1e-6, which float32 logarithms cost).
/// Errors: kInvalidArgument without samples, for sizes that disagree, an unknown class (nearest named), or no
/// class when there are not two.
Result<Decisions> Decide(const data::dataset::Predictions& predictions, const check::Parameters& parameters);

/// The attributes that the parameter "attributes" names; empty: all. Errors: kInvalidArgument for an unknown
/// one (nearest named), or groups that do not fit the samples.
Result<std::vector<data::dataset::GroupAttribute>> ChosenAttributes(
    const data::dataset::Predictions& predictions, const check::Parameters& parameters);

/// All attributes. Errors: kInvalidArgument for groups that do not fit the samples.
Result<std::vector<data::dataset::GroupAttribute>> CheckedAttributes(
    const data::dataset::Predictions& predictions);

/// The parameters that both checks declare: attributes, positive_class, threshold, level.
std::vector<check::ParameterSpec> InputSpecs();

/// An integer parameter.
check::ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high,
                                 std::string unit, check::Text meaning);

}  // namespace cupel::algorithm::fairness
