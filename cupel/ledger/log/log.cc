// SPDX-License-Identifier: Apache-2.0
// Writing a log: tiles first, the checkpoint last.
#include "cupel/ledger/log/log.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/checkpoint_file.h"
#include "cupel/ledger/log/durable_write.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/log/tile_writer.h"
#include "cupel/ledger/merkle/right_edge.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileWidth;
using merkle::TileId;

/// Where a log ends: what the next append continues.
struct End {
  merkle::RightEdge edge;
  Bytes bundle;  ///< The entries of the unfinished bundle, with their lengths.
};

Result<End> ReadEnd(const LogReader& log) {
  End end{log.Edge(), {}};
  const std::uint64_t first = log.size() / kTileWidth * kTileWidth;
  CUPEL_TRY_STATUS(log.ForEachEntry(first, log.size(), [&](std::uint64_t, BytesView entry) -> Status {
    merkle::AppendEntry(entry, end.bundle);
    return {};
  }));
  return end;
}

std::filesystem::path WithoutLastSlash(const std::filesystem::path& folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

Status CheckBatch(std::span<const Bytes> leaves) {
  if (leaves.size() > kMaxBatch) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("at most {} leaves can be appended at once, got {}", kMaxBatch, leaves.size()));
  }
  for (const Bytes& leaf : leaves) {
    if (leaf.size() <= merkle::kMaxLeafBytes) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a leaf must have at most {} bytes, got {}", merkle::kMaxLeafBytes, leaf.size()),
                "", "log a digest instead");
  }
  return {};
}

/// Moves `end` over the leaves and writes every tile that the log gains.
Status WriteTiles(std::span<const Bytes> leaves, End& end, TileWriter& writer) {
  const auto write = [&](const TileId& tile, const Bytes& bytes) { return writer.Write(tile, bytes); };
  const std::uint64_t from = end.edge.size();
  for (const Bytes& leaf : leaves) {
    merkle::AppendEntry(leaf, end.bundle);
    CUPEL_TRY_STATUS(end.edge.Append(merkle::LeafHash(leaf), write));
    if (end.edge.size() % kTileWidth != 0) continue;
    CUPEL_TRY_STATUS(writer.Write({std::nullopt, end.edge.size() / kTileWidth - 1}, end.bundle));
    end.bundle.clear();
  }
  for (const TileId& tile : end.edge.PartialTiles()) {
    if (IsCovered(tile, from)) continue;
    CUPEL_TRY_STATUS(writer.Write(tile, merkle::JoinHashes(end.edge.Partial(*tile.level))));
    if (tile.level == 0u) CUPEL_TRY_STATUS(writer.Write({std::nullopt, tile.index, tile.width}, end.bundle));
  }
  return writer.Finish();
}

}  // namespace

struct Log::State {
  std::filesystem::path folder;
  crypto::LogKey key;
  merkle::NoteVerifier verifier;
  LogOptions options;
  std::optional<FolderLock> held;  ///< When exclusive.
  merkle::Checkpoint checkpoint{};
  std::string note{};  ///< Empty until the log was read.
  End end{};
  std::set<std::filesystem::path> on_disk{};

  FileOperations& files() const { return options.files != nullptr ? *options.files : SystemFiles(); }

  /// Nothing when this object holds the lock all the time.
  Result<std::optional<FolderLock>> Lock() const {
    if (held) return std::nullopt;
    CUPEL_TRY(FolderLock lock, FolderLock::Take(folder, {.timeout_ms = options.lock_timeout_ms}));
    return std::optional<FolderLock>(std::move(lock));
  }

  /// Under the lock: completes or removes what others left, and takes over what they appended.
  Status Refresh() {
    CUPEL_TRY_STATUS(FinishPublication(files(), folder, verifier));
    const auto source = std::make_shared<const FolderSource>(folder);
    CUPEL_TRY(std::string now, ReadNote(*source));
    if (now != note) {
      CUPEL_TRY(const LogReader reader, LogReader::OpenAt(source, std::move(now), verifier));
      if (!note.empty()) CUPEL_TRY_STATUS(CheckContinues(reader));
      CUPEL_TRY(end, ReadEnd(reader));
      checkpoint = reader.checkpoint();
      note = reader.Note();
    }
    return RemoveLeftovers(files(), folder, checkpoint.size);
  }

