// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Collects one group attribute sample by sample: values are texts, group names are sorted, an empty text is
/// unknown.

#include <map>
#include <string>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

class GroupCollector {
 public:
  explicit GroupCollector(std::string name) { attribute_.name = std::move(name); }

  /// Errors: kInvalidArgument for more than 1000 different values: that is no group attribute but a number or
  /// a name.
  Status Add(const std::string& value, const std::string& place);

  /// The attribute with its groups in the order of their names, whatever order they came in.
  GroupAttribute Finish();

 private:
  GroupAttribute attribute_;
  std::map<std::string, std::int32_t> index_;  ///< In order of appearance until Finish.
};

}  // namespace cupel::data::dataset
