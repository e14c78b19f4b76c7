// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/composition.h"

#include <algorithm>
#include <limits>

namespace cupel::data::dataset {
namespace {

GroupComposition ComposeGroup(const GroupAttribute& attribute, std::span<const std::int32_t> labels,
                              std::size_t classes) {
  GroupComposition composition{attribute.name, attribute.group_names, {}, {}, 0};
  composition.counts.resize(attribute.group_names.size());
  composition.counts_by_class.resize(attribute.group_names.size() * classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int32_t group = attribute.group_of[i];
    if (group < 0) {
      ++composition.unknown;
      continue;
    }
    ++composition.counts[static_cast<std::size_t>(group)];
    ++composition
          .counts_by_class[static_cast<std::size_t>(group) * classes + static_cast<std::size_t>(labels[i])];
  }
  return composition;
}

}  // namespace

double Composition::ImbalanceRatio() const {
  const auto [smallest, largest] = std::ranges::minmax(class_counts);
  if (smallest == 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(largest) / static_cast<double>(smallest);
}

Composition Compose(const Dataset& dataset) {
  Composition composition;
  composition.samples = dataset.size();
  composition.class_counts.resize(dataset.info().class_names.size());
  for (const std::int32_t label : dataset.labels())
    ++composition.class_counts[static_cast<std::size_t>(label)];
  for (const GroupAttribute& attribute : dataset.group_attributes()) {
    composition.groups.push_back(ComposeGroup(attribute, dataset.labels(), composition.class_counts.size()));
  }
  return composition;
}

}  // namespace cupel::data::dataset
