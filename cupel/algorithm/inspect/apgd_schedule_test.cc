// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "cupel/algorithm/inspect/apgd_attack.h"

namespace cupel::algorithm::inspect {
namespace {

std::int64_t NotAsked() {
  ADD_FAILURE() << "features are counted in L1 alone";
  return 0;
}

// Where a walk of 100 iterations goes back, when `loss(i)` is the loss of iteration i (0: the start).
template <typename Loss>
std::vector<int> Returns(Loss loss, double rho = 0.75) {
  const auto schedule = MakeApgdSchedule(Norm::kLinf, 0.1, 100, rho, 10);
  double best = loss(0);
  schedule->Begin(best);
  std::vector<int> returns;
  double step = schedule->step();
  EXPECT_EQ(step, 0.2);
  for (int i = 1; i <= 100; ++i) {
    best = std::max<double>(best, loss(i));
    const bool back = schedule->Learn(loss(i), best, NotAsked);
    if (back) returns.push_back(i), step /= 2;
    EXPECT_EQ(schedule->step(), step) << "iteration " << i;
  }
  return returns;
}

// From the official code: k = 22, then 3 fewer each time, never below 6.
TEST(ApgdCheckpointsOf, AHundredIterationsAreThoseOfTheOfficialCode) {
  EXPECT_EQ(ApgdCheckpoints(100), (std::vector<int>{22, 41, 57, 70, 80, 87, 93, 99}));
}

TEST(ApgdCheckpointsOf, OtherLengthsRoundDownAndNeverVanish) {
  EXPECT_EQ(ApgdCheckpoints(1), (std::vector<int>{1}));
  EXPECT_EQ(ApgdCheckpoints(10), (std::vector<int>{2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_EQ(ApgdCheckpoints(50), (std::vector<int>{11, 21, 30, 38, 45}));  // 11, 10, 9, 8, 7, 6
  EXPECT_TRUE(ApgdCheckpoints(1000).back() <= 1000);
}

TEST(HalvingSchedule, ALossThatAlwaysRisesKeepsItsStep) {
  EXPECT_EQ(Returns([](int i) { return 1.0 + i; }), std::vector<int>{});
}

TEST(HalvingSchedule, ALossThatNeverRisesHalvesAtEveryCheckpoint) {
  EXPECT_EQ(Returns([](int i) { return 100.0 - i; }), ApgdCheckpoints(100));
}

// 22 iterations with 17 rises: 17 > 0.75 * 22 = 16.5 keeps the step, 16 does not. The loss is above zero, so
// the first iteration counts as one.
TEST(HalvingSchedule, RhoIsTheShareOfRisesThatIsTooSmall) {
  const auto falls_after = [](int rises) {
    return [rises](int i) { return i > rises && i <= 22 ? -1.0 * i : 1.0 + i; };
  };
  EXPECT_EQ(Returns(falls_after(17)), std::vector<int>{});
  EXPECT_EQ(Returns(falls_after(16)), std::vector<int>{22});
}

// At 41 the loss has risen all the way but not above the best of the first 22: not enough in two checkpoints
// without a halving.
TEST(HalvingSchedule, ABestThatStaysHalvesUnlessTheLastCheckpointDid) {
  const auto high_early = [](int i) { return i <= 22 ? 1000.0 + i : static_cast<double>(i); };
  const std::vector<int> returns = Returns(high_early);
  EXPECT_EQ(returns, (std::vector<int>{41, 70, 87, 99}));
}

// As in the official code: at the start of a walk the first loss is compared with zero, not with the start's.
TEST(HalvingSchedule, TheFirstIterationIsComparedWithZero) {
  const auto one_missing = [](double sign) {
    // 16 rises among the iterations 2 .. 22; whether 1 counts decides.
    return [sign](int i) {
      return sign * 100 + (i >= 2 && i <= 17 ? i : i < 2 ? 0.5 : i <= 22 ? 10.0 - i : i);
    };
  };
  const std::vector<int> above = Returns(one_missing(1));
  const std::vector<int> below = Returns(one_missing(-1));
  EXPECT_EQ(above, std::vector<int>{});
  EXPECT_EQ(below, std::vector<int>{22});
}

TEST(HalvingSchedule, AHigherRhoHalvesMore) {
  const auto wavy = [](int i) { return i % 5 == 0 ? -1.0 : 1.0 + i; };  // four rises of five
  EXPECT_LT(Returns(wavy, 0.5).size(), Returns(wavy, 0.9).size());
}

// Checkpoints every 4 iterations; sparser than 95 % of before: full step and back; else the step shrinks
// by 1.5 down to a tenth.
TEST(SparseSchedule, FollowsHowSparseTheBestPointIs) {
  const auto schedule = MakeApgdSchedule(Norm::kL1, 12, 100, 0.75, 100);
  EXPECT_EQ(schedule->step(), 12);
  EXPECT_EQ(schedule->sparsity(), 0.2);
  schedule->Begin(0);
  const auto checkpoint = [&](std::int64_t moved) {
    bool back = false;
    for (int i = 0; i < 4; ++i) {
      EXPECT_FALSE(back);
      back = schedule->Learn(0, 0, [&] { return moved; });
    }
    return back;
  };
  EXPECT_TRUE(checkpoint(60));  // 60 of 100
  EXPECT_EQ(schedule->step(), 12);
  EXPECT_DOUBLE_EQ(schedule->sparsity(), 0.4);
  EXPECT_FALSE(checkpoint(58));  // 58 / 60 > 0.95
  EXPECT_DOUBLE_EQ(schedule->step(), 8);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(checkpoint(58));
  EXPECT_DOUBLE_EQ(schedule->step(), 1.2);
  EXPECT_TRUE(checkpoint(30));
  EXPECT_EQ(schedule->step(), 12);
  EXPECT_DOUBLE_EQ(schedule->sparsity(), 0.2);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
