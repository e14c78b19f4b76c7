// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/folder_lock.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class FolderLockTest : public ::testing::Test {
 protected:
  Result<FolderLock> Take(std::int64_t timeout_ms = 0, bool shared = false) const {
    return FolderLock::Take(folder_.path(), {.timeout_ms = timeout_ms, .shared = shared});
  }
  const cupel::testing::ScratchFolder folder_;
};

/// A process that takes the lock and holds it until it is killed.
class Holder {
 public:
  explicit Holder(const std::function<Result<FolderLock>()>& take) : process_(::fork()) {
    if (process_ != 0) return;
    const auto lock = take();
    for (;;) ::pause();
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { Kill(); }
  void Kill() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  pid_t process() const { return process_; }

 private:
  pid_t process_;
};

TEST_F(FolderLockTest, HasOneHolder) {
  {
    CUPEL_ASSERT_OK(const FolderLock lock, Take());
    EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit, HasSubstr("the folder is in use")));
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

TEST_F(FolderLockTest, IsOneLockHoweverTheFolderIsSpelled) {
  ASSERT_THAT(MakeFolder(folder_ / "a/b"), IsOk());
  std::filesystem::create_symlink(folder_ / "a", folder_ / "link");
  CUPEL_ASSERT_OK(const FolderLock lock, FolderLock::Take(folder_ / "a", {}));
  for (const char* spelling : {"a/", "a/b/..", "./a", "link"}) {
    EXPECT_THAT(FolderLock::Take(folder_ / spelling, {}), HasError(ErrorCode::kResourceLimit)) << spelling;
  }
  EXPECT_THAT(FolderLock::Take(folder_ / "a/b", {}), IsOk()) << "a folder inside it is another one";
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
  EXPECT_THAT(Take(60), HasError(ErrorCode::kResourceLimit, HasSubstr("for 60 ms")));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(60));
}

TEST_F(FolderLockTest, IsLeftByAProcessThatIsKilled) {
  Holder holder([this] { return Take(-1); });
  // Held by the child as soon as it is refused here.
  while (Take().has_value()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit));
  holder.Kill();
  EXPECT_THAT(Take(1000), IsOk());
}

TEST_F(FolderLockTest, NamesTheProcessThatHoldsItWhereTheSystemTells) {
  const Holder holder([this] { return Take(-1); });
  while (Take().has_value()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const std::string named = fmt::format("the folder is in use by process {} (", holder.process());
  const bool told = [&] {
    std::ifstream locks("/proc/locks");
    const std::string text((std::istreambuf_iterator<char>(locks)), {});
    return text.find(fmt::format(" {} ", holder.process())) != std::string::npos;
  }();
  EXPECT_THAT(Take(), HasError(ErrorCode::kResourceLimit, HasSubstr(told ? named : "in use")));
  EXPECT_THAT(Take(5), HasError(ErrorCode::kResourceLimit,
                                AnyOf(HasSubstr(fmt::format("by process {} (", holder.process())),
                                      HasSubstr("in use elsewhere for 5 ms"))));
}

/// Adds one to a number in a file, not atomically: what happens to it without a lock is the broken twin.
void CountUp(const std::filesystem::path& file) {
  const int before = std::stoi(ReadTextFile(file).value());
  std::this_thread::sleep_for(std::chrono::microseconds(50));
  CUPEL_CHECK(WriteFileAtomic(file, std::to_string(before + 1)).has_value());
}

int CountTogether(const std::filesystem::path& folder, bool locked) {
  constexpr int kProcesses = 4;
  constexpr int kThreads = 3;
  constexpr int kTimes = 25;
  CUPEL_CHECK(WriteFileAtomic(folder / "count", std::string_view("0")).has_value());
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int n = 0; n < kTimes; ++n) {
          std::optional<FolderLock> lock;
          if (locked) lock = FolderLock::Take(folder, {.timeout_ms = -1}).value();
          CountUp(folder / "count");
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = -1;
    CUPEL_CHECK(::waitpid(child, &status, 0) == child);
    EXPECT_EQ(status, 0);
  }
  return kProcesses * kThreads * kTimes - std::stoi(ReadTextFile(folder / "count").value());
}

TEST_F(FolderLockTest, KeepsThreadsAndProcessesApart) {
  EXPECT_EQ(CountTogether(folder_.path(), true), 0) << "nothing is lost under the lock";
  EXPECT_GT(CountTogether(folder_.path(), false), 0) << "and this would show it";
}

TEST_F(FolderLockTest, StopsWaitingWhenTheUserAsks) {
  CUPEL_ASSERT_OK(const FolderLock lock, Take());
  Interrupt::SetRequested(true);
  EXPECT_THAT(Take(-1), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

TEST_F(FolderLockTest, NeedsAFolder) {
  ASSERT_THAT(WriteFileAtomic(folder_ / "file", std::string_view("x")), IsOk());
  EXPECT_THAT(FolderLock::Take(folder_ / "absent", {}), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(FolderLock::Take(folder_ / "file", {}), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel
