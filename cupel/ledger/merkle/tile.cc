// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/tile.h"

#include <fmt/format.h>

#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::ledger::merkle {
namespace {

constexpr unsigned kMaxLevel = 7;  // 8 levels of 8 bits are all of a 64-bit size

std::string IndexPath(std::uint64_t index) {
  std::string path = fmt::format("{:03}", index % 1000);
  while (index >= 1000) {
    index /= 1000;
    path.insert(0, fmt::format("x{:03}/", index % 1000));
  }
  return path;
}

/// Adds the tiles of one level whose nodes grew from `from` to `size`.
void AddLevel(std::optional<unsigned> level, std::uint64_t from, std::uint64_t size,
              std::vector<TileId>& tiles) {
  for (std::uint64_t index = from / kTileWidth; index * kTileWidth < size; ++index) {
    const std::uint64_t width = std::min(kTileWidth, size - index * kTileWidth);
    if (index * kTileWidth + width > from) tiles.push_back({level, index, width});
  }
}

}  // namespace

std::string TileId::Path() const {
  const std::string folder = level ? fmt::format("{}", *level) : "entries";
  const std::string partial = width == kTileWidth ? "" : fmt::format(".p/{}", width);
  return fmt::format("tile/{}/{}{}", folder, IndexPath(index), partial);
}

std::optional<TileId> TileId::Parse(std::string_view path) {
  // Reads leniently and accepts only what prints back to the same text, so the form has one definition:
  // Path().
  TileId tile;
  std::string_view rest = path;
  if (!rest.starts_with("tile/")) return std::nullopt;
  rest.remove_prefix(5);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  if (rest.substr(0, slash) != "entries") {
    const auto level = ParseDecimal(rest.substr(0, slash), "level");
    if (!level || *level > kMaxLevel) return std::nullopt;
    tile.level = static_cast<unsigned>(*level);
  }
  rest.remove_prefix(slash + 1);
  if (const std::size_t partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = ParseDecimal(rest.substr(partial + 3), "width");
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    tile.width = *width;
    rest = rest.substr(0, partial);
  }
  for (const char c : rest) {
    if (c >= '0' && c <= '9') tile.index = tile.index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (tile.Path() != path) return std::nullopt;
  return tile;
}

std::vector<TileId> TilesOf(std::uint64_t size, std::uint64_t from) {
  std::vector<TileId> tiles;
  AddLevel(std::nullopt, from, size, tiles);
  for (unsigned level = 0; size > 0 && level <= kMaxLevel; ++level) {
    AddLevel(level, from, size, tiles);
    size >>= kTileHeight;
    from >>= kTileHeight;
  }
  return tiles;
}

Bytes HashTile(const Tree& tree, const TileId& tile) {
  CUPEL_CHECK(tile.level.has_value());
  Bytes bytes;
  bytes.reserve(tile.width * Digest::kSize);
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    const Digest& hash = tree.Subtree(*tile.level * kTileHeight, tile.index * kTileWidth + i);
    bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
  }
  return bytes;
}

void AppendEntry(BytesView entry, Bytes& bundle) {
  CUPEL_CHECK(entry.size() <= kMaxLeafBytes);
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

Bytes EntryBundle(std::span<const Bytes> entries) {
  CUPEL_CHECK(!entries.empty() && entries.size() <= kTileWidth);
  Bytes bundle;
  for (const Bytes& entry : entries) AppendEntry(entry, bundle);
  return bundle;
}

Result<std::vector<Bytes>> ParseEntryBundle(BytesView bundle, std::uint64_t count) {
  std::vector<Bytes> entries;
  std::size_t at = 0;
  while (at < bundle.size()) {
    const bool has_length = bundle.size() - at >= 2;
    const std::size_t length = has_length ? std::size_t{bundle[at]} << 8 | bundle[at + 1] : 0;
    if (!has_length || bundle.size() - at - 2 < length) {
      return Fail(ErrorCode::kCorrupt, fmt::format("entry {} of the bundle is cut off", entries.size()));
    }
    entries.emplace_back(bundle.begin() + static_cast<std::ptrdiff_t>(at + 2),
                         bundle.begin() + static_cast<std::ptrdiff_t>(at + 2 + length));
    at += 2 + length;
  }
  if (entries.size() != count) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the bundle must hold {} entries, got {}", count, entries.size()));
  }
  return entries;
}

}  // namespace cupel::ledger::merkle
