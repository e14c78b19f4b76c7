// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One process at a time in a folder. The operating system lets go of the lock when the process ends, however
/// it ends, so no crash leaves a folder locked.

#include <filesystem>
#include <utility>

#include "cupel/base/error.h"

namespace cupel::ledger::witness {

class FolderLock {
 public:
  /// Does not wait. Errors: kNotFound, kPermission; kResourceLimit when somebody else holds it.
  static Result<FolderLock> Take(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

  /// Flushes the folder's names to disk: a rename inside it survives a power cut afterwards.
  Status Flush() const;

 private:
  explicit FolderLock(int number) : number_(number) {}
  int number_;  // the folder's file descriptor
};

/// As FolderLock::Flush, for a folder that is not locked. Errors: kNotFound, kPermission, kInternal.
Status FlushFolder(const std::filesystem::path& folder);

}  // namespace cupel::ledger::witness
