// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/class_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/classification/columns.h"

namespace cupel::algorithm::classification {
namespace {

tl::unexpected<Error> TooMany(std::string place) {
  return Fail(ErrorCode::kResourceLimit, fmt::format("there are more than {} classes", kMaxClasses),
              std::move(place));
}

bool IsIndex(const std::string& text) {
  return text.size() <= 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<std::int32_t> ClassIndex::Add(const std::string& name, const std::string& place) {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  if (name.empty()) return Fail(ErrorCode::kCorrupt, "a label or prediction is empty", place);
  if (numbers_.size() >= kMaxClasses) return TooMany(place);
  const auto number = static_cast<std::int32_t>(numbers_.size());
  numbers_.emplace(name, number);
  return number;
}

Result<ClassIndex::Final> ClassIndex::Finish() const {
  Final result;
  result.index_of.resize(numbers_.size());
  const bool indices = std::ranges::all_of(numbers_, [](const auto& entry) { return IsIndex(entry.first); });
  std::int32_t next = 0;
  std::int32_t largest = -1;
  for (const auto& [name, number] : numbers_) {
    const std::int32_t index = indices ? static_cast<std::int32_t>(std::stol(name)) : next++;
    result.index_of[static_cast<std::size_t>(number)] = index;
    largest = std::max(largest, index);
    if (!indices) result.class_names.push_back(name);
  }
  if (largest >= static_cast<std::int32_t>(kMaxClasses)) return TooMany("");
  if (indices) result.class_names = data::dataset::NumberedClasses(largest + 1);
  return result;
}

}  // namespace cupel::algorithm::classification
