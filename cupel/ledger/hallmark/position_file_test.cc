// SPDX-License-Identifier: Apache-2.0
// A position on a real disk: damage, permissions, faults and several processes.
#include "cupel/ledger/hallmark/position_file.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

mode_t ModeOf(const std::filesystem::path& path) {
  struct stat status{};
  CUPEL_CHECK(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

VerifiedPosition OfSize(std::uint64_t size) {
  return VerifiedPosition().After({"example.com/ledger", size, GateWorld::DigestOf("root")}, {});
}

class PositionFileTest : public ::testing::Test {
 protected:
  PositionFileTest() {
    CUPEL_CHECK(MakeFolder(folder_ / "state").has_value());
    CUPEL_CHECK(MakeFolder(folder_ / "keys").has_value());
  }

  std::filesystem::path File() const { return folder_ / "state/position"; }
  std::filesystem::path Key() const { return folder_ / "keys/position.key.pem"; }

  Result<std::optional<VerifiedPosition>> LoadIt() const { return PositionFile(File(), Key()).Load(); }
  Status SaveIt(const VerifiedPosition& position) const {
    PositionFile file(File(), Key());
    CUPEL_TRY([[maybe_unused]] const auto before, file.Load());
    return file.Save(position);
  }

  const ScratchFolder folder_;
};

TEST_F(PositionFileTest, IsEmptyTheFirstTimeAndThenWhatWasSaved) {
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_FALSE(std::filesystem::exists(File())) << "loading writes nothing";
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Optional(OfSize(3))));
  ASSERT_THAT(SaveIt(OfSize(4)), IsOk());
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Optional(OfSize(4))));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "state")) {
    ++files;
    EXPECT_EQ(entry.path(), File()) << "something is left over";
  }
  EXPECT_EQ(files, 1u);
}

TEST_F(PositionFileTest, FilesAreForTheirOwnerAlone) {
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  EXPECT_EQ(ModeOf(File()), 0600u);
  EXPECT_EQ(ModeOf(Key()), 0600u);
  std::filesystem::permissions(Key(), std::filesystem::perms(0640));
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kPermission, HasSubstr("0600")));
}

TEST_F(PositionFileTest, EveryDamagedByteIsAnErrorAndNeverAFirstTime) {
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  const std::string good = ReadTextFile(File()).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 7));
    ASSERT_THAT(WriteFileAtomic(File(), bad), IsOk());
    EXPECT_FALSE(LoadIt().has_value()) << i;
    ASSERT_THAT(WriteFileAtomic(File(), good.substr(0, i)), IsOk());
    EXPECT_FALSE(LoadIt().has_value()) << i;
  }
  ASSERT_THAT(WriteFileAtomic(File(), good), IsOk());
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Optional(OfSize(3))));
}

TEST_F(PositionFileTest, WhatIsNoFileIsAnError) {
  std::filesystem::create_directory(File());
  EXPECT_FALSE(LoadIt().has_value());
  std::filesystem::remove(File());
  ASSERT_THAT(WriteFileAtomic(File(), std::string(2 << 20, 'x')), IsOk());
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kResourceLimit));
}

TEST_F(PositionFileTest, AnotherKeyDoesNotOpenIt) {
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  std::filesystem::rename(Key(), folder_ / "keys/old.pem");
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kVerificationFailed, HasSubstr("state/position")))
      << "a key that was lost is made anew, and what the old one signed is not believed";
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kVerificationFailed));
  std::filesystem::remove(File());
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_F(PositionFileTest, AFolderThatIsAwayIsNoFirstTime) {
  std::filesystem::remove(folder_ / "state");
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kNotFound, HasSubstr("mount")));
  ASSERT_THAT(WriteFileAtomic(folder_ / "state", std::string_view("a file")), IsOk());
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kNotFound));
}

TEST_F(PositionFileTest, AnOlderFileThatIsPutBackIsWhatTheRuntimeKnewThen) {
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  std::filesystem::copy_file(File(), folder_ / "older");
  ASSERT_THAT(SaveIt(OfSize(9)), IsOk());
  std::filesystem::copy_file(folder_ / "older", File(), std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Optional(OfSize(3))));
}

