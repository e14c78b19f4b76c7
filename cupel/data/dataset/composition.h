// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a data set is made of: how many samples of each class and of each group, and how unequal that is.
/// For the data's card and for `cupel data check`; says nothing about features.

#include <cstdint>
#include <string>
#include <vector>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

struct GroupComposition {
  std::string attribute;
  std::vector<std::string> group_names;       ///< [g]
  std::vector<std::int64_t> counts;           ///< [g]
  std::vector<std::int64_t> counts_by_class;  ///< [g, c], row-major
  std::int64_t unknown = 0;
};

struct Composition {
  std::int64_t samples = 0;
  std::vector<std::int64_t> class_counts;  ///< [c]
  std::vector<GroupComposition> groups;

  /// Largest count over smallest; 1 is balanced. Infinite when a class has no sample.
  double ImbalanceRatio() const;
};

/// Cost: one pass over labels and groups; no feature is read.
Composition Compose(const Dataset& dataset);

}  // namespace cupel::data::dataset
