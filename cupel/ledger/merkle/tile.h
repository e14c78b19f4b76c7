// SPDX-License-Identifier: Apache-2.0
#pragma once

/// C2SP tlog-tiles: a log cut into files that any web server can hand out and any cache can keep for ever.
///
///     tile/<L>/<N>            256 hashes of 32 bytes: the complete subtrees of level 8L, index 256N .. 256N
///     + 255 tile/<L>/<N>.p/<W>      the first W of them (1 to 255), while there are no more tile/entries/<N>
///     the leaves 256N .. 256N + 255, each a big-endian 2-byte length and that many bytes
///     tile/entries/<N>.p/<W>
///
/// <N> is written in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067.
/// Promises: the same bytes for the same leaves, so a tile never changes once it is written.
/// Source: https://c2sp.org/tlog-tiles (v1.0).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::merkle {

constexpr unsigned kTileHeight = 8;
constexpr std::uint64_t kTileWidth = std::uint64_t{1} << kTileHeight;
constexpr std::size_t kMaxLeafBytes = 65535;  ///< The length field has two bytes.

/// One tile file. Without a level it is a bundle of entries.
struct TileId {
  std::optional<unsigned> level;  ///< 0 to 7.
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  ///< 1 to 256; 256 is a full tile.

  /// "tile/0/x001/067.p/5".
  std::string Path() const;
  /// The inverse; nothing for any other text.
  static std::optional<TileId> Parse(std::string_view path);

  bool operator==(const TileId&) const = default;
};

/// The tiles of a log of `size` leaves: every full one, and at most one partial one a level. Entries first,
/// then hashes from the bottom up. With `from` > 0, only those that a log of `from` leaves does not have.
std::vector<TileId> TilesOf(std::uint64_t size, std::uint64_t from = 0);

/// The hashes of a tile, from the tree. Precondition: the tree has them (the tile is of level 0 to 7).
Bytes HashTile(const Tree& tree, const TileId& tile);

/// Adds one entry with its length. Precondition: at most kMaxLeafBytes.
void AppendEntry(BytesView entry, Bytes& bundle);

/// Entries joined with their lengths. Precondition: 1 to 256 entries, each at most kMaxLeafBytes.
Bytes EntryBundle(std::span<const Bytes> entries);

/// Errors: kCorrupt unless `bundle` holds exactly `count` entries and nothing more.
Result<std::vector<Bytes>> ParseEntryBundle(BytesView bundle, std::uint64_t count);

}  // namespace cupel::ledger::merkle
