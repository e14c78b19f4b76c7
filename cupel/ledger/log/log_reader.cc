// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/log_reader.h"

#include <fmt/format.h>

#include <list>
#include <map>
#include <mutex>

#include "cupel/ledger/merkle/prove.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileHeight;
using merkle::kTileLevels;
using merkle::kTileWidth;
using merkle::TileId;

/// The complete subtrees of one tile, all of them proven.
using Nodes = std::vector<std::vector<Digest>>;

constexpr std::size_t kTilesKept = 256;  // of 16 KiB

tl::unexpected<Error> False(std::string message, std::string place) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), std::move(place));
}

/// The tiles that were used last.
class TileCache {
 public:
  using Key = std::pair<unsigned, std::uint64_t>;  // level, index

  std::shared_ptr<const Nodes> Find(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find(key);
    if (found == items_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second.place);
    return found->second.nodes;
  }

  void Insert(const Key& key, std::shared_ptr<const Nodes> nodes) {
    const std::lock_guard lock(mutex_);
    if (items_.contains(key)) return;
    order_.push_front(key);
    items_[key] = {std::move(nodes), order_.begin()};
    if (items_.size() <= kTilesKept) return;
    items_.erase(order_.back());
    order_.pop_back();
  }

 private:
  struct Item {
    std::shared_ptr<const Nodes> nodes;  // shared: a proof may still use what the cache lets go of
    std::list<Key>::iterator place;
  };
  std::mutex mutex_;
  std::map<Key, Item> items_;
  std::list<Key> order_;  // most recently used first
};

Result<merkle::RightEdge> ReadEdge(const TileSource& source, const merkle::Checkpoint& checkpoint) {
  std::array<std::vector<Digest>, kTileLevels> partial;
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const std::uint64_t nodes = checkpoint.size >> level * kTileHeight;
    if (nodes % kTileWidth == 0) continue;
    CUPEL_TRY(partial[level], ReadHashTile(source, {level, nodes / kTileWidth, nodes % kTileWidth}));
  }
  CUPEL_TRY(merkle::RightEdge edge, merkle::RightEdge::Create(checkpoint.size, std::move(partial)));
  if (const Digest root = edge.Root(); root != checkpoint.root) {
    return False(fmt::format("the last tiles of {} leaves have the root {}, the checkpoint says {}",
                             checkpoint.size, root.Hex(), checkpoint.root.Hex()),
                 source.PlaceOf("tile"));
  }
  return edge;
}

Status CheckSize(std::uint64_t size, std::uint64_t limit) {
  if (size <= limit) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("the log has {} leaves, asked for {}", limit, size));
}

Status CheckIndex(std::uint64_t index, std::uint64_t size) {
  if (index < size) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("the log has {} leaves, asked for the one at index {}", size, index));
}

}  // namespace

class LogReader::State final : public merkle::SubtreeSource {
 public:
  State(std::shared_ptr<const TileSource> source, merkle::Checkpoint checkpoint, std::string note,
        merkle::RightEdge edge)
      : source_(std::move(source)),
        checkpoint_(std::move(checkpoint)),
        note_(std::move(note)),
        edge_(std::move(edge)) {
    for (unsigned level = 0; level < kTileLevels; ++level) {
      const auto hashes = edge_.Partial(level);
      edge_nodes_[level] = std::make_shared<const Nodes>(merkle::TileNodes({hashes.begin(), hashes.end()}));
    }
  }

  const TileSource& source() const { return *source_; }
  const merkle::Checkpoint& checkpoint() const { return checkpoint_; }
  const std::string& note() const { return note_; }
  const merkle::RightEdge& edge() const { return edge_; }

  Result<Digest> Subtree(unsigned level, std::uint64_t index) const override {
    const unsigned height = level % kTileHeight;
    const std::uint64_t in_tile = kTileWidth >> height;  // nodes of this height in one tile
    CUPEL_TRY(const auto tile, Tile(level / kTileHeight, index / in_tile));
    return (*tile)[height][index % in_tile];
  }

  /// The entries of one bundle, each checked against its leaf hash.
  Result<std::vector<Bytes>> Bundle(std::uint64_t index) const {
    const TileId tile{std::nullopt, index, std::min(kTileWidth, checkpoint_.size - index * kTileWidth)};
    CUPEL_TRY(std::vector<Bytes> entries, ReadEntryBundle(*source_, tile));
    CUPEL_TRY(const auto hashes, Tile(0, index));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (merkle::LeafHash(entries[i]) == (*hashes)[0][i]) continue;
      return False(fmt::format("entry {} is not the one that was logged", index * kTileWidth + i),
                   source_->PlaceOf(tile.Path()));
    }
    return entries;
  }

  /// A tile of the log: of the edge, remembered, or read and compared with what the tile above says of it.
  Result<std::shared_ptr<const Nodes>> Tile(unsigned level, std::uint64_t index) const {
    if (index == (checkpoint_.size >> level * kTileHeight) / kTileWidth) return edge_nodes_[level];
    if (auto known = cache_.Find({level, index})) return known;
    CUPEL_TRY(const auto above, Tile(level + 1, index / kTileWidth));
    const TileId id{level, index, kTileWidth};
    CUPEL_TRY(std::vector<Digest> hashes, ReadHashTile(*source_, id));
    auto nodes = std::make_shared<const Nodes>(merkle::TileNodes(std::move(hashes)));
    if (nodes->back().front() != (*above)[0][index % kTileWidth]) {
      return False("the tile is not that of the checkpoint's log", source_->PlaceOf(id.Path()));
    }
    cache_.Insert({level, index}, nodes);
    return nodes;
  }

 private:
  const std::shared_ptr<const TileSource> source_;  // shared with the caller, who may have opened several
  const merkle::Checkpoint checkpoint_;
  const std::string note_;
  const merkle::RightEdge edge_;
  std::array<std::shared_ptr<const Nodes>, kTileLevels> edge_nodes_;
  mutable TileCache cache_;
};

