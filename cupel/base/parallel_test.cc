// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/parallel.h"

#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>
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

}  // namespace
}  // namespace cupel
