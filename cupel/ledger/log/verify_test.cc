// SPDX-License-Identifier: Apache-2.0
// Verification of a log of three levels of tiles; every byte of a small log is flipped in log_test.cc.
#include "cupel/ledger/log/verify.h"

#include <chrono>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kLarge = 256 * 256 + 256 * 3 + 77;

class VerifyTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder();
    UnsyncedFiles files;
    Log log = Log::Create(folder_->path(), TestKey(), kTestOrigin, {.files = &files}).value();
    CUPEL_CHECK(log.Append(NumberedLeaves(0, kLarge)).has_value());
  }
  static void TearDownTestSuite() { delete folder_; }

  static Result<SignedCheckpoint> Now(const EntryVisitor& visit = {}) {
    return VerifyStreaming(folder_->path(), TestVerifier(), visit);
  }

  static ScratchFolder* folder_;
};
ScratchFolder* VerifyTest::folder_ = nullptr;

/// A file of the log with one bit of it changed, as long as this lives.
class Changed {
 public:
  Changed(const std::filesystem::path& file, std::size_t byte) : file_(file), good_(ReadFile(file).value()) {
    Bytes bad = good_;
    bad[byte % bad.size()] ^= 4;
    CUPEL_CHECK(WriteFileAtomic(file_, bad).has_value());
  }
  ~Changed() { CUPEL_CHECK(WriteFileAtomic(file_, good_).has_value()); }

 private:
  const std::filesystem::path file_;
  const Bytes good_;
};

TEST_F(VerifyTest, ShowsEveryEntryInOrder) {
  std::uint64_t next = 0;
  CUPEL_ASSERT_OK(const SignedCheckpoint head, Now([&](std::uint64_t index, BytesView entry) -> Status {
                    EXPECT_EQ(index, next++);
                    EXPECT_EQ(AsText(entry), AsText(NumberedLeaf(index)));
                    return {};
                  }));
  EXPECT_EQ(next, kLarge);
  EXPECT_EQ(head.checkpoint.size, kLarge);
  EXPECT_THAT(ReadTextFile(*folder_ / "checkpoint"), cupel::testing::IsOkAndHolds(head.note));
}

TEST_F(VerifyTest, SaysTheSameAsTheReadingThatKeepsEverything) {
  CUPEL_ASSERT_OK(const SignedCheckpoint head, Now());
  CUPEL_ASSERT_OK(const VerifiedLog whole, Verify(folder_->path(), TestVerifier()));
  EXPECT_EQ(whole.checkpoint, head.checkpoint);
  EXPECT_EQ(whole.note, head.note);
  EXPECT_EQ(whole.entries.size(), kLarge);
  EXPECT_EQ(whole.tree.Root(), head.checkpoint.root);
  CUPEL_ASSERT_OK(const Receipt receipt, whole.Prove(4711));
  EXPECT_THAT(receipt.Verify(NumberedLeaf(4711), TestVerifier()), IsOk());
}

TEST_F(VerifyTest, StopsWhenTheVisitorFails) {
  std::uint64_t seen = 0;
  EXPECT_THAT(Now([&](std::uint64_t index, BytesView) -> Status {
                seen = index;
                if (index == 300) return Fail(ErrorCode::kInterrupted, "enough");
                return {};
              }),
              HasError(ErrorCode::kInterrupted));
  EXPECT_EQ(seen, 300u);
}

TEST_F(VerifyTest, NamesAFalseTileOfEveryLevel) {
  for (const char* name :
       {"tile/0/000", "tile/0/177", "tile/0/259.p/77", "tile/1/000", "tile/1/001.p/3", "tile/2/000.p/1"}) {
    const Changed changed(*folder_ / name, 1234);
    EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed,
                                AllOf(HasSubstr(name), HasSubstr("not that of the log's entries"))));
  }
  EXPECT_THAT(Now(), IsOk());
}

