// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/group_rates.h"

#include "cupel/base/error.h"

namespace cupel::algorithm::evaluate {
namespace {

void Count(GroupRate& rate, std::size_t group, bool success) {
  ++rate.counts[group].n;
  if (success) ++rate.counts[group].k;
}

}  // namespace

std::vector<GroupRate> CountGroupRates(const data::dataset::Predictions& predictions,
                                       const data::dataset::GroupAttribute& attribute,
                                       std::optional<std::int32_t> positive_class) {
  CUPEL_CHECK(static_cast<std::int64_t>(attribute.group_of.size()) == predictions.n);
  const std::vector<stats::GroupCount> zero(attribute.group_names.size());
  GroupRate accuracy{"accuracy", zero};
  GroupRate selection{"selection_rate", zero};
  GroupRate tpr{"tpr", zero};
  GroupRate fpr{"fpr", zero};
  GroupRate base{"base_rate", zero};
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const std::int32_t group_or_unknown = attribute.group_of[static_cast<std::size_t>(i)];
    if (group_or_unknown < 0) continue;
    const auto group = static_cast<std::size_t>(group_or_unknown);
    const std::int32_t label = predictions.labels[static_cast<std::size_t>(i)];
    const std::int32_t predicted = predictions.Predicted(i);
    Count(accuracy, group, predicted == label);
    if (!positive_class) continue;
    const bool selected = predicted == *positive_class;
    const bool positive = label == *positive_class;
    Count(selection, group, selected);
    Count(base, group, positive);
    Count(positive ? tpr : fpr, group, selected);
  }
  if (!positive_class) return {accuracy};
  return {accuracy, selection, tpr, fpr, base};
}

data::dataset::GroupAttribute ClassAttribute(const data::dataset::Predictions& predictions) {
  return {.name = "class", .group_names = predictions.class_names, .group_of = predictions.labels};
}

}  // namespace cupel::algorithm::evaluate
