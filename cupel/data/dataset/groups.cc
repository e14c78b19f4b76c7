// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/groups.h"

#include <fmt/format.h>

namespace cupel::data::dataset {

Status GroupCollector::Add(const std::string& value, const std::string& place) {
  constexpr std::size_t kMaxGroups = 1000;
  if (value.empty()) {
    attribute_.group_of.push_back(-1);
    return {};
  }
  const auto [found, is_new] = index_.try_emplace(value, static_cast<std::int32_t>(index_.size()));
  if (is_new && index_.size() > kMaxGroups) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("group attribute \"{}\" has more than {} different values", attribute_.name, kMaxGroups),
        place, "bin the values, for example ages into decades");
  }
  attribute_.group_of.push_back(found->second);
  return {};
}

GroupAttribute GroupCollector::Finish() {
  std::vector<std::int32_t> sorted_index(index_.size());
  for (const auto& [name, appearance] : index_) {
    sorted_index[static_cast<std::size_t>(appearance)] =
        static_cast<std::int32_t>(attribute_.group_names.size());
    attribute_.group_names.push_back(name);
  }
  for (std::int32_t& group : attribute_.group_of) {
    if (group >= 0) group = sorted_index[static_cast<std::size_t>(group)];
  }
  return std::move(attribute_);
}

}  // namespace cupel::data::dataset
