// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/ledger_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "cupel/base/file.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::hallmark {
namespace {

using merkle::kTileHeight;
using merkle::kTileWidth;
using merkle::TileId;

constexpr std::uint64_t kMaxTileBytes = kTileWidth * (merkle::kMaxLeafBytes + 2);
/// A size that nobody has proven yet must not take memory before there are files for it.
constexpr std::uint64_t kMostReserved = std::uint64_t{1} << 16;

/// The complete subtrees of a growing tree, from the largest: one for each bit of its size.
class Frontier {
 public:
  Frontier(std::uint64_t size, std::vector<Digest> hashes) : size_(size), hashes_(std::move(hashes)) {}

  void Append(Digest hash) {
    for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
      hash = merkle::NodeHash(hashes_.back(), hash);
      hashes_.pop_back();
    }
    hashes_.push_back(hash);
    ++size_;
  }

  Digest Root() const {
    if (hashes_.empty()) return merkle::EmptyRoot();
    Digest root = hashes_.back();
    for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = merkle::NodeHash(hashes_[i - 1], root);
    return root;
  }

 private:
  std::uint64_t size_;
  std::vector<Digest> hashes_;
};

/// The tile of this level and index in a log of `size` leaves: full, or as wide as it is by now.
TileId TileIn(std::uint64_t size, std::optional<unsigned> level, std::uint64_t index) {
  const std::uint64_t nodes = size >> (kTileHeight * level.value_or(0));
  return {level, index, std::min(kTileWidth, nodes - index * kTileWidth)};
}

/// The hash tiles of a folder, each read once: neighbouring subtrees lie in the same one.
class HashTiles {
 public:
  HashTiles(const std::filesystem::path& folder, std::uint64_t size) : folder_(folder), size_(size) {}

  /// The hash of the complete subtree over 2^height leaves number `index`: a node of a tile, or made of a few
  /// of them.
  Result<Digest> Subtree(unsigned height, std::uint64_t index) {
    const std::uint64_t count = std::uint64_t{1} << (height % kTileHeight);
    const std::uint64_t first = index * count;
    CUPEL_TRY_STATUS(Open(TileIn(size_, height / kTileHeight, first / kTileWidth)));
    Frontier frontier(0, {});
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t offset = static_cast<std::size_t>((first + i) % kTileWidth) * Digest::kSize;
      frontier.Append(*Digest::FromBytes(BytesView(bytes_).subspan(offset, Digest::kSize)));
    }
    return frontier.Root();
  }

 private:
  Status Open(const TileId& tile) {
    std::filesystem::path path = folder_ / tile.Path();
    if (open_ == path) return {};
    CUPEL_TRY(bytes_, ReadFile(path, kTileWidth * Digest::kSize));
    if (bytes_.size() != tile.width * Digest::kSize) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("a tile of {} hashes must have {} bytes, got {}", tile.width,
                              tile.width * Digest::kSize, bytes_.size()),
                  path.string());
    }
    open_ = std::move(path);
    return {};
  }

  const std::filesystem::path& folder_;
  const std::uint64_t size_;
  std::filesystem::path open_;  ///< The tile whose bytes are here.
  Bytes bytes_;
};

}  // namespace

Result<std::vector<Digest>> LedgerTail::RootsAt(const std::vector<std::uint64_t>& sizes) const {
  for (const std::uint64_t wanted : sizes) {
    if (wanted >= start && wanted <= size()) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the tail has the roots of {} to {} leaves, not of {}", start, size(), wanted));
  }
  if (left.size() != static_cast<std::size_t>(std::popcount(start))) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("a tail from leaf {} must have {} hashes on its left, got {}", start,
                            std::popcount(start), left.size()));
  }
  std::vector<Digest> roots(sizes.size());
  Frontier frontier(start, left);
  for (std::uint64_t at = start;; ++at) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] == at) roots[i] = frontier.Root();
    }
    if (at == size()) return roots;
    frontier.Append(merkle::LeafHash(leaves[at - start]));
  }
}

Result<LedgerTail> ReadLedgerTail(const std::filesystem::path& folder, std::uint64_t size,
                                  std::uint64_t from) {
  if (from > size) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the ledger has {} leaves, not {}", size, from),
                folder.string());
  }
  LedgerTail tail;
  tail.start = from;
  HashTiles tiles(folder, size);
  for (unsigned height = 64; height-- > 0;) {
    if ((from >> height & 1) == 0) continue;
    // The subtrees to the left of this one have all the higher bits of `from`.
    const std::uint64_t index = height == 63 ? 0 : (from >> (height + 1)) << 1;
    CUPEL_TRY(const Digest hash, tiles.Subtree(height, index));
    tail.left.push_back(hash);
  }
  tail.leaves.reserve(static_cast<std::size_t>(std::min(size - from, kMostReserved)));
  for (std::uint64_t next = from; next < size;) {
    const TileId tile = TileIn(size, std::nullopt, next / kTileWidth);
    CUPEL_TRY(const Bytes bytes, ReadFile(folder / tile.Path(), kMaxTileBytes));
    auto entries = merkle::ParseEntryBundle(bytes, tile.width);
    if (!entries) return FailAt((folder / tile.Path()).string(), std::move(entries).error());
    for (std::uint64_t i = next % kTileWidth; i < tile.width; ++i) {
      tail.leaves.push_back(std::move((*entries)[i]));
    }
    next += tile.width - next % kTileWidth;
  }
  return tail;
}

}  // namespace cupel::ledger::hallmark
