// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/name_index.h"

#include <fmt/format.h>

#include "cupel/base/utf8.h"

namespace cupel::data::annotation {
namespace {

using Names = std::map<std::string, std::int32_t, std::less<>>;

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Result<std::int32_t> NewIndex(Names& names, std::string_view name, std::string_view kind) {
  if (name.empty()) return Fail(ErrorCode::kCorrupt, fmt::format("a {} has an empty name", kind));
  if (!IsUtf8(name) || name.size() > kMaxNameLength) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the name of a {} must be UTF-8 of at most {} bytes", kind, kMaxNameLength));
  }
  if (names.size() >= kMaxNames) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} names of a {}", kMaxNames, kind));
  }
  const auto index = static_cast<std::int32_t>(names.size());
  names.emplace(name, index);
  return index;
}

}  // namespace

Result<std::int32_t> NameIndex::Source(std::string_view name) {
  if (const auto at = sources_.find(name); at != sources_.end()) return at->second;
  CUPEL_TRY(const std::int32_t index, NewIndex(sources_, name, "source"));
  annotations_.sources.emplace_back().name = name;
  return index;
}

Result<std::int32_t> NameIndex::Category(std::string_view name) {
  if (const auto at = categories_.find(name); at != categories_.end()) return at->second;
  CUPEL_TRY(const std::int32_t index, NewIndex(categories_, name, "category"));
  annotations_.categories.emplace_back(name);
  return index;
}

}  // namespace cupel::data::annotation
