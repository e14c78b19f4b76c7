// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/multiple_testing.h"

#include <gmock/gmock.h>

namespace cupel::stats {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
TEST(HolmTest, EqualsR) {
  EXPECT_THAT(HolmAdjusted(std::vector<double>{0.01, 0.04, 0.03, 0.005}),
              ElementsAre(DoubleEq(0.03), DoubleEq(0.06), DoubleEq(0.06), DoubleEq(0.02)));
}

TEST(HolmTest, NeverExceedsOneNorFallsBelowTheRawValue) {
  EXPECT_THAT(HolmAdjusted(std::vector<double>{0.6, 1.0, 0.9}), ElementsAre(1.0, 1.0, 1.0));
  EXPECT_THAT(HolmAdjusted(std::vector<double>{0.2}), ElementsAre(0.2));
  EXPECT_THAT(HolmAdjusted(std::vector<double>{}), ElementsAre());
}

// The 15 p-values of Benjamini and Hochberg (1995, section 3), shuffled; statsmodels 0.13.5:
// multipletests(p, method="fdr_bh") and "fdr_by".
TEST(FalseDiscoveryTest, EqualsStatsmodels) {
  const std::vector<double> p = {0.0201, 0.0001, 1.0,    0.0459, 0.0019, 0.0344, 0.0004, 0.6528,
                                 0.0095, 0.4262, 0.0298, 0.0278, 0.759,  0.324,  0.5719};
  const std::vector<double> bh = {0.0603,
                                  0.0015,
                                  1.0,
                                  0.0765,
                                  0.0095,
                                  0.0645,
                                  0.003,
                                  0.7532307692307693,
                                  0.035625,
                                  0.5811818181818182,
                                  0.06385714285714286,
                                  0.06385714285714286,
                                  0.8132142857142857,
                                  0.486,
                                  0.714875};
  const std::vector<double> by = {0.20008920829170831,
                                  0.004977343489843491,
                                  1.0,
                                  0.253844517982018,
                                  0.03152317543567544,
                                  0.2140257700632701,
                                  0.009954686979686982,
                                  1.0,
                                  0.11821190788378289,
                                  1.0,
                                  0.21189262285333715,
                                  0.21189262285333715,
                                  1.0,
                                  1.0,
                                  1.0};
  const std::vector<double> hochberg = BenjaminiHochbergAdjusted(p);
  const std::vector<double> yekutieli = BenjaminiYekutieliAdjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(hochberg[i], bh[i], 1e-14) << i;
    EXPECT_NEAR(yekutieli[i], by[i], 1e-14) << i;
  }
  EXPECT_TRUE(BenjaminiHochbergAdjusted(std::vector<double>{}).empty());
}

}  // namespace
}  // namespace cupel::stats
