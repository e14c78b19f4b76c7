// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A new empty folder that is removed with everything in it at the end of the test.

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "cupel/base/error.h"

namespace cupel::testing {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cupel-test-XXXXXX").string();
    CUPEL_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace cupel::testing
