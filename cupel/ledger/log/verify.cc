// SPDX-License-Identifier: Apache-2.0
// Verifying all of a log: one pass over the entries that makes every hash again, then the files that should
// not be there.
#include "cupel/ledger/log/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/leftovers.h"
#include "cupel/ledger/log/tile_source.h"
#include "cupel/ledger/merkle/right_edge.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileHeight;
using merkle::kTileWidth;
using merkle::TileId;

/// How long files that no checkpoint covers may stay unexplained because somebody is appending.
constexpr std::int64_t kAppendTimeoutMs = 20'000;
constexpr int kListings = 100;

Error False(std::string message, std::string place) {
  return {ErrorCode::kVerificationFailed, std::move(message), std::move(place), ""};
}

/// The tile of this index in a log of `size` leaves, as wide as it is by now.
TileId TileOf(std::optional<unsigned> level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t nodes = size >> level.value_or(0) * kTileHeight;
  return {level, index, std::min(kTileWidth, nodes - index * kTileWidth)};
}

Result<SignedCheckpoint> ReadCheckpoint(const TileSource& source, const merkle::NoteVerifier& verifier) {
  CUPEL_TRY(std::string note, ReadNote(source));
  auto checkpoint = merkle::OpenCheckpoint(note, verifier);
  if (!checkpoint) return FailAt(source.PlaceOf(std::string(kCheckpointFile)), std::move(checkpoint).error());
  return SignedCheckpoint{*std::move(checkpoint), std::move(note)};
}

/// The pass over the entries. A tile that differs is not reported before the root has told whether the tile
/// or the entries are false.
class Pass {
 public:
  Pass(const TileSource& source, const merkle::Checkpoint& checkpoint, const EntryVisitor& visit)
      : source_(source), checkpoint_(checkpoint), visit_(visit) {}

  Status Run() {
    const std::uint64_t size = checkpoint_.size;
    for (std::uint64_t index = 0; index * kTileWidth < size; ++index) {
      CUPEL_TRY_STATUS(TakeBundle(TileOf(std::nullopt, index, size)));
    }
    for (const TileId& tile : edge_.PartialTiles())
      CUPEL_TRY_STATUS(Compare(tile, edge_.Partial(*tile.level)));
    if (edge_.Root() != checkpoint_.root) return tl::make_unexpected(BlameEntry());
    if (false_tile_)
      return tl::make_unexpected(False("the tile is not that of the log's entries", *false_tile_));
    return {};
  }

 private:
  Status TakeBundle(const TileId& bundle) {
    CUPEL_TRY(const std::vector<Bytes> entries, ReadEntryBundle(source_, bundle));
    for (std::uint64_t i = 0; i < entries.size(); ++i) {
      if (visit_) CUPEL_TRY_STATUS(visit_(bundle.index * kTileWidth + i, entries[i]));
      CUPEL_TRY_STATUS(
          edge_.Append(merkle::LeafHash(entries[i]), [&](const TileId& tile, const Bytes& bytes) -> Status {
            CUPEL_TRY(const std::vector<Digest> hashes, merkle::SplitHashes(bytes, tile.width));
            return Compare(tile, hashes);
          }));
    }
    return {};
  }

  Status Compare(const TileId& tile, std::span<const Digest> expected) {
    CUPEL_TRY(const std::vector<Digest> found, ReadHashTile(source_, tile));
    const auto [at, other] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
    if (at == found.end()) return {};
    if (!false_tile_) false_tile_ = source_.PlaceOf(tile.Path());
    if (tile.level == 0u && !false_leaf_)
      false_leaf_ = tile.index * kTileWidth + static_cast<std::uint64_t>(at - found.begin());
    return {};
  }

  /// The root differs: says which entry is to blame when the hash tiles still tell it.
  Error BlameEntry() const {
    if (false_leaf_ && LeafTilesAreTrue()) {
      const TileId bundle = TileOf(std::nullopt, *false_leaf_ / kTileWidth, checkpoint_.size);
      return False(fmt::format("entry {} is not the one that was logged", *false_leaf_),
                   source_.PlaceOf(bundle.Path()));
    }
    return False(fmt::format("the {} entries have the root {}, the checkpoint says {}", checkpoint_.size,
                             edge_.Root().Hex(), checkpoint_.root.Hex()),
                 source_.PlaceOf(std::string(kCheckpointFile)));
  }

  bool LeafTilesAreTrue() const {
    merkle::RightEdge from_tiles;
    for (std::uint64_t index = 0; index * kTileWidth < checkpoint_.size; ++index) {
      const auto hashes = ReadHashTile(source_, TileOf(0u, index, checkpoint_.size));
      if (!hashes) return false;
      for (const Digest& hash : *hashes)
        (void)from_tiles.Append(hash, [](const auto&...) { return Status(); });
    }
    return from_tiles.Root() == checkpoint_.root;
  }

  const TileSource& source_;
  const merkle::Checkpoint& checkpoint_;
  const EntryVisitor& visit_;
  merkle::RightEdge edge_;
  std::optional<std::string> false_tile_;    ///< The first, as messages name it.
  std::optional<std::uint64_t> false_leaf_;  ///< The first whose hash is not in its tile.
};