TEST_F(VerifyTest, NamesTheFirstFalseTile) {
  const Changed late(*folder_ / "tile/0/200", 8);
  const Changed early(*folder_ / "tile/0/100", 8);
  EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed, HasSubstr("tile/0/100")));
}

TEST_F(VerifyTest, NamesAFalseEntryByItsNumber) {
  // "leaf 25600" is the first of its bundle: two bytes of length, then its text.
  const Changed changed(*folder_ / "tile/entries/100", 6);
  EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed,
                              AllOf(HasSubstr("entry 25600 is not"), HasSubstr("tile/entries/100"))));
}

TEST_F(VerifyTest, BlamesTheRootWhenNeitherEntriesNorTilesBearItOut) {
  const Changed entry(*folder_ / "tile/entries/100", 6);
  const Changed tile(*folder_ / "tile/0/050", 6);
  EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed,
                              AllOf(HasSubstr("the checkpoint says"), HasSubstr("checkpoint"))));
}

TEST_F(VerifyTest, NamesAMissingTileOfAHigherLevel) {
  const std::filesystem::path tile = *folder_ / "tile/1/000";
  std::filesystem::rename(tile, *folder_ / "aside");
  EXPECT_THAT(Now(), HasError(ErrorCode::kNotFound, HasSubstr("tile/1/000")));
  std::filesystem::rename(*folder_ / "aside", tile);
}

TEST_F(VerifyTest, ChecksOldPartialTilesAgainstTheFullOnes) {
  ASSERT_THAT(MakeFolder(*folder_ / "tile/0/003.p"), IsOk());
  ASSERT_THAT(MakeFolder(*folder_ / "tile/entries/003.p"), IsOk());
  CUPEL_ASSERT_OK(const Bytes full, ReadFile(*folder_ / "tile/0/003"));
  ASSERT_THAT(WriteFileAtomic(*folder_ / "tile/0/003.p/9", BytesView(full).first(9 * 32)), IsOk());
  ASSERT_THAT(
      WriteFileAtomic(*folder_ / "tile/entries/003.p/2", merkle::EntryBundle(NumberedLeaves(768, 770))),
      IsOk());
  EXPECT_THAT(Now(), IsOk());
  for (const char* name : {"tile/0/003.p/9", "tile/entries/003.p/2"}) {
    const Changed changed(*folder_ / name, 3);
    EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed, HasSubstr(name)));
  }
  std::filesystem::remove_all(*folder_ / "tile/0/003.p");
  std::filesystem::remove_all(*folder_ / "tile/entries/003.p");
}

// A file that no checkpoint covers may be what somebody is appending just now: the verdict waits for him.
TEST_F(VerifyTest, JudgesUncoveredFilesOnlyWhileNobodyAppends) {
  const std::filesystem::path foreign = *folder_ / "tile/0/260";
  ASSERT_THAT(WriteFileAtomic(foreign, std::string_view("of an append that goes on")), IsOk());
  {
    std::optional<FolderLock> lock = FolderLock::Take(folder_->path(), {}).value();
    std::thread appender([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      std::filesystem::remove(foreign);
      lock.reset();
    });
    EXPECT_THAT(Now(), IsOk());
    appender.join();
  }
  ASSERT_THAT(WriteFileAtomic(foreign, std::string_view("of an append that ended")), IsOk());
  EXPECT_THAT(Now(), HasError(ErrorCode::kVerificationFailed, HasSubstr("tile/0/260")));
  std::filesystem::remove(foreign);
}

TEST(VerifyEmpty, TakesALogWithoutEntries) {
  const ScratchFolder folder;
  ASSERT_THAT(Log::Create(folder.path(), TestKey(), kTestOrigin), IsOk());
  CUPEL_ASSERT_OK(const SignedCheckpoint head, VerifyStreaming(folder.path(), TestVerifier()));
  EXPECT_EQ(head.checkpoint.root, merkle::EmptyRoot());
}

}  // namespace
}  // namespace cupel::ledger::log
