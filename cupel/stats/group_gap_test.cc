// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/group_gap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

std::vector<GroupCount> DrawGroups(const std::vector<double>& rates, std::int64_t n, std::uint64_t trial) {
  ReproducibleStream stream(13, "group_gap_test", trial);
  std::vector<GroupCount> groups;
  for (const double rate : rates) groups.push_back({BinomialSampler(n, rate).Draw(stream), n});
  return groups;
}

// Two groups of one trial at rate 1/2: the gap is 0 or 1 with equal probability.
TEST(LargestGapTest, ExpectedGapUnderEqualityEqualsExactArithmetic) {
  const std::vector<GroupCount> groups = {{0, 1}, {1, 1}};
  const GroupGap gap = LargestGap(groups, {.replicates = 40000, .name = "exact"});
  EXPECT_NEAR(gap.expected_if_equal, 0.5, 0.0125);
  EXPECT_EQ(gap.observed, 1);
}

// The range of ten standard normals is 3.0775 on average (Tippett 1925); times sqrt(0.3 * 0.7 / 100) gives
// 0.141.
TEST(LargestGapTest, TenEqualGroupsShowTheGapThatTippettPredicts) {
  const std::vector<GroupCount> groups(10, GroupCount{30, 100});
  const GroupGap gap = LargestGap(groups, {.replicates = 20000, .name = "tippett"});
  EXPECT_NEAR(gap.expected_if_equal, 3.0775 * std::sqrt(0.3 * 0.7 / 100), 0.003);
  EXPECT_EQ(gap.corrected, 0);
  EXPECT_EQ(gap.p_value, 1);
}

TEST(LargestGapTest, CorrectionRemovesMostOfTheBiasAndTheTestKeepsItsLevel) {
  constexpr int kTrials = 300;
  double observed = 0;
  double corrected = 0;
  int rejected = 0;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto groups = DrawGroups(std::vector<double>(10, 0.3), 100, static_cast<std::uint64_t>(trial));
    const GroupGap gap =
        LargestGap(groups, {.replicates = 200, .seed = static_cast<std::uint64_t>(trial), .name = "level"});
    observed += gap.observed / kTrials;
    corrected += gap.corrected / kTrials;
    if (gap.p_value <= 0.05) ++rejected;
    if (gap.interval.low <= 0) ++covered;
  }
  EXPECT_GT(observed, 0.13);
  EXPECT_LT(corrected, 0.03);
  EXPECT_LE(rejected / static_cast<double>(kTrials), 0.05 + 3 * std::sqrt(0.05 * 0.95 / kTrials));
  EXPECT_GE(covered / static_cast<double>(kTrials), 0.95 - 3 * std::sqrt(0.05 * 0.95 / kTrials));
}

TEST(LargestGapTest, IntervalCoversATrueGap) {
  constexpr int kTrials = 300;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto groups = DrawGroups({0.5, 0.6, 0.6, 0.65, 0.7}, 200, 1000 + static_cast<std::uint64_t>(trial));
    const Interval interval = LargestGap(groups, {.replicates = 10, .name = "coverage"}).interval;
    if (interval.low <= 0.2 && 0.2 <= interval.high) ++covered;
  }
  EXPECT_GE(covered / static_cast<double>(kTrials), 0.94);
}

TEST(LargestGapTest, FindsATrueGapAndItsGroups) {
  const std::vector<GroupCount> groups = {{450, 500}, {300, 500}, {440, 500}};
  const GroupGap gap = LargestGap(groups, {.replicates = 999, .name = "power"});
  EXPECT_EQ(gap.highest, 0U);
  EXPECT_EQ(gap.lowest, 1U);
  EXPECT_EQ(gap.p_value, 0.001);
  EXPECT_NEAR(gap.observed, 0.3, 1e-15);
  EXPECT_GT(gap.interval.low, 0.2);
}

TEST(LargestGapTest, ATinyGroupDoesNotHideAGapBetweenBigOnes) {
  const std::vector<GroupCount> groups = {{7000, 10000}, {5000, 10000}, {3, 5}};
  const GroupGap gap = LargestGap(groups, {.replicates = 999, .name = "tiny"});
  EXPECT_GT(gap.expected_if_equal, 0.15);
  EXPECT_GT(gap.corrected, 0.17);
  EXPECT_EQ(gap.p_value, 0.001);
}

TEST(LargestGapTest, OrderOfGroupsDoesNotChangeTheGap) {
  const GroupGap forward = LargestGap(std::vector<GroupCount>{{10, 40}, {30, 50}}, {.name = "order"});
  const GroupGap backward = LargestGap(std::vector<GroupCount>{{30, 50}, {10, 40}}, {.name = "order"});
  EXPECT_EQ(forward.observed, backward.observed);
  EXPECT_EQ(forward.interval.high, backward.interval.high);
  EXPECT_EQ(forward.highest, backward.lowest);
}

TEST(LargestGapTest, UnanimousGroupsHaveNoGap) {
  const GroupGap gap = LargestGap(std::vector<GroupCount>{{5, 5}, {9, 9}}, {.name = "unanimous"});
  EXPECT_EQ(gap.observed, 0);
  EXPECT_EQ(gap.corrected, 0);
  EXPECT_EQ(gap.p_value, 1);
}

// Selection rates of women and men in Adult: 1177 of 10762 and 6660 of 21779, ratio 0.35764.
TEST(SmallestRatioTest, IsSmallestOverLargestInAnyOrder) {
  const GroupRatio ratio = SmallestRatio(std::vector<GroupCount>{{1177, 10762}, {6660, 21779}}, 0.95);
  EXPECT_NEAR(ratio.value, 0.35764, 5e-6);
  // Katz's log interval by hand: exp(ln r -+ 1.96 sqrt(1/1177 - 1/10762 + 1/6660 - 1/21779)); the halves
  // hardly matter here.
  EXPECT_NEAR(ratio.interval.low,
              0.35764 * std::exp(-1.96 * std::sqrt(1 / 1177. - 1 / 10762. + 1 / 6660. - 1 / 21779.)), 5e-4);
  EXPECT_NEAR(ratio.interval.high,
              0.35764 * std::exp(1.96 * std::sqrt(1 / 1177. - 1 / 10762. + 1 / 6660. - 1 / 21779.)), 5e-4);
  EXPECT_EQ(SmallestRatio(std::vector<GroupCount>{{6660, 21779}, {1177, 10762}}, 0.95).value, ratio.value);
}

TEST(SmallestRatioTest, ZeroCountsHaveAnIntervalAndNoPositiveAtAllHasNoRatio) {
  const GroupRatio zero = SmallestRatio(std::vector<GroupCount>{{0, 20}, {10, 20}}, 0.95);
  EXPECT_EQ(zero.value, 0);
  EXPECT_GT(zero.interval.high, 0.2);
  EXPECT_TRUE(std::isnan(SmallestRatio(std::vector<GroupCount>{{0, 20}, {0, 20}}, 0.95).value));
}

TEST(SmallestRatioTest, IntervalCoversATrueRatio) {
  constexpr int kTrials = 400;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto groups = DrawGroups({0.2, 0.3, 0.4}, 150, 5000 + static_cast<std::uint64_t>(trial));
    const Interval interval = SmallestRatio(groups, 0.95).interval;
    if (interval.low <= 0.5 && 0.5 <= interval.high) ++covered;
  }
  EXPECT_GE(covered / static_cast<double>(kTrials), 0.94);
}

}  // namespace
}  // namespace cupel::stats
