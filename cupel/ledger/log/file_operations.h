// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What writing a log does to the file system, one function for each thing that can be interrupted.
///
/// The writer goes through this interface and nothing else, so that tests can stand in its place: count the
/// operations, fail the k-th, tear it, end the process in it, or remember all of them and work out what a
/// power cut would have left (power_cut_test.cc).
///
/// Promises (of SystemFiles): a file or folder is on disk when Sync has returned for it, a folder's Sync
/// covering the names in it and not what they name. Safe from several threads, as far as they use different
/// handles.

#include <filesystem>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::ledger::log {

class FileOperations {
 public:
  virtual ~FileOperations() = default;

  /// One folder, whose parent is there. Returns whether it is new.
  virtual Result<bool> MakeFolder(const std::filesystem::path& path) = 0;
  /// A new file, or an old one emptied. Returns a handle to be closed.
  virtual Result<int> CreateFile(const std::filesystem::path& path) = 0;
  virtual Result<int> OpenFolder(const std::filesystem::path& path) = 0;
  /// Errors: kResourceLimit when the disk is full; part of the bytes may be there.
  virtual Status Write(int handle, BytesView bytes) = 0;
  virtual Status Sync(int handle) = 0;
  virtual void Close(int handle) = 0;
  /// Atomic; replaces `to`.
  virtual Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// A file, or an empty folder. Not an error if it is not there.
  virtual Status Remove(const std::filesystem::path& path) = 0;
};

/// The operating system's.
FileOperations& SystemFiles();

}  // namespace cupel::ledger::log
