// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The right edge of a tree: all that it takes to go on appending, however large the tree is.
///
/// For each level of tiles (tile.h) the hashes of the one tile that is not full yet. They are the contents of
/// the partial hash tiles, and the root follows from them alone:
///
///     level 2:  [ a ]                        a covers the first 65,536 leaves,
///     level 1:  [ b c d ]                    b, c, d the next 256 each,
///     level 0:  [ e f g h i ]                e to i are the last five leaves
///
/// Promises: at most 255 hashes a level, so at most 64 KiB; the root and the tiles are those of Tree. Does
/// not promise: proofs about what lies left of the edge; those take the tiles.
///
///     RightEdge edge;
///     CUPEL_TRY_STATUS(edge.Append(LeafHash(record), [&](const TileId& tile, const Bytes& hashes) {
///       return Write(tile.Path(), hashes);     // called once for every 256 leaves, and for the levels above
///     }));

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::merkle {

inline constexpr unsigned kTileLevels = 8;  ///< 8 levels of 8 bits are all of a 64-bit size.

class RightEdge {
 public:
  /// Takes a tile that has just become full.
  using OnFullTile = std::function<Status(const TileId&, const Bytes&)>;

  /// Of no leaves.
  RightEdge() = default;

  /// Of `size` leaves, from the hashes of the partial tile of each level, bottom up; empty where a level has
  /// none. Errors: kCorrupt unless each level has as many hashes as a tree of this size has there.
  static Result<RightEdge> Create(std::uint64_t size, std::array<std::vector<Digest>, kTileLevels> partial);

  /// Errors: those of `on_full`; the edge is then not to be used any more.
  Status Append(const Digest& leaf_hash, const OnFullTile& on_full);

  std::uint64_t size() const { return size_; }

  /// Cost: at most 255 hashes a level.
  Digest Root() const;

  /// The hashes of the partial tile of a level: of index size >> 8 (level + 1), and width partial.size().
  std::span<const Digest> Partial(unsigned level) const { return partial_[level]; }

  /// The partial tiles as files: one for each level that has hashes, bottom up.
  std::vector<TileId> PartialTiles() const;

 private:
  std::uint64_t size_ = 0;
  std::array<std::vector<Digest>, kTileLevels> partial_;
};

/// The nodes of one hash tile, complete subtrees only: nodes[0] are the tile's own hashes, nodes[h][i] the
/// subtree over hashes i * 2^h .. (i+1) * 2^h - 1. Cost: one hash less than there are hashes.
std::vector<std::vector<Digest>> TileNodes(std::vector<Digest> hashes);

/// Hashes side by side, as a tile file holds them.
Bytes JoinHashes(std::span<const Digest> hashes);
/// Errors: kCorrupt unless there are exactly `count` hashes.
Result<std::vector<Digest>> SplitHashes(BytesView tile, std::uint64_t count);

}  // namespace cupel::ledger::merkle
