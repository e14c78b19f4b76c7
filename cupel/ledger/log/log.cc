// SPDX-License-Identifier: Apache-2.0
// Writing a log: tiles first, the checkpoint last.
#include "cupel/ledger/log/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/ledger/log/stored_log.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileWidth;
using merkle::TileId;

/// Held while a process writes the log; the system lets go of it when the process ends, however it ends.
class FolderLock {
 public:
  static Result<FolderLock> Take(const std::filesystem::path& folder) {
    FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock.number_ < 0)
      return Fail(ErrorCode::kNotFound, "no such folder", folder.string(), "check the path");
    if (::flock(lock.number_, LOCK_EX | LOCK_NB) != 0) {
      return Fail(ErrorCode::kResourceLimit, "the log is open elsewhere", folder.string(),
                  "wait until it is closed");
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (number_ >= 0) ::close(number_);
  }

 private:
  explicit FolderLock(int number) : number_(number) {}
  int number_;
};

Result<std::string> SignCheckpoint(const merkle::Checkpoint& checkpoint, const crypto::LogKey& key) {
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignNote(checkpoint.ToText(), checkpoint.origin, key));
  return note.ToText();
}

/// Removes what an append that was cut short left behind: it was never part of a published log.
Status RemoveUncovered(const std::filesystem::path& folder, std::uint64_t size) {
  CUPEL_TRY(const std::vector<std::string> paths, FilesUnderTile(folder));
  for (const std::string& path : paths) {
    const auto tile = TileId::Parse(path);
    if (tile && IsCovered(*tile, size)) continue;
    std::error_code code;
    std::filesystem::remove(folder / path, code);
    if (code) {
      return Fail(ErrorCode::kPermission,
                  fmt::format("cannot remove what an interrupted append left: {}", code.message()),
                  (folder / path).string());
    }
  }
  return {};
}

}  // namespace

struct Log::State {
  std::filesystem::path folder;
  FolderLock lock;
  crypto::LogKey key;
  merkle::NoteVerifier verifier;
  VerifiedLog log;

  /// The tiles that the log gained since it had `from` leaves.
  Status WriteTiles(std::uint64_t from) const {
    for (const TileId& tile : merkle::TilesOf(log.tree.size(), from)) {
      const std::filesystem::path path = folder / tile.Path();
      CUPEL_TRY_STATUS(MakeFolder(path.parent_path()));
      const Bytes bytes =
          tile.level
              ? merkle::HashTile(log.tree, tile)
              : merkle::EntryBundle(std::span(log.entries).subspan(tile.index * kTileWidth, tile.width));
      CUPEL_TRY_STATUS(WriteFileAtomic(path, bytes));
    }
    return {};
  }

  /// Signs and publishes the log as it is in memory; the moment the append happens.
  Status Publish() {
    const merkle::Checkpoint checkpoint{verifier.Name(), log.tree.size(), log.tree.Root(), {}};
    CUPEL_TRY(std::string note, SignCheckpoint(checkpoint, key));
    CUPEL_TRY_STATUS(WriteFileAtomic(folder / "checkpoint", std::string_view(note)));
    log.checkpoint = checkpoint;
    log.note = std::move(note);
    return {};
  }

  /// Partial tiles whose full one is there now. A failure leaves files that are true and merely superfluous.
  void RemovePartialsOfFullTiles(std::uint64_t from) const {
    for (const TileId& tile : merkle::TilesOf(log.tree.size(), from)) {
      std::error_code ignored;
      if (tile.width == kTileWidth)
        std::filesystem::remove_all((folder / tile.Path()).string() + ".p", ignored);
    }
  }
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

Result<Log> Log::Create(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin) {
  CUPEL_TRY(merkle::NoteVerifier verifier, merkle::NoteVerifier::Create(origin, key.Public()));
  CUPEL_TRY_STATUS(MakeFolder(folder));
  CUPEL_TRY(FolderLock lock, FolderLock::Take(folder));
  std::error_code code;
  if (std::filesystem::exists(folder / "checkpoint", code) ||
      std::filesystem::exists(folder / "tile", code)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds a log already", folder.string(),
                "open it, or choose another folder");
  }
  auto state =
      std::make_unique<State>(State{folder, std::move(lock), std::move(key), std::move(verifier), {}});
  CUPEL_TRY_STATUS(state->Publish());
  return Log(std::move(state));
}

Result<Log> Log::Open(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin) {
  CUPEL_TRY(merkle::NoteVerifier verifier, merkle::NoteVerifier::Create(origin, key.Public()));
  CUPEL_TRY(FolderLock lock, FolderLock::Take(folder));
  CUPEL_TRY(VerifiedLog log, ReadVerified(folder, verifier));
  CUPEL_TRY_STATUS(RemoveUncovered(folder, log.checkpoint.size));
  return Log(std::make_unique<State>(
      State{folder, std::move(lock), std::move(key), std::move(verifier), std::move(log)}));
}

Result<std::uint64_t> Log::Append(BytesView leaf) {
  const Bytes copy(leaf.begin(), leaf.end());
  return Append(std::span(&copy, 1));
}

Result<std::uint64_t> Log::Append(std::span<const Bytes> leaves) {
  for (const Bytes& leaf : leaves) {
    if (leaf.size() > merkle::kMaxLeafBytes) {
      return Fail(
          ErrorCode::kInvalidArgument,
          fmt::format("a leaf must have at most {} bytes, got {}", merkle::kMaxLeafBytes, leaf.size()), "",
          "log a digest instead");
    }
  }
  VerifiedLog& log = state_->log;
  const std::uint64_t first = log.tree.size();
  if (leaves.empty()) return first;
  for (const Bytes& leaf : leaves) {
    log.tree.Append(merkle::LeafHash(leaf));
    log.entries.push_back(leaf);
  }
  Status status = state_->WriteTiles(first);
  if (status) status = state_->Publish();
  if (!status) {
    log.tree.Truncate(first);
    log.entries.resize(first);
    // Best effort: what stays behind is overwritten by the next append or removed by the next Open.
    (void)RemoveUncovered(state_->folder, first);
    return tl::make_unexpected(std::move(status).error());
  }
  state_->RemovePartialsOfFullTiles(first);
  return first;
}

std::uint64_t Log::size() const { return state_->log.checkpoint.size; }
const std::string& Log::Note() const { return state_->log.note; }
const merkle::NoteVerifier& Log::Verifier() const { return state_->verifier; }
Result<Receipt> Log::Prove(std::uint64_t index) const { return state_->log.Prove(index); }

}  // namespace cupel::ledger::log
