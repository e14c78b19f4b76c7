// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rates of each group of an attribute, by counting.

#include <optional>
#include <string>
#include <vector>

#include "cupel/data/dataset/predictions.h"
#include "cupel/stats/group_gap.h"

namespace cupel::algorithm::evaluate {

/// One rate over the groups of one attribute: counts[g] belongs to attribute.group_names[g].
struct GroupRate {
  std::string name;  ///< "accuracy", "selection_rate", "tpr", "fpr", "base_rate"
  std::vector<stats::GroupCount> counts;
};

/// accuracy: right answers / samples. With a positive class also: selection_rate: predicted positive /
/// samples; tpr: predicted positive / labelled positive; fpr: predicted positive / labelled otherwise;
/// base_rate: labelled positive / samples. A count may have n = 0. Samples of unknown group (-1) are left
/// out. Precondition: attribute.group_of has predictions.n entries.
std::vector<GroupRate> CountGroupRates(const data::dataset::Predictions& predictions,
                                       const data::dataset::GroupAttribute& attribute,
                                       std::optional<std::int32_t> positive_class);

/// The classes as if they were an attribute called "class".
data::dataset::GroupAttribute ClassAttribute(const data::dataset::Predictions& predictions);

}  // namespace cupel::algorithm::evaluate
