// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A new empty folder of mode 0700 under the system's temporary folder, removed with everything in it when
/// the object ends.

#include <filesystem>
#include <memory>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel::application::assess {

class TemporaryFolder {
 public:
  /// purpose: a word in the folder's name, for people who find it. Errors: kPermission.
  static Result<std::unique_ptr<TemporaryFolder>> Create(std::string_view purpose);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace cupel::application::assess
