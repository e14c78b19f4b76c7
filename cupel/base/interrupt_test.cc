// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/interrupt.h"

#include <csignal>
#include <cstdlib>

#include "cupel/base/parallel.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

class InterruptTest : public ::testing::Test {
 protected:
  void SetUp() override { Interrupt::SetRequested(false); }
  void TearDown() override { Interrupt::SetRequested(false); }
};
using InterruptDeathTest = InterruptTest;

TEST_F(InterruptTest, IsNotRequestedUntilSomebodyAsks) {
  EXPECT_FALSE(Interrupt::Requested());
  Interrupt::SetRequested(true);
  EXPECT_TRUE(Interrupt::Requested());
  EXPECT_TRUE(Interrupt::Requested()) << "asking does not forget";
}

TEST_F(InterruptTest, SaysHowToContinue) {
  const Status status = Interrupt::AsError();
  EXPECT_THAT(status, HasError(ErrorCode::kInterrupted, HasSubstr("--resume")));
}

// In processes of their own: a signal handler is for the whole process.
TEST_F(InterruptDeathTest, OneSignalIsARequestAndTheProcessLives) {
  for (const int number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          Interrupt::Install();
          std::raise(number);
          std::_Exit(Interrupt::Requested() ? 42 : 43);
        },
        ::testing::ExitedWithCode(42), "");
  }
}

TEST_F(InterruptDeathTest, ASecondSignalEndsTheProcess) {
  for (const auto& [first, second] :
       {std::pair(SIGINT, SIGINT), std::pair(SIGTERM, SIGINT), std::pair(SIGINT, SIGTERM)}) {
    EXPECT_EXIT(
        {
          Interrupt::Install();
          std::raise(first);
          std::raise(second);
          std::_Exit(0);
        },
        ::testing::KilledBySignal(second), "");
  }
}

TEST_F(InterruptDeathTest, ASignalStopsRunningWorkersBetweenTwoPieces) {
  EXPECT_EXIT(
      {
        Interrupt::Install();
        std::int64_t done = 0;
        const Status status = ForEachPiece(1000, 1, [&](std::int64_t piece, int) -> Status {
          ++done;
          if (piece == 10) std::raise(SIGINT);
          return {};
        });
        const bool stopped = !status && status.error().code == ErrorCode::kInterrupted && done == 11;
        std::_Exit(stopped ? 42 : 43);
      },
      ::testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace cupel
