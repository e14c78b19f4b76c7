// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"

namespace cupel::ledger::log {
namespace {

using std::chrono::milliseconds;

/// flock(2) waits for ever or not at all, so a wait that ends asks again and again, less often as it lasts.
constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{20};

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
      return Fail(ErrorCode::kResourceLimit,
                  options.timeout_ms == 0
                      ? "the log is open elsewhere"
                      : fmt::format("the log was in use elsewhere for {} ms", options.timeout_ms),
                  folder.string(), "wait until it is free, or allow a longer wait");
    }
    std::this_thread::sleep_for(pause);
  }
}

FolderLock::~FolderLock() {
  if (handle_ >= 0) ::close(handle_);
}

}  // namespace cupel::ledger::log
