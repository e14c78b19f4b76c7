// SPDX-License-Identifier: Apache-2.0
// Reading a log: the checkpoint's signature first, then entries, root, tiles, and what should not be there.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/stored_log.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileWidth;
using merkle::TileId;

constexpr std::uint64_t kMaxTileBytes = kTileWidth * (merkle::kMaxLeafBytes + 2);

tl::unexpected<Error> False(std::string message, std::string place) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), std::move(place));
}

/// The leaves that the checkpoint counts, bundle by bundle.
Result<std::vector<Bytes>> ReadEntries(const std::filesystem::path& folder, std::uint64_t size) {
  std::vector<Bytes> entries;
  for (std::uint64_t index = 0; index * kTileWidth < size; ++index) {
    const TileId tile{std::nullopt, index, std::min(kTileWidth, size - index * kTileWidth)};
    CUPEL_TRY(const Bytes bundle, ReadFile(folder / tile.Path(), kMaxTileBytes));
    auto parsed = merkle::ParseEntryBundle(bundle, tile.width);
    if (!parsed) return FailAt((folder / tile.Path()).string(), std::move(parsed).error());
    std::move(parsed->begin(), parsed->end(), std::back_inserter(entries));
  }
  return entries;
}

/// The root differs: says which entry is to blame when the hash tiles still tell it.
tl::unexpected<Error> BlameEntry(const std::filesystem::path& folder, const VerifiedLog& log) {
  const std::uint64_t size = log.checkpoint.size;
  merkle::Tree from_tiles;
  for (std::uint64_t index = 0; index * kTileWidth < size; ++index) {
    const TileId tile{0u, index, std::min(kTileWidth, size - index * kTileWidth)};
    const auto bytes = ReadFile(folder / tile.Path(), kMaxTileBytes);
    if (!bytes || bytes->size() != tile.width * Digest::kSize) break;
    for (std::uint64_t i = 0; i < tile.width; ++i) {
      from_tiles.Append(
          Digest::FromBytes(BytesView(*bytes).subspan(i * Digest::kSize, Digest::kSize)).value());
    }
  }
  if (from_tiles.size() == size && from_tiles.Root() == log.checkpoint.root) {
    for (std::uint64_t i = 0; i < size; ++i) {
      if (from_tiles.Subtree(0, i) == log.tree.Subtree(0, i)) continue;
      const std::uint64_t bundle = i / kTileWidth;
      const TileId tile{std::nullopt, bundle, std::min(kTileWidth, size - bundle * kTileWidth)};
      return False(fmt::format("entry {} is not the one that was logged", i),
                   (folder / tile.Path()).string());
    }
  }
  return False(fmt::format("the {} entries have the root {}, the checkpoint says {}", size,
                           log.tree.Root().Hex(), log.checkpoint.root.Hex()),
               (folder / "checkpoint").string());
}

/// What the file of this tile must hold; the tile is covered by the log.
Bytes ExpectedTile(const VerifiedLog& log, const TileId& tile) {
  if (tile.level) return merkle::HashTile(log.tree, tile);
  return merkle::EntryBundle(std::span(log.entries).subspan(tile.index * kTileWidth, tile.width));
}

Status CompareTile(const std::filesystem::path& folder, const VerifiedLog& log, const TileId& tile) {
  CUPEL_TRY(const Bytes found, ReadFile(folder / tile.Path(), kMaxTileBytes));
  if (AsText(found) != AsText(ExpectedTile(log, tile))) {
    return False("the tile is not that of the log's entries", (folder / tile.Path()).string());
  }
  return {};
}

}  // namespace

bool IsCovered(const TileId& tile, std::uint64_t size) {
  const unsigned shift = tile.level.value_or(0) * merkle::kTileHeight;
  const std::uint64_t nodes = size >> shift;
  return tile.index <= nodes / kTileWidth && tile.index * kTileWidth + tile.width <= nodes;
}

Result<std::vector<std::string>> FilesUnderTile(const std::filesystem::path& folder) {
  std::vector<std::string> paths;
  std::error_code code;
  const std::filesystem::path root = folder / "tile";
  if (!std::filesystem::exists(root, code)) return paths;
  for (std::filesystem::recursive_directory_iterator it(root, code), end; !code && it != end;
       it.increment(code)) {
    if (!it->is_directory()) paths.push_back(it->path().lexically_relative(folder).generic_string());
  }
  if (code)
    return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
                root.string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<VerifiedLog> ReadVerified(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier) {
  VerifiedLog log;
  const std::filesystem::path checkpoint = folder / "checkpoint";
  CUPEL_TRY(log.note, ReadTextFile(checkpoint));
  auto opened = merkle::OpenCheckpoint(log.note, verifier);
  if (!opened) return FailAt(checkpoint.string(), std::move(opened).error());
  log.checkpoint = *std::move(opened);
  CUPEL_TRY(log.entries, ReadEntries(folder, log.checkpoint.size));
  for (const Bytes& entry : log.entries) log.tree.Append(merkle::LeafHash(entry));
  if (log.tree.Root() != log.checkpoint.root) return BlameEntry(folder, log);
  for (const TileId& tile : merkle::TilesOf(log.checkpoint.size)) {
    CUPEL_TRY_STATUS(CompareTile(folder, log, tile));
  }
  return log;
}

Result<VerifiedLog> Verify(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier) {
  CUPEL_TRY(VerifiedLog log, ReadVerified(folder, verifier));
  CUPEL_TRY(const std::vector<std::string> paths, FilesUnderTile(folder));
  for (const std::string& path : paths) {
    const auto tile = TileId::Parse(path);
    if (!tile || !IsCovered(*tile, log.checkpoint.size)) {
      return Fail(ErrorCode::kVerificationFailed, "the file is not covered by the checkpoint",
                  (folder / path).string(),
                  "an interrupted append leaves such files; opening the log with its key removes them");
    }
    CUPEL_TRY_STATUS(CompareTile(folder, log, *tile));
  }
  return log;
}

Result<Receipt> VerifiedLog::Prove(std::uint64_t index) const {
  CUPEL_TRY(merkle::InclusionProof proof, tree.ProveInclusion(index, checkpoint.size));
  return Receipt{{}, index, std::move(proof.path), note};
}

}  // namespace cupel::ledger::log
