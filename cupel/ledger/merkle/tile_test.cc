// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/tile.h"

#include <rapidcheck.h>

#include <set>

#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;

std::vector<std::string> Paths(const std::vector<TileId>& tiles) {
  std::vector<std::string> paths;
  for (const TileId& tile : tiles) paths.push_back(tile.Path());
  return paths;
}

TEST(TileId, WritesThePublishedPaths) {
  // The examples of the C2SP tlog-tiles specification.
  EXPECT_EQ((TileId{0, 1234067, 256}.Path()), "tile/0/x001/x234/067");
  EXPECT_EQ((TileId{0, 273, 112}.Path()), "tile/0/273.p/112");
  EXPECT_EQ((TileId{1, 1, 17}.Path()), "tile/1/001.p/17");
  EXPECT_EQ((TileId{2, 0, 1}.Path()), "tile/2/000.p/1");
  EXPECT_EQ((TileId{std::nullopt, 1000, 256}.Path()), "tile/entries/x001/000");
}

TEST(TileId, ReadsWhatItWrites) {
  EXPECT_TRUE(rc::check("paths", [] {
    const TileId tile{*rc::gen::element<std::optional<unsigned>>(std::nullopt, 0u, 1u, 7u),
                      *rc::gen::inRange<std::uint64_t>(0, 1ull << 40),
                      *rc::gen::inRange<std::uint64_t>(1, 257)};
    RC_ASSERT(TileId::Parse(tile.Path()) == tile);
  }));
}

TEST(TileId, ReadsNothingElse) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/8/000",
                           "tile/00/000",
                           "tile/-1/000",
                           "tile/entry/000",
                           "tile/0/1000",
                           "tile/0/x000/001",
                           "tile/0/001/000",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/",
                           "tile/0/000.p",
                           "tile/0/000.p/1.tmp",
                           "tile/0/000/",
                           "/tile/0/000",
                           "tile/0/x01/000",
                           "tile/0/000.q/1"}) {
    EXPECT_EQ(TileId::Parse(path), std::nullopt) << path;
  }
}

TEST(TilesOf, GivesTheTilesOfThePublishedExample) {
  // C2SP tlog-tiles: a tree of 70,000 leaves has 273 full tiles and one of 112 at level 0, one full and one
  // of 17 at level 1, one of 1 at level 2.
  const auto tiles = TilesOf(70000);
  std::set<std::string> partial;
  std::size_t full0 = 0;
  std::size_t full1 = 0;
  std::size_t entries = 0;
  for (const TileId& tile : tiles) {
    if (tile.width < kTileWidth) partial.insert(tile.Path());
    full0 += tile.level == 0 && tile.width == kTileWidth;
    full1 += tile.level == 1 && tile.width == kTileWidth;
    entries += !tile.level.has_value();
  }
  EXPECT_EQ(full0, 273u);
  EXPECT_EQ(full1, 1u);
  EXPECT_EQ(entries, 274u);
  EXPECT_EQ(partial, (std::set<std::string>{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
                                            "tile/entries/273.p/112"}));
}

TEST(TilesOf, IsEmptyForAnEmptyLog) { EXPECT_TRUE(TilesOf(0).empty()); }

TEST(TilesOf, GrowthAndTheOldTilesAreAllTiles) {
  EXPECT_TRUE(rc::check("growth", [] {
    const auto from = *rc::gen::inRange<std::uint64_t>(0, 2000);
    const auto size = *rc::gen::inRange<std::uint64_t>(from, 140000);
    const auto old_paths = Paths(TilesOf(from));
    std::set<std::string> together(old_paths.begin(), old_paths.end());
    const auto growth = Paths(TilesOf(size, from));
    for (const auto& path : growth) RC_ASSERT(together.insert(path).second);  // nothing is written twice
    for (const auto& path : Paths(TilesOf(size))) RC_ASSERT(together.contains(path));
  }));
}

TEST(HashTile, HoldsTheRootsOfTheLeavesBelow) {
  constexpr std::uint64_t kLeaves = 256 * 256 + 300;
  std::vector<Digest> leaves = NumberedLeafHashes(kLeaves);
  Tree tree;
  for (const Digest& leaf : leaves) tree.Append(leaf);
  for (const TileId& tile : TilesOf(kLeaves)) {
    if (!tile.level || (*tile.level == 0 && tile.index % 50 != 7)) continue;
    const Bytes bytes = HashTile(tree, tile);
    ASSERT_EQ(bytes.size(), 32 * tile.width);
    const std::uint64_t covered = std::uint64_t{1} << (8 * *tile.level);
    for (std::uint64_t i = 0; i < tile.width; i += 37) {
      const Digest expected = TwinRoot(std::span(leaves).subspan((tile.index * 256 + i) * covered, covered));
      EXPECT_EQ(ToHex(BytesView(bytes).subspan(32 * i, 32)), expected.Hex()) << tile.Path() << " " << i;
    }
  }
}

TEST(EntryBundle, HasTheByteFormOfTheSpecification) {
  const std::vector<Bytes> entries = {{'a'}, {}, Bytes(258, 'b')};
  const Bytes bundle = EntryBundle(entries);
  EXPECT_EQ(ToHex(BytesView(bundle).first(7)), "00016100000102");
  EXPECT_THAT(ParseEntryBundle(bundle, 3), IsOkAndHolds(entries));
}

TEST(EntryBundle, HoldsTheLargestEntry) {
  const std::vector<Bytes> entries = {Bytes(kMaxLeafBytes, 7)};
  EXPECT_THAT(ParseEntryBundle(EntryBundle(entries), 1), IsOkAndHolds(entries));
}

TEST(ParseEntryBundle, RejectsEveryTruncationAndEveryOtherCount) {
  const Bytes bundle = EntryBundle(std::vector<Bytes>{{'a', 'b'}, {'c'}, {'d', 'e', 'f'}});
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    EXPECT_THAT(ParseEntryBundle(BytesView(bundle).first(size), 3), HasError(ErrorCode::kCorrupt)) << size;
  }
  EXPECT_THAT(ParseEntryBundle(bundle, 2), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseEntryBundle(bundle, 4), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::ledger::merkle
