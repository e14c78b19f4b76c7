// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A lock on a folder, among all processes and threads that ask for it.
///
/// Promises: at most one exclusive holder and no shared one beside it; the system lets go of it when the
/// holder ends, however it ends; nothing is written. Does not promise: fairness; nor anything against
/// programs that do not ask, nor between machines that share a folder over a network file system without
/// flock(2).
///
///     CUPEL_TRY(const FolderLock lock, FolderLock::Take(folder, {.timeout_ms = 5000}));

#include <cstdint>
#include <filesystem>
#include <utility>

#include "cupel/base/error.h"

namespace cupel {

class FolderLock {
 public:
  struct Options {
    std::int64_t timeout_ms = 0;  ///< How long to wait for another holder; negative: for ever.
    bool shared = false;          ///< Beside other shared holders.
  };

  /// Errors: kNotFound, kPermission; kResourceLimit when it is still held after the time, naming the holder
  /// where the system tells it (proc(5), /proc/locks); kInterrupted when the user asks to stop while it
  /// waits.
  static Result<FolderLock> Take(const std::filesystem::path& folder, const Options& options);

  FolderLock(FolderLock&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int handle) : handle_(handle) {}
  int handle_;
};

}  // namespace cupel
