// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/repeated_measures.h"

#include <gtest/gtest.h>

#include <vector>

namespace cupel::stats {
namespace {

// statsmodels 0.13.5: cochrans_q of the same answers, [12, 3].
TEST(CochranQTest, EqualsStatsmodels) {
  const std::vector<std::uint8_t> answers = {1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1,
                                             1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0};
  const ChiSquaredTest test = CochranQ(answers, 3);
  EXPECT_NEAR(test.statistic, 4.0, 1e-13);
  EXPECT_NEAR(test.p_value, 0.1353352832366127, 1e-13);
  EXPECT_EQ(test.degrees, 2);
}

// With two methods Cochran's Q is McNemar's statistic without correction, (b - c)^2 / (b + c).
TEST(CochranQTest, OfTwoMethodsIsMcNemars) {
  std::vector<std::uint8_t> answers;
  for (int i = 0; i < 10; ++i) answers.insert(answers.end(), {1, 0});
  for (int i = 0; i < 25; ++i) answers.insert(answers.end(), {0, 1});
  for (int i = 0; i < 7; ++i) answers.insert(answers.end(), {1, 1});
  EXPECT_NEAR(CochranQ(answers, 2).statistic, 15.0 * 15 / 35, 1e-12);
}

TEST(CochranQTest, MethodsThatAlwaysAgreeDoNotDiffer) {
  const std::vector<std::uint8_t> answers = {1, 1, 0, 0};
  EXPECT_EQ(CochranQ(answers, 2).p_value, 1);
}

// scipy 1.10.1: friedmanchisquare of the same values, [10, 4], with ties.
TEST(FriedmanTest, EqualsSciPy) {
  const std::vector<double> values = {3, 3, 3, 4, 1, 3, 3, 3, 5, 1, 1, 5, 0, 2, 1, 0, 5, 2, 5, 3,
                                      0, 5, 3, 0, 0, 4, 4, 5, 2, 0, 3, 0, 0, 0, 2, 4, 5, 3, 5, 1};
  const ChiSquaredTest test = Friedman(values, 4);
  EXPECT_NEAR(test.statistic, 2.16867469879516, 1e-12);
  EXPECT_NEAR(test.p_value, 0.5381448047035347, 1e-12);
  EXPECT_EQ(test.degrees, 3);
}

TEST(FriedmanTest, NothingButTiesDoNotDiffer) {
  const std::vector<double> values(12, 2.0);
  EXPECT_EQ(Friedman(values, 3).p_value, 1);
}

}  // namespace
}  // namespace cupel::stats
