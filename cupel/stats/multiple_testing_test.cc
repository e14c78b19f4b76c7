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

}  // namespace
}  // namespace cupel::stats
