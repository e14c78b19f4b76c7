// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Sources and categories by name while a file is read: the index that a name has, created at first sight.

#include <map>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// At most so many sources, and as many categories: what a reader keeps of names is bounded.
inline constexpr std::size_t kMaxNames = 1 << 20;
/// Bytes of one name.
inline constexpr std::size_t kMaxNameLength = 4096;

class NameIndex {
 public:
  explicit NameIndex(Annotations& annotations) : annotations_(annotations) {}

  /// Errors: kCorrupt for an empty name and for one that is not UTF-8 or longer than kMaxNameLength;
  /// kResourceLimit beyond kMaxNames.
  Result<std::int32_t> Source(std::string_view name);
  Result<std::int32_t> Category(std::string_view name);

  /// False before the name's first use.
  bool HasSource(std::string_view name) const { return sources_.find(name) != sources_.end(); }
  bool HasCategory(std::string_view name) const { return categories_.find(name) != categories_.end(); }

 private:
  Annotations& annotations_;
  std::map<std::string, std::int32_t, std::less<>> sources_;
  std::map<std::string, std::int32_t, std::less<>> categories_;
};

}  // namespace cupel::data::annotation