LogReader::LogReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;
LogReader::~LogReader() = default;

Result<LogReader> LogReader::Open(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier) {
  return Open(std::make_shared<const FolderSource>(folder), verifier);
}

Result<LogReader> LogReader::Open(std::shared_ptr<const TileSource> source,
                                  const merkle::NoteVerifier& verifier) {
  CUPEL_TRY(std::string note, ReadNote(*source));
  return OpenAt(std::move(source), std::move(note), verifier);
}

Result<LogReader> LogReader::OpenAt(std::shared_ptr<const TileSource> source, std::string note,
                                    const merkle::NoteVerifier& verifier) {
  auto checkpoint = merkle::OpenCheckpoint(note, verifier);
  if (!checkpoint) {
    return FailAt(source->PlaceOf(std::string(kCheckpointFile)), std::move(checkpoint).error());
  }
  CUPEL_TRY(merkle::RightEdge edge, ReadEdge(*source, *checkpoint));
  return LogReader(
      std::make_unique<State>(std::move(source), *std::move(checkpoint), std::move(note), std::move(edge)));
}

const merkle::Checkpoint& LogReader::checkpoint() const { return state_->checkpoint(); }
const std::string& LogReader::Note() const { return state_->note(); }
const merkle::RightEdge& LogReader::Edge() const { return state_->edge(); }

Result<Receipt> LogReader::Prove(std::uint64_t index) const {
  CUPEL_TRY_STATUS(CheckIndex(index, size()));
  CUPEL_TRY(merkle::InclusionProof proof, merkle::MakeInclusionProof(*state_, index, size()));
  return Receipt{{}, index, std::move(proof.path), Note()};
}

Result<merkle::ConsistencyProof> LogReader::ProveConsistency(std::uint64_t old_size,
                                                             std::uint64_t new_size) const {
  CUPEL_TRY_STATUS(CheckSize(new_size, size()));
  CUPEL_TRY_STATUS(CheckSize(old_size, new_size));
  return merkle::MakeConsistencyProof(*state_, old_size, new_size);
}

Result<Digest> LogReader::RootAt(std::uint64_t size) const {
  CUPEL_TRY_STATUS(CheckSize(size, this->size()));
  return merkle::MakeRoot(*state_, size);
}

Result<Digest> LogReader::LeafHashAt(std::uint64_t index) const {
  CUPEL_TRY_STATUS(CheckIndex(index, size()));
  return state_->Subtree(0, index);
}

Result<Bytes> LogReader::Entry(std::uint64_t index) const {
  CUPEL_TRY_STATUS(CheckIndex(index, size()));
  CUPEL_TRY(std::vector<Bytes> entries, state_->Bundle(index / kTileWidth));
  return std::move(entries[index % kTileWidth]);
}

Status LogReader::ForEachEntry(
    std::uint64_t from, std::uint64_t to,
    const std::function<Status(std::uint64_t index, BytesView entry)>& visit) const {
  CUPEL_TRY_STATUS(CheckSize(to, size()));
  for (std::uint64_t index = from; index < to;) {
    CUPEL_TRY(const std::vector<Bytes> entries, state_->Bundle(index / kTileWidth));
    for (; index < to; ++index) {
      CUPEL_TRY_STATUS(visit(index, entries[index % kTileWidth]));
      if ((index + 1) % kTileWidth == 0) {
        ++index;
        break;
      }
    }
  }
  return {};
}

Result<std::optional<std::uint64_t>> LogReader::Find(const Digest& leaf_hash) const {
  for (std::uint64_t tiles = (size() + kTileWidth - 1) / kTileWidth; tiles > 0; --tiles) {
    CUPEL_TRY(const auto tile, state_->Tile(0, tiles - 1));
    const std::vector<Digest>& hashes = tile->front();
    for (std::size_t i = hashes.size(); i > 0; --i) {
      if (hashes[i - 1] == leaf_hash) return (tiles - 1) * kTileWidth + i - 1;
    }
  }
  return std::nullopt;
}

}  // namespace cupel::ledger::log