/// Files under tile/ that the pass did not look at.
struct OtherFiles {
  std::vector<TileId> partial;       ///< Of the log when it was smaller: the beginnings of what is there now.
  std::vector<std::string> foreign;  ///< Relative to the log's folder.
};

/// Goes through the folder once; sets `code` when that fails.
OtherFiles ListOnce(const std::filesystem::path& folder, std::uint64_t size, std::error_code& code) {
  OtherFiles others;
  std::filesystem::recursive_directory_iterator it(folder / "tile", code);
  for (; !code && it != std::filesystem::recursive_directory_iterator(); it.increment(code)) {
    if (it->is_directory()) continue;
    const std::string path = it->path().lexically_relative(folder).generic_string();
    const auto tile = TileId::Parse(path);
    if (!tile || !IsCovered(*tile, size)) {
      others.foreign.push_back(path);
    } else if (*tile != TileOf(tile->level, tile->index, size)) {
      others.partial.push_back(*tile);
    }
  }
  std::sort(others.foreign.begin(), others.foreign.end());
  return others;
}

Result<OtherFiles> ListOtherFiles(const std::filesystem::path& folder, std::uint64_t size) {
  std::error_code code;
  if (!std::filesystem::exists(folder / "tile", code)) return OtherFiles{};
  // A folder of partial tiles can disappear while it is listed, when a writer has completed their tile.
  for (int attempt = 0; attempt < kListings; ++attempt) {
    OtherFiles others = ListOnce(folder, size, code);
    if (!code) return others;
    if (code != std::errc::no_such_file_or_directory) break;
  }
  return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
              (folder / "tile").string());
}

/// An old partial tile must be the beginning of the tile that is there now.
Status ComparePartial(const FolderSource& source, const TileId& tile, std::uint64_t size) {
  constexpr std::uint64_t kLimit = kTileWidth * (merkle::kMaxLeafBytes + 2);
  const auto found = source.Read(tile.Path(), kLimit);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};  // a writer has removed it
  if (!found) return tl::make_unexpected(found.error());
  Bytes expected;
  const TileId now = TileOf(tile.level, tile.index, size);
  if (tile.level) {
    CUPEL_TRY(const auto hashes, ReadHashTile(source, now));
    expected = merkle::JoinHashes(std::span(hashes).first(tile.width));
  } else {
    CUPEL_TRY(const auto entries, ReadEntryBundle(source, now));
    expected = merkle::EntryBundle(std::span(entries).first(tile.width));
  }
  if (*found == expected) return {};
  return tl::make_unexpected(False("the tile is not that of the log's entries", source.PlaceOf(tile.Path())));
}

/// Files that the checkpoint does not cover are leftovers, or the work of a writer who is about to replace
/// the checkpoint. While the lock is held there is no such writer.
Status CheckForeign(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier,
                    std::uint64_t size) {
  CUPEL_TRY(const FolderLock lock,
            FolderLock::Take(folder, {.timeout_ms = kAppendTimeoutMs, .shared = true}));
  CUPEL_TRY(const SignedCheckpoint now, ReadCheckpoint(FolderSource(folder), verifier));
  CUPEL_TRY(const OtherFiles others, ListOtherFiles(folder, std::max(size, now.checkpoint.size)));
  if (others.foreign.empty()) return {};
  return Fail(ErrorCode::kVerificationFailed, "the file is not covered by the checkpoint",
              (folder / others.foreign.front()).string(),
              "an interrupted append leaves such files; opening the log with its key removes them");
}

}  // namespace

Result<SignedCheckpoint> VerifyStreaming(const std::filesystem::path& folder,
                                         const merkle::NoteVerifier& verifier, const EntryVisitor& visit) {
  const FolderSource source(folder);
  CUPEL_TRY(SignedCheckpoint log, ReadCheckpoint(source, verifier));
  const std::uint64_t size = log.checkpoint.size;
  CUPEL_TRY_STATUS(Pass(source, log.checkpoint, visit).Run());
  CUPEL_TRY(const OtherFiles others, ListOtherFiles(folder, size));
  for (const TileId& tile : others.partial) CUPEL_TRY_STATUS(ComparePartial(source, tile, size));
  if (!others.foreign.empty()) CUPEL_TRY_STATUS(CheckForeign(folder, verifier, size));
  return log;
}

Result<VerifiedLog> Verify(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier) {
  VerifiedLog log;
  CUPEL_TRY(SignedCheckpoint head,
            VerifyStreaming(folder, verifier, [&](std::uint64_t, BytesView entry) -> Status {
              log.tree.Append(merkle::LeafHash(entry));
              log.entries.emplace_back(entry.begin(), entry.end());
              return {};
            }));
  log.checkpoint = std::move(head.checkpoint);
  log.note = std::move(head.note);
  return log;
}

Result<Receipt> VerifiedLog::Prove(std::uint64_t index) const {
  CUPEL_TRY(merkle::InclusionProof proof, tree.ProveInclusion(index, checkpoint.size));
  return Receipt{{}, index, std::move(proof.path), note};
}

}  // namespace cupel::ledger::log
