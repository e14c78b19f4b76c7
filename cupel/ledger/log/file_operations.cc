// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/file_operations.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cupel/base/file.h"

namespace cupel::ledger::log {
namespace {

tl::unexpected<Error> Refused(const std::filesystem::path& path, std::string_view action) {
  return tl::make_unexpected(SystemError(path, action));
}

class SystemFileOperations final : public FileOperations {
 public:
  Result<bool> MakeFolder(const std::filesystem::path& path) override {
    if (::mkdir(path.c_str(), 0777) == 0) return true;
    struct stat status{};
    if (errno == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return false;
    return Refused(path, "create the folder");
  }

  Result<int> CreateFile(const std::filesystem::path& path) override {
    const int handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (handle < 0) return Refused(path, "write the file");
    return handle;
  }

  Result<int> OpenFolder(const std::filesystem::path& path) override {
    const int handle = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return Refused(path, "open the folder");
    return handle;
  }

  Status Write(int handle, BytesView bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(handle, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Refused({}, "write the file");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

  Status Sync(int handle) override {
    if (::fsync(handle) != 0) return Refused({}, "flush to disk");
    return {};
  }

  void Close(int handle) override { ::close(handle); }

  Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return Refused(to, "replace the file");
    return {};
  }

  Status Remove(const std::filesystem::path& path) override {
    if (std::remove(path.c_str()) != 0 && errno != ENOENT) return Refused(path, "remove the file");
    return {};
  }
};

}  // namespace

FileOperations& SystemFiles() {
  static SystemFileOperations operations;
  return operations;
}

}  // namespace cupel::ledger::log
