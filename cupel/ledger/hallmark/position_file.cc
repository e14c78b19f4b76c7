// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/position_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"
#include "cupel/crypto/key_file.h"

namespace cupel::ledger::hallmark {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;
constexpr milliseconds kPause{5};

std::filesystem::path FolderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

/// Makes the file's new name survive a power cut.
Status FlushFolder(const std::filesystem::path& folder) {
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool flushed = handle >= 0 && ::fsync(handle) == 0;
  Error error = flushed ? Error{} : SystemError(folder, "flush the folder");
  if (handle >= 0) ::close(handle);
  if (!flushed) return tl::make_unexpected(std::move(error));
  return {};
}

}  // namespace

PositionFile::PositionFile(std::filesystem::path file, std::filesystem::path key, int timeout_ms)
    : file_(std::move(file)), key_file_(std::move(key)), timeout_ms_(timeout_ms) {}

PositionFile::~PositionFile() {
  if (lock_ >= 0) ::close(lock_);
}

/// The lock is on the key's file: it is never replaced, as the position is.
Status PositionFile::Lock() {
  if (lock_ < 0) lock_ = ::open(key_file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (lock_ < 0) return tl::make_unexpected(SystemError(key_file_, "open the position's key"));
  const auto start = std::chrono::steady_clock::now();
  while (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return tl::make_unexpected(SystemError(key_file_, "lock the position"));
    if (Interrupt::Requested()) return Interrupt::AsError();
    if (std::chrono::steady_clock::now() - start >= milliseconds(timeout_ms_)) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("another process has held the position for {} ms", timeout_ms_), file_.string(),
                  "wait until it is done");
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

Result<std::optional<VerifiedPosition>> PositionFile::Load() {
  std::error_code ignored;
  if (!std::filesystem::is_directory(FolderOf(file_), ignored)) {
    return Fail(ErrorCode::kNotFound, "the position's folder is not there", FolderOf(file_).string(),
                "make it, or mount its disk; a position that is away must not pass for a new one");
  }
  CUPEL_TRY(key_, crypto::LoadOrCreateLogKey(key_file_));
  CUPEL_TRY_STATUS(Lock());
  const auto note = ReadTextFile(file_, kMostBytes);
  if (!note && note.error().code == ErrorCode::kNotFound) return std::optional<VerifiedPosition>();
  if (!note) return tl::make_unexpected(note.error());
  auto position = VerifiedPosition::Open(*note, key_->Public());
  if (!position) return FailAt(file_.string(), std::move(position).error());
  return std::optional(*std::move(position));
}

Status PositionFile::Save(const VerifiedPosition& position) {
  CUPEL_CHECK(key_.has_value() && lock_ >= 0);
  CUPEL_TRY(const std::string note, position.Sign(*key_));
  CUPEL_TRY_STATUS(WriteFileAtomic(file_, std::string_view(note), 0600));
  return FlushFolder(FolderOf(file_));
}

}  // namespace cupel::ledger::hallmark
