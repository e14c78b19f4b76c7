// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/temporal_ap.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/event/golden_for_test.h"

namespace cupel::algorithm::event {
namespace {

TEST(TemporalApTest, AgreesWithActivityNet) {
  for (const Json& golden : GoldenCases("activitynet.json")) {
    SCOPED_TRACE(golden["name"].AsString());
    const auto input = InputOf(EventsOf(golden["truth"]), EventsOf(golden["answers"]));
    std::vector<double> thresholds;
    for (const Json& threshold : golden["thresholds"].AsArray()) thresholds.push_back(threshold.AsNumber());
    const TemporalMatches matches = MatchInTime(*input, thresholds);
    ASSERT_EQ(matches.categories.size(), golden["ap"].AsObject().size());
    for (std::size_t k = 0; k < matches.categories.size(); ++k) {
      const std::string& name = input->categories[matches.categories[k]];
      for (std::size_t i = 0; i < thresholds.size(); ++i) {
        ExpectGolden(AveragePrecision(matches.ranked[k], i, Once(*input)), golden["ap"][name].AsArray()[i],
                     name);
      }
    }
  }
}

TEST(TemporalApTest, ABetterAnswerTakesTheEvent) {
  const auto input = InputOf({{"a", "x", 0, 10}}, {{"a", "x", 0, 9, 0.5}, {"a", "x", 0, 10, 0.4}});
  const std::vector<double> thresholds = {0.5, 0.95};
  const TemporalMatches matches = MatchInTime(*input, thresholds);
  EXPECT_EQ(MeanAveragePrecision(matches, 0, Once(*input)), 1);
  EXPECT_EQ(MeanAveragePrecision(matches, 1, Once(*input)), 0.5);
}

TEST(TemporalApTest, CategoriesWithoutATrueEventAreNotEvaluated) {
  const auto input = InputOf({{"a", "x", 0, 10}}, {{"a", "x", 0, 10}, {"a", "y", 0, 10}});
  const std::vector<double> thresholds = {0.5};
  const TemporalMatches matches = MatchInTime(*input, thresholds);
  EXPECT_EQ(matches.categories.size(), 1U);
  EXPECT_EQ(MeanAveragePrecision(matches, 0, Once(*input)), 1);
  const std::vector<double> none = {0};
  EXPECT_NE(MeanAveragePrecision(matches, 0, none), MeanAveragePrecision(matches, 0, none));  // NaN
}

TEST(TemporalApTest, EventsOfNoLengthOverlapNothing) {
  const auto input = InputOf({{"a", "x", 5, 5}}, {{"a", "x", 5, 5}});
  const std::vector<double> thresholds = {0.1};
  EXPECT_EQ(MeanAveragePrecision(MatchInTime(*input, thresholds), 0, Once(*input)), 0);
}

}  // namespace
}  // namespace cupel::algorithm::event
