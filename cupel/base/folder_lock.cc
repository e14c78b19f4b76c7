// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"

namespace cupel {
namespace {

using std::chrono::milliseconds;

/// flock(2) waits for ever or not at all, so a wait that ends asks again and again, less often as it lasts.
constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{20};

/// "by process 12 (cupel)" from lines such as "1: FLOCK ADVISORY WRITE 12 fe:00:131076 0 EOF"; "elsewhere"
/// where they do not tell it, as between containers. Waiting processes have "->" as their second word.
std::string Holder(int handle) {
  struct stat status{};
  if (::fstat(handle, &status) != 0) return "elsewhere";
  const std::string folder =
      fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, manner, type, process, place;
    words >> number >> kind >> manner >> type >> process >> place;
    if (kind != "FLOCK" || place != folder) continue;
    std::ifstream name_file("/proc/" + process + "/comm");
    std::string name;
    if (!std::getline(name_file, name)) return "elsewhere";  // it has just ended, or is another container's
    return fmt::format("by process {} ({})", process, name);
  }
  return "elsewhere";
}

}  // namespace

Result<FolderLock> FolderLock::Take(const std::filesystem::path& folder, const Options& options) {
  FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.handle_ < 0) return tl::make_unexpected(SystemError(folder, "open the folder"));
  const int kind = options.shared ? LOCK_SH : LOCK_EX;
  const auto start = std::chrono::steady_clock::now();
  for (milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    if (::flock(lock.handle_, kind | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return tl::make_unexpected(SystemError(folder, "lock the folder"));
    if (Interrupt::Requested()) return Interrupt::AsError();
    const auto waited = std::chrono::steady_clock::now() - start;
    if (options.timeout_ms >= 0 && waited >= milliseconds(options.timeout_ms)) {
      const std::string holder = Holder(lock.handle_);
      return Fail(ErrorCode::kResourceLimit,
                  options.timeout_ms == 0
                      ? fmt::format("the folder is in use {}", holder)
                      : fmt::format("the folder was in use {} for {} ms", holder, options.timeout_ms),
                  folder.string(), "wait until it is free");
    }
    std::this_thread::sleep_for(pause);
  }
}

FolderLock::~FolderLock() {
  if (handle_ >= 0) ::close(handle_);
}

}  // namespace cupel
