// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Class names that are only known after the last row, in the memory of the classes, not of the rows.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::classification {

/// Numbers names as they come; `Finish` gives the final order: 0 .. the largest index when every name is one,
/// else the sorted names ("07" and "7" are then two classes, as indices they are one).
class ClassIndex {
 public:
  /// The name's number for now. Errors: kCorrupt for an empty name, kResourceLimit beyond kMaxClasses.
  Result<std::int32_t> Add(const std::string& name, const std::string& place);

  struct Final {
    std::vector<std::string> class_names;
    std::vector<std::int32_t> index_of;  ///< By number.
  };
  /// Errors: kResourceLimit for an index beyond kMaxClasses.
  Result<Final> Finish() const;

 private:
  std::map<std::string, std::int32_t, std::less<>> numbers_;
};

}  // namespace cupel::algorithm::classification
