// SPDX-License-Identifier: Apache-2.0
// That everything is flushed is tested by pulling the plug: power_cut_slow_test.cc.
#include "cupel/ledger/log/tile_writer.h"

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

/// Counts what is open, and remembers which folders were opened, which is done to flush them.
class CountingFiles final : public ForwardingFiles {
 public:
  Result<int> CreateFile(const std::filesystem::path& path) override {
    return Count(below_.CreateFile(path));
  }
  Result<int> OpenFolder(const std::filesystem::path& path) override {
    folders.insert(path);
    return Count(below_.OpenFolder(path));
  }
  Status Sync(int) override { return {}; }
  void Close(int handle) override {
    --open;
    below_.Close(handle);
  }
  int open = 0;
  int most_open = 0;
  std::set<std::filesystem::path> folders;

 private:
  Result<int> Count(Result<int> handle) {
    if (handle) most_open = std::max(most_open, ++open);
    return handle;
  }
};

class TileWriterTest : public ::testing::Test {
 protected:
  const cupel::testing::ScratchFolder folder_;
  CountingFiles files_;
  std::set<std::filesystem::path> on_disk_;
};

TEST_F(TileWriterTest, WritesTilesWhereTheyBelong) {
  TileWriter writer(files_, folder_.path(), on_disk_);
  ASSERT_THAT(writer.Write({0u, 1234067, 5}, Bytes{'a'}), IsOk());
  ASSERT_THAT(writer.Write({std::nullopt, 3}, Bytes{'b'}), IsOk());
  ASSERT_THAT(writer.Finish(), IsOk());
  EXPECT_THAT(ReadTextFile(folder_ / "tile/0/x001/x234/067.p/5"), IsOkAndHolds("a"));
  EXPECT_THAT(ReadTextFile(folder_ / "tile/entries/003"), IsOkAndHolds("b"));
}

TEST_F(TileWriterTest, FlushesEveryFolderOnTheWayOnceAndThenThoseThatChange) {
  const auto write = [&](const merkle::TileId& tile) {
    files_.folders.clear();
    TileWriter writer(files_, folder_.path(), on_disk_);
    ASSERT_THAT(writer.Write(tile, Bytes{'a'}), IsOk());
    ASSERT_THAT(writer.Finish(), IsOk());
  };
  const std::filesystem::path tile = folder_ / "tile";
  // The folders are there, but who made them may not have lived to flush them.
  ASSERT_THAT(MakeFolder(tile / "0"), IsOk());
  write({0u, 3});
  EXPECT_EQ(files_.folders, (std::set<std::filesystem::path>{folder_.path(), tile, tile / "0"}));
  write({0u, 4});
  EXPECT_EQ(files_.folders, (std::set<std::filesystem::path>{tile / "0"}));
  write({0u, 5, 7});
  EXPECT_EQ(files_.folders, (std::set<std::filesystem::path>{tile / "0", tile / "0/005.p"}));
}

TEST_F(TileWriterTest, KeepsFewFilesOpenAndClosesAll) {
  {
    TileWriter writer(files_, folder_.path(), on_disk_);
    for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_THAT(writer.Write({0u, i}, Bytes{'a'}), IsOk());
    ASSERT_THAT(writer.Finish(), IsOk());
    for (std::uint64_t i = 0; i < 10; ++i) ASSERT_THAT(writer.Write({1u, i}, Bytes{'a'}), IsOk());
  }
  EXPECT_LE(files_.most_open, 128);
  EXPECT_EQ(files_.open, 0);
}

TEST_F(TileWriterTest, NamesWhatItCannotWrite) {
  ASSERT_THAT(WriteFileAtomic(folder_ / "tile", std::string_view("in the way")), IsOk());
  TileWriter writer(files_, folder_.path(), on_disk_);
  EXPECT_FALSE(writer.Write({0u, 1}, Bytes{'a'}).has_value());
  FaultyFiles full(FaultyFiles::Fault::kDiskFull, 4);
  std::filesystem::remove(folder_ / "tile");
  TileWriter other(full, folder_.path(), on_disk_);
  Status status;
  for (std::uint64_t i = 0; i < 10 && status; ++i) status = other.Write({0u, i}, Bytes{'a'});
  EXPECT_THAT(status, HasError(ErrorCode::kResourceLimit, HasSubstr("no space left")));
}

TEST(SystemFiles, SayWhatTheOperatingSystemSays) {
  const cupel::testing::ScratchFolder folder;
  FileOperations& files = SystemFiles();
  EXPECT_THAT(files.MakeFolder(folder / "a"), IsOkAndHolds(true));
  EXPECT_THAT(files.MakeFolder(folder / "a"), IsOkAndHolds(false));
  EXPECT_THAT(files.MakeFolder(folder / "b/c"), HasError(ErrorCode::kNotFound, HasSubstr("b/c")));
  ASSERT_THAT(WriteFileAtomic(folder / "file", std::string_view("old text")), IsOk());
  EXPECT_FALSE(files.MakeFolder(folder / "file").has_value());
  CUPEL_ASSERT_OK(const int handle, files.CreateFile(folder / "file"));
  EXPECT_THAT(files.Write(handle, AsBytes("new")), IsOk());
  EXPECT_THAT(files.Sync(handle), IsOk());
  files.Close(handle);
  EXPECT_THAT(ReadTextFile(folder / "file"), IsOkAndHolds("new"));
  EXPECT_THAT(files.Rename(folder / "file", folder / "other"), IsOk());
  EXPECT_THAT(files.Rename(folder / "file", folder / "other"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(files.Remove(folder / "other"), IsOk());
  EXPECT_THAT(files.Remove(folder / "other"), IsOk());
  EXPECT_THAT(files.Remove(folder / "a"), IsOk());
  CUPEL_ASSERT_OK(const int full, files.CreateFile("/dev/full"));
  EXPECT_THAT(files.Write(full, AsBytes("x")), HasError(ErrorCode::kResourceLimit));
  files.Close(full);
}

}  // namespace
}  // namespace cupel::ledger::log
