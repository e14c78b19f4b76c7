// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/right_edge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cupel::ledger::merkle {

std::vector<std::vector<Digest>> TileNodes(std::vector<Digest> hashes) {
  std::vector<std::vector<Digest>> nodes;
  nodes.push_back(std::move(hashes));
  while (nodes.back().size() > 1) {
    const std::vector<Digest>& below = nodes.back();
    std::vector<Digest> above;
    above.reserve(below.size() / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) above.push_back(NodeHash(below[i], below[i + 1]));
    nodes.push_back(std::move(above));
  }
  return nodes;
}

Bytes JoinHashes(std::span<const Digest> hashes) {
  Bytes joined;
  joined.reserve(hashes.size() * Digest::kSize);
  for (const Digest& hash : hashes) joined.insert(joined.end(), hash.bytes.begin(), hash.bytes.end());
  return joined;
}

Result<std::vector<Digest>> SplitHashes(BytesView tile, std::uint64_t count) {
  if (tile.size() != count * Digest::kSize) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a tile of {} hashes must have {} bytes, got {}", count,
                                                 count * Digest::kSize, tile.size()));
  }
  std::vector<Digest> hashes(count);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(i * Digest::kSize), Digest::kSize,
                hashes[i].bytes.begin());
  }
  return hashes;
}

Result<RightEdge> RightEdge::Create(std::uint64_t size,
                                    std::array<std::vector<Digest>, kTileLevels> partial) {
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const std::uint64_t width = (size >> level * kTileHeight) % kTileWidth;
    if (partial[level].size() != width) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("level {} of a tree of {} leaves must have {} hashes, got {}", level, size,
                              width, partial[level].size()));
    }
  }
  RightEdge edge;
  edge.size_ = size;
  edge.partial_ = std::move(partial);
  return edge;
}

Status RightEdge::Append(const Digest& leaf_hash, const OnFullTile& on_full) {
  ++size_;
  Digest node = leaf_hash;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    partial_[level].push_back(node);
    if (partial_[level].size() < kTileWidth) return {};
    const std::uint64_t nodes = size_ >> level * kTileHeight;
    CUPEL_TRY_STATUS(on_full({level, nodes / kTileWidth - 1, kTileWidth}, JoinHashes(partial_[level])));
    node = TileNodes(std::exchange(partial_[level], {})).back().front();
  }
  return {};
}

Digest RightEdge::Root() const {
  std::optional<Digest> right;  // the root of everything right of the subtree that is looked at
  for (const std::vector<Digest>& hashes : partial_) {
    const auto nodes = TileNodes(hashes);
    for (std::size_t height = 0; height < nodes.size(); ++height) {
      if ((hashes.size() >> height) % 2 == 0) continue;
      const Digest& peak = nodes[height].back();
      right = right ? NodeHash(peak, *right) : peak;
    }
  }
  return right.value_or(EmptyRoot());
}

std::vector<TileId> RightEdge::PartialTiles() const {
  std::vector<TileId> tiles;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const std::uint64_t nodes = size_ >> level * kTileHeight;
    if (!partial_[level].empty()) tiles.push_back({level, nodes / kTileWidth, partial_[level].size()});
  }
  return tiles;
}

}  // namespace cupel::ledger::merkle
