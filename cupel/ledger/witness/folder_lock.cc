// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cupel::ledger::witness {
namespace {

Result<int> OpenFolder(const std::filesystem::path& folder) {
  const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number >= 0) return number;
  const bool absent = errno == ENOENT || errno == ENOTDIR;
  return Fail(absent ? ErrorCode::kNotFound : ErrorCode::kPermission,
              fmt::format("cannot open the folder: {}", std::strerror(errno)), folder.string(),
              "check the path");
}

Status FlushNumber(int number) {
  if (::fsync(number) == 0) return {};
  return Fail(ErrorCode::kInternal, fmt::format("cannot flush a folder: {}", std::strerror(errno)));
}

}  // namespace

Result<FolderLock> FolderLock::Take(const std::filesystem::path& folder) {
  CUPEL_TRY(const int number, OpenFolder(folder));
  FolderLock lock(number);
  if (::flock(number, LOCK_EX | LOCK_NB) != 0) {
    return Fail(ErrorCode::kResourceLimit, "another process is using the folder", folder.string(),
                "wait until it ends");
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (number_ >= 0) ::close(number_);
}

Status FolderLock::Flush() const { return FlushNumber(number_); }

Status FlushFolder(const std::filesystem::path& folder) {
  CUPEL_TRY(const int number, OpenFolder(folder));
  Status status = FlushNumber(number);
  ::close(number);
  return status;
}

}  // namespace cupel::ledger::witness
