// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/parallel.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::Each;
using ::testing::HasSubstr;

TEST(ForEachPiece, RunsEveryPieceOnceOnAnyNumberOfWorkers) {
  for (int workers : {1, 2, 5}) {
    std::vector<int> runs(100, 0);
    ASSERT_THAT(ForEachPiece(100, workers,
                             [&](std::int64_t piece, int) -> Status {
                               ++runs[static_cast<std::size_t>(piece)];
                               return {};
                             }),
                IsOk());
    EXPECT_THAT(runs, Each(1));
  }
}

TEST(ForEachPiece, ReturnsTheErrorAndStartsNothingNew) {
  std::atomic<int> runs{0};
  const Status status = ForEachPiece(1000, 2, [&](std::int64_t piece, int) -> Status {
    ++runs;
    if (piece == 3) return Fail(ErrorCode::kCorrupt, "piece 3");
    return {};
  });
  EXPECT_THAT(status, HasError(ErrorCode::kCorrupt, HasSubstr("piece 3")));
  EXPECT_LT(runs.load(), 1000);
}

TEST(ForEachPiece, TurnsExceptionsIntoErrors) {
  EXPECT_THAT(ForEachPiece(1, 1, [](std::int64_t, int) -> Status { throw std::runtime_error("boom"); }),
              HasError(ErrorCode::kInternal, HasSubstr("boom")));
}

TEST(ForEachPiece, StopsWhenTheUserAsks) {
  Interrupt::SetRequested(true);
  const Status status = ForEachPiece(5, 1, [](std::int64_t, int) -> Status { return {}; });
  Interrupt::SetRequested(false);
  EXPECT_THAT(status, HasError(ErrorCode::kInterrupted, HasSubstr("--resume")));
}

TEST(ForEachPiece, GivesEachPieceOnceUnderManyWorkersAndShortWork) {
  std::vector<std::atomic<int>> runs(20000);
  std::vector<std::atomic<bool>> busy(8);
  std::atomic<bool> shared{false};
  ASSERT_THAT(ForEachPiece(20000, 8,
                           [&](std::int64_t piece, int worker) -> Status {
                             // A worker's number is its own while it works: callers keep scratch memory by
                             // it.
                             if (busy.at(static_cast<std::size_t>(worker)).exchange(true)) shared = true;
                             ++runs[static_cast<std::size_t>(piece)];
                             busy[static_cast<std::size_t>(worker)] = false;
                             return {};
                           }),
              IsOk());
  for (const auto& run : runs) ASSERT_EQ(run.load(), 1);
  EXPECT_FALSE(shared);
}

TEST(ForEachPiece, OneWorkerRunsInOrderOnTheCallingThread) {
  std::vector<std::int64_t> order;
  const auto caller = std::this_thread::get_id();
  ASSERT_THAT(ForEachPiece(50, 1,
                           [&](std::int64_t piece, int worker) -> Status {
                             EXPECT_EQ(std::this_thread::get_id(), caller);
                             EXPECT_EQ(worker, 0);
                             order.push_back(piece);
                             return {};
                           }),
              IsOk());
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 50u);
}

TEST(ForEachPiece, HasNothingToDoForNoPieces) {
  for (const int workers : {-1, 0, 1, 4}) {
    EXPECT_THAT(ForEachPiece(0, workers,
                             [](std::int64_t, int) -> Status { return Fail(ErrorCode::kInternal, "ran"); }),
                IsOk());
  }
  EXPECT_THAT(
      ForEachPiece(1, 0, [](std::int64_t, int) -> Status { return Fail(ErrorCode::kInternal, "ran"); }),
      HasError(ErrorCode::kInternal))
      << "no workers still means one";
}

TEST(ForEachPiece, ReturnsTheLowestOfTheFailuresWhateverFinishesFirst) {
  for (int round = 0; round < 20; ++round) {
    std::barrier both(2);
    const Status status = ForEachPiece(2, 2, [&](std::int64_t piece, int) -> Status {
      both.arrive_and_wait();
      if (piece == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return Fail(ErrorCode::kCorrupt, "piece " + std::to_string(piece));
    });
    EXPECT_THAT(status, HasError(ErrorCode::kCorrupt, HasSubstr("piece 0")));
  }
}

TEST(ForEachPiece, TurnsAnythingThrownOnAnyThreadIntoAnError) {
  EXPECT_THAT(ForEachPiece(8, 4, [](std::int64_t, int) -> Status { throw std::runtime_error("boom"); }),
              HasError(ErrorCode::kInternal, HasSubstr("boom")));
  EXPECT_THAT(ForEachPiece(8, 4, [](std::int64_t, int) -> Status { throw 7; }),
              HasError(ErrorCode::kInternal));
}

TEST(ForEachPiece, StopsAtAWishToStopUnlessTheWorkMustBeFinished) {
  Interrupt::SetRequested(true);
  std::atomic<int> done{0};
  const auto count = [&](std::int64_t, int) -> Status {
    ++done;
    return {};
  };
  EXPECT_THAT(ForEachPiece(8, 2, count), HasError(ErrorCode::kInterrupted));
  EXPECT_EQ(done.load(), 0);
  EXPECT_THAT(ForEachPiece(8, 2, count, OnInterrupt::kFinish), IsOk());
  EXPECT_EQ(done.load(), 8);
  Interrupt::SetRequested(false);
}

TEST(AvailableProcessors, IsAtLeastOneAndNoMoreThanTheMachines) {
  EXPECT_GE(AvailableProcessors(), 1);
  EXPECT_LE(AvailableProcessors(), static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace
}  // namespace cupel
