// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/tile_source.h"

#include <sys/stat.h>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/merkle/right_edge.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class FolderSourceTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, BytesView bytes) const {
    ASSERT_THAT(MakeFolder((folder_ / name).parent_path()), IsOk());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, bytes), IsOk());
  }
  static std::vector<Digest> Hashes(std::size_t count) {
    std::vector<Digest> hashes;
    for (std::size_t i = 0; i < count; ++i) hashes.push_back(merkle::LeafHash(NumberedLeaf(i)));
    return hashes;
  }

  const cupel::testing::ScratchFolder folder_;
  const FolderSource source_{folder_.path()};
};

TEST_F(FolderSourceTest, ReadsAFileUpToTheLimit) {
  Put("tile/0/000", Bytes(100, 'x'));
  EXPECT_THAT(source_.Read("tile/0/000", 100), IsOkAndHolds(Bytes(100, 'x')));
  EXPECT_THAT(source_.Read("tile/0/000", 99), HasError(ErrorCode::kResourceLimit, HasSubstr("tile/0/000")));
  EXPECT_THAT(source_.Read("tile/0/001", 99), HasError(ErrorCode::kNotFound, HasSubstr("tile/0/001")));
}

TEST_F(FolderSourceTest, ReadsNothingButFiles) {
  ASSERT_THAT(MakeFolder(folder_ / "tile"), IsOk());
  EXPECT_THAT(source_.Read("tile", 99), HasError(ErrorCode::kInvalidArgument));
  ASSERT_EQ(::mkfifo((folder_ / "checkpoint").c_str(), 0600), 0);
  EXPECT_THAT(source_.Read("checkpoint", 99), HasError(ErrorCode::kInvalidArgument));  // and does not wait
}

TEST_F(FolderSourceTest, ReadsHashTiles) {
  Put("tile/0/002.p/7", merkle::JoinHashes(Hashes(7)));
  EXPECT_THAT(ReadHashTile(source_, {0u, 2, 7}), IsOkAndHolds(Hashes(7)));
  Put("tile/0/002.p/7", Bytes(7 * 32 + 1));
  EXPECT_THAT(ReadHashTile(source_, {0u, 2, 7}), HasError(ErrorCode::kCorrupt, HasSubstr("tile/0/002.p/7")));
}

TEST_F(FolderSourceTest, TakesTheBeginningOfTheFullTileForAPartialOneThatIsGone) {
  Put("tile/0/002", merkle::JoinHashes(Hashes(256)));
  Put("tile/entries/002", merkle::EntryBundle(NumberedLeaves(0, 256)));
  EXPECT_THAT(ReadHashTile(source_, {0u, 2, 7}), IsOkAndHolds(Hashes(7)));
  EXPECT_THAT(ReadEntryBundle(source_, {std::nullopt, 2, 7}), IsOkAndHolds(NumberedLeaves(0, 7)));
  // The partial one comes first: it is there as long as nobody needs to be told otherwise.
  Put("tile/0/002.p/7", merkle::JoinHashes(std::vector<Digest>(7)));
  EXPECT_THAT(ReadHashTile(source_, {0u, 2, 7}), IsOkAndHolds(std::vector<Digest>(7)));
}

TEST_F(FolderSourceTest, NamesThePartialTileWhenNeitherIsThere) {
  EXPECT_THAT(ReadHashTile(source_, {0u, 2, 7}), HasError(ErrorCode::kNotFound, HasSubstr("tile/0/002.p/7")));
  EXPECT_THAT(ReadEntryBundle(source_, {std::nullopt, 2, 256}),
              HasError(ErrorCode::kNotFound, HasSubstr("tile/entries/002")));
}

TEST_F(FolderSourceTest, RefusesBundlesOfAnotherCount) {
  Put("tile/entries/000.p/3", merkle::EntryBundle(NumberedLeaves(0, 4)));
  EXPECT_THAT(ReadEntryBundle(source_, {std::nullopt, 0, 3}),
              HasError(ErrorCode::kCorrupt, HasSubstr("tile/entries/000.p/3")));
}

TEST_F(FolderSourceTest, RefusesANoteOfAnEndlessHost) {
  Put("checkpoint", Bytes((std::size_t{1} << 20) + 1, 'x'));
  EXPECT_THAT(ReadNote(source_), HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::ledger::log