TEST_F(PositionFileTest, AFullDiskKeepsTheOldPosition) {
  const cupel::testing::SmallDisk disk("size=64k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs a disk of its own";
  PositionFile file(disk / "position", Key());
  ASSERT_THAT(file.Load(), IsOk());
  ASSERT_THAT(file.Save(OfSize(3)), IsOk());
  ASSERT_THAT(WriteFileAtomic(disk / "ballast", Bytes(60 << 10, 1)), IsOk());
  EXPECT_THAT(file.Save(OfSize(4)), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(file.Load(), IsOkAndHolds(Optional(OfSize(3))));
  std::filesystem::remove(disk / "ballast");
  EXPECT_THAT(file.Save(OfSize(4)), IsOk());
  disk.MakeReadOnly();
  EXPECT_THAT(file.Save(OfSize(5)), HasError(ErrorCode::kPermission));
  EXPECT_THAT(file.Load(), IsOkAndHolds(Optional(OfSize(4))));
}

TEST_F(PositionFileTest, AnotherHolderIsWaitedForAndThenAnError) {
  PositionFile first(File(), Key());
  ASSERT_THAT(first.Load(), IsOk());
  EXPECT_THAT(PositionFile(File(), Key(), 20).Load(),
              HasError(ErrorCode::kResourceLimit, HasSubstr("in use")));
  ASSERT_THAT(first.Load(), IsOk()) << "the holder itself may look again";
  // The second one gets it as soon as the first one lets go.
  std::optional<PositionFile> holder;
  std::filesystem::create_directory(folder_ / "other");
  holder.emplace(folder_ / "other/position", folder_ / "keys/other.pem");
  ASSERT_THAT(holder->Load(), IsOk());
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    holder.reset();
  });
  EXPECT_THAT(PositionFile(folder_ / "other/position", folder_ / "keys/other.pem").Load(), IsOk());
  later.join();
}

/// Each process adds one leaf to what it finds, many times; what is there in the end counts every addition.
TEST_F(PositionFileTest, ProcessesDoNotUndoEachOther) {
  constexpr int kProcesses = 4;
  constexpr int kTurns = 10;
  ASSERT_THAT(SaveIt(OfSize(0)), IsOk());
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int turn = 0; turn < kTurns; ++turn) {
        PositionFile file(File(), Key(), 60'000);
        const auto before = file.Load();
        if (!before || !*before) ::_exit(1);
        const std::uint64_t size = (*before)->ledgers[0].seen.size;
        if (!file.Save(OfSize(size + 1))) ::_exit(2);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_THAT(LoadIt(), IsOkAndHolds(Optional(OfSize(kProcesses * kTurns))));
}

/// Killed at any moment, a writer leaves the old position or the new one: never none, and never half of one.
TEST_F(PositionFileTest, AWriterThatIsKilledLeavesAWholePosition) {
  ASSERT_THAT(SaveIt(OfSize(1)), IsOk());
  std::uint64_t last = 1;
  std::uint64_t most = 1;
  for (int round = 0; round < 25; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (std::uint64_t size = last;; ++size) {
        if (!SaveIt(OfSize(size))) ::_exit(1);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + round));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    CUPEL_ASSERT_OK(const auto position, LoadIt());
    ASSERT_TRUE(position.has_value());
    last = position->ledgers[0].seen.size;
    EXPECT_EQ(*position, OfSize(last));
    EXPECT_GE(last, most) << "it went back";
    most = last;
  }
  EXPECT_GT(most, 10u) << "nothing was written before it was killed";
}

TEST_F(PositionFileTest, WaitingEndsWhenTheUserAsksForIt) {
  PositionFile holder(File(), Key());
  ASSERT_THAT(holder.Load(), IsOk());
  Interrupt::SetRequested(true);
  EXPECT_THAT(PositionFile(File(), Key(), 60'000).Load(), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

TEST_F(PositionFileTest, WhoMayNotReadOrWriteItIsTold) {
  ASSERT_THAT(SaveIt(OfSize(3)), IsOk());
  std::filesystem::permissions(folder_ / "state", std::filesystem::perms(0755));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  const cupel::testing::Unprivileged user;
  if (!user.IsThere() || !user.Changed()) GTEST_SKIP() << "needs another user";
  EXPECT_THAT(LoadIt(), HasError(ErrorCode::kPermission)) << "the key is somebody else's";
}

}  // namespace
}  // namespace cupel::ledger::hallmark
