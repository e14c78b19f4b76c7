// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/folder_lock.h"

#include <chrono>
#include <optional>
#include <thread>

#include "cupel/base/interrupt.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

class FolderLockTest : public ::testing::Test {
 protected:
  Result<FolderLock> Take(std::int64_t timeout_ms = 0, bool shared = false) const {
    return FolderLock::Take(folder_.path(), {.timeout_ms = timeout_ms, .shared = shared});
  }
  const cupel::testing::ScratchFolder folder_;
};

TEST_F(FolderLockTest, HasOneHolder) {
  {
    CUPEL_ASSERT_OK(const FolderLock lock, Take());
    EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit, HasSubstr("open elsewhere")));
    EXPECT_THAT(Take(0, true), HasError(ErrorCode::kResourceLimit));
  }
  EXPECT_THAT(Take(), IsOk());
}

TEST_F(FolderLockTest, IsSharedByThoseWhoAskForThat) {
  CUPEL_ASSERT_OK(const FolderLock one, Take(0, true));
  EXPECT_THAT(Take(0, true), IsOk());
  EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit));
}

TEST_F(FolderLockTest, MovesWithItsHolder) {
  CUPEL_ASSERT_OK(FolderLock lock, Take());
  std::optional<FolderLock> moved = std::move(lock);
  EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit));
  moved.reset();
  EXPECT_THAT(Take(), IsOk());
}

TEST_F(FolderLockTest, WaitsUntilItIsFree) {
  std::optional<FolderLock> lock = Take().value();
  std::thread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(80));
    lock.reset();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(Take(-1), IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(70));
  holder.join();
}

TEST_F(FolderLockTest, GivesUpWhenTheTimeIsOver) {
  CUPEL_ASSERT_OK(const FolderLock lock, Take());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(Take(60), HasError(ErrorCode::kResourceLimit, HasSubstr("60 ms")));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(60));
}

TEST_F(FolderLockTest, IsLeftByAProcessThatIsKilled) {
  const ChildReport report = RunChild(
      [&](const auto& tell) {
        const auto lock = Take();
        tell(lock.has_value());
        for (;;) ::pause();
        return 0;
      },
      [&](pid_t child) {
        // Held by the child as soon as it is refused here.
        while (Take().has_value()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit));
        ::kill(child, SIGKILL);
      });
  EXPECT_TRUE(report.killed);
  EXPECT_THAT(Take(1000), IsOk());
}

TEST_F(FolderLockTest, StopsWaitingWhenTheUserAsks) {
  CUPEL_ASSERT_OK(const FolderLock lock, Take());
  Interrupt::SetRequested(true);
  EXPECT_THAT(Take(-1), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

TEST_F(FolderLockTest, NeedsAFolder) {
  EXPECT_THAT(FolderLock::Take(folder_ / "absent", {}), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
}

}  // namespace
}  // namespace cupel::ledger::log