  Status CheckContinues(const LogReader& reader) const {
    if (reader.size() < checkpoint.size) {
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("the log went back from {} leaves to {}", checkpoint.size, reader.size()),
                  folder.string());
    }
    CUPEL_TRY(const auto proof, reader.ProveConsistency(checkpoint.size, reader.size()));
    Status status = merkle::VerifyConsistency(proof, checkpoint.root, reader.checkpoint().root);
    if (!status) return FailAt(folder.string(), std::move(status).error());
    return {};
  }

  /// Signs and publishes a log that ends so; the moment the append happens.
  Status Publish(End next) {
    const merkle::Checkpoint signed_now{verifier.Name(), next.edge.size(), next.edge.Root(), {}};
    CUPEL_TRY(const merkle::SignedNote text, merkle::SignNote(signed_now.ToText(), signed_now.origin, key));
    CUPEL_TRY_STATUS(PublishCheckpoint(files(), folder, text.ToText()));
    checkpoint = signed_now;
    note = text.ToText();
    end = std::move(next);
    return {};
  }

  Status AppendLocked(std::span<const Bytes> leaves) {
    End next = end;
    TileWriter writer(files(), folder, on_disk);
    CUPEL_TRY_STATUS(WriteTiles(leaves, next, writer));
    return Publish(std::move(next));
  }
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;
Log::~Log() = default;

Result<Log> Log::Create(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin,
                        const LogOptions& options) {
  CUPEL_TRY(merkle::NoteVerifier verifier, merkle::NoteVerifier::Create(origin, key.Public()));
  auto state = std::make_unique<State>(
      State{WithoutLastSlash(folder), std::move(key), std::move(verifier), options, {}});
  // Synced although the folder may be there: who made it may not have lived to do so.
  const std::filesystem::path parent = state->folder.parent_path();
  std::set<std::filesystem::path> changed = {parent.empty() ? "." : parent};
  CUPEL_TRY_STATUS(MakeFolders(state->files(), state->folder, changed));
  CUPEL_TRY_STATUS(SyncFolders(state->files(), changed));
  CUPEL_TRY(std::optional<FolderLock> lock, state->Lock());
  std::error_code code;
  if (std::filesystem::exists(folder / kCheckpointFile, code) ||
      std::filesystem::exists(folder / "tile", code)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds a log already", folder.string(),
                "open it, or choose another folder");
  }
  CUPEL_TRY_STATUS(state->Publish({}));
  if (options.exclusive) state->held = std::move(lock);
  return Log(std::move(state));
}

Result<Log> Log::Open(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin,
                      const LogOptions& options) {
  CUPEL_TRY(merkle::NoteVerifier verifier, merkle::NoteVerifier::Create(origin, key.Public()));
  auto state = std::make_unique<State>(
      State{WithoutLastSlash(folder), std::move(key), std::move(verifier), options, {}});
  CUPEL_TRY(std::optional<FolderLock> lock, state->Lock());
  CUPEL_TRY_STATUS(state->Refresh());
  if (options.exclusive) state->held = std::move(lock);
  return Log(std::move(state));
}

Result<std::uint64_t> Log::Append(BytesView leaf) {
  const Bytes copy(leaf.begin(), leaf.end());
  return Append(std::span(&copy, 1));
}

Result<std::uint64_t> Log::Append(std::span<const Bytes> leaves) {
  CUPEL_TRY_STATUS(CheckBatch(leaves));
  CUPEL_TRY(const std::optional<FolderLock> lock, state_->Lock());
  CUPEL_TRY_STATUS(state_->Refresh());
  const std::uint64_t first = state_->checkpoint.size;
  if (leaves.empty()) return first;
  Status status = state_->AppendLocked(leaves);
  // Best effort, both after a failure and to remove the partial tiles of what is full now: the next append or
  // Open tries again. Not while checkpoint.next stands for the tiles.
  std::error_code ignored;
  const bool cut_short = !status && !std::filesystem::exists(state_->folder / kNextCheckpointFile, ignored);
  if (cut_short || first / kTileWidth != state_->checkpoint.size / kTileWidth)
    (void)RemoveLeftovers(state_->files(), state_->folder, state_->checkpoint.size);
  if (!status) return tl::make_unexpected(std::move(status).error());
  return first;
}

std::uint64_t Log::size() const { return state_->checkpoint.size; }
const std::string& Log::Note() const { return state_->note; }
const merkle::NoteVerifier& Log::Verifier() const { return state_->verifier; }

Result<Receipt> Log::Prove(std::uint64_t index) const {
  CUPEL_TRY(const LogReader reader, LogReader::OpenAt(std::make_shared<const FolderSource>(state_->folder),
                                                      state_->note, state_->verifier));
  return reader.Prove(index);
}

Result<std::string> OriginOf(const std::filesystem::path& folder) {
  const FolderSource source(folder);
  const auto parse = [&]() -> Result<std::string> {
    CUPEL_TRY(const std::string text, ReadNote(source));
    CUPEL_TRY(const merkle::SignedNote note, merkle::SignedNote::Parse(text));
    CUPEL_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(note.text));
    return checkpoint.origin;
  };
  auto origin = parse();
  if (!origin && origin.error().code == ErrorCode::kCorrupt)
    return FailAt(source.PlaceOf(std::string(kCheckpointFile)), std::move(origin).error());
  return origin;
}

}  // namespace cupel::ledger::log
