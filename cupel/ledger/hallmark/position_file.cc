// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/position_file.h"

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/log/durable_write.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20;

std::filesystem::path FolderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

PositionFile::PositionFile(std::filesystem::path file, std::filesystem::path key, int timeout_ms)
    : file_(std::move(file)), key_file_(std::move(key)), timeout_ms_(timeout_ms) {}

Result<std::optional<VerifiedPosition>> PositionFile::Load() {
  std::error_code ignored;
  if (!std::filesystem::is_directory(FolderOf(file_), ignored)) {
    return Fail(ErrorCode::kNotFound, "the position's folder is not there", FolderOf(file_).string(),
                "make it, or mount its disk; a position that is away must not pass for a new one");
  }
  CUPEL_TRY(key_, crypto::LoadOrCreateLogKey(key_file_));
  if (!lock_) {
    CUPEL_TRY(lock_, FolderLock::Take(FolderOf(file_), {.timeout_ms = timeout_ms_}));
  }
  const auto note = ReadTextFile(file_, kMostBytes);
  if (!note && note.error().code == ErrorCode::kNotFound) return std::optional<VerifiedPosition>();
  if (!note) return tl::make_unexpected(note.error());
  auto position = VerifiedPosition::Open(*note, key_->Public());
  if (!position) return FailAt(file_.string(), std::move(position).error());
  return std::optional(*std::move(position));
}

Status PositionFile::Save(const VerifiedPosition& position) {
  CUPEL_CHECK(key_.has_value() && lock_.has_value());
  CUPEL_TRY(const std::string note, position.Sign(*key_));
  CUPEL_TRY_STATUS(WriteFileAtomic(file_, std::string_view(note), 0600));
  return log::SyncFolders(log::SystemFiles(), {FolderOf(file_)});
}

}  // namespace cupel::ledger::hallmark
