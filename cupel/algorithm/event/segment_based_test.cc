// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/segment_based.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;

void ExpectSegments(const Tally& tally, const EventInput& input, const Json& expected) {
  const std::vector<double> once = Once(input);
  const Counts all = Overall(tally, once);
  ExpectGolden(FScore(all, Silence::kUndefined), expected["f"], "f");
  ExpectGolden(Precision(all, Silence::kUndefined), expected["precision"], "precision");
  ExpectGolden(Recall(all), expected["recall"], "recall");
  ExpectGolden(ErrorRate(all), expected["er"], "er");
  ExpectGolden(all.substituted / all.truth, expected["substitutions"], "substitutions");
  ExpectGolden(all.deleted / all.truth, expected["deletions"], "deletions");
  ExpectGolden(all.inserted / all.truth, expected["insertions"], "insertions");
  ExpectGolden(Accuracy(all), expected["accuracy"], "accuracy");
  ExpectGolden(BalancedAccuracy(all), expected["balanced_accuracy"], "balanced accuracy");
  const auto undefined = [](const Counts& counts) { return FScore(counts, Silence::kUndefined); };
  ExpectGolden(MacroMean(tally, once, undefined), expected["macro_f"], "macro f");
  ExpectGolden(MacroMean(tally, once, ErrorRate), expected["macro_er"], "macro er");
  ExpectGolden(MacroMean(tally, once, Accuracy), expected["macro_accuracy"], "macro accuracy");
}

TEST(SegmentBasedTest, AgreesWithSedEval) {
  for (const Json& golden : GoldenCases("sed_eval.json")) {
    SCOPED_TRACE(golden["name"].AsString());
    const auto input = InputOf(EventsOf(golden["truth"]), EventsOf(golden["answers"]));
    for (const auto& [name, resolution] : {std::pair("segment 1", 1.0), std::pair("segment 0.25", 0.25)}) {
      SCOPED_TRACE(name);
      CUPEL_ASSERT_OK(const Tally tally, TallySegments(*input, {.resolution = resolution}));
      ExpectSegments(tally, *input, golden["expected"][name]);
    }
  }
}

/// sed_eval's own test: the same data at its length and at 1200 s a recording.
TEST(SegmentBasedTest, AccuracyDependsOnTheLengthAndErrorRateDoesNot) {
  const Json golden = GoldenCases("sed_eval.json").front();
  ASSERT_EQ(golden["name"], Json("street_fold1 of sed_eval's own tests"));
  auto input = InputOf(EventsOf(golden["truth"]), EventsOf(golden["answers"]));
  CUPEL_ASSERT_OK(const Tally own, TallySegments(*input, {}));
  for (Source& source : input->sources) source.duration = 1200;
  CUPEL_ASSERT_OK(const Tally long_tally, TallySegments(*input, {.by_duration = true}));

  EXPECT_NEAR(Accuracy(Overall(own, Once(*input))), 0.84244791666, 1e-10);
  EXPECT_NEAR(Accuracy(Overall(long_tally, Once(*input))), 0.9719907407407408, 1e-15);
  EXPECT_NEAR(ErrorRate(Overall(own, Once(*input))), 1.0616698292220115, 1e-15);
  EXPECT_NEAR(ErrorRate(Overall(long_tally, Once(*input))), 1.0616698292220115, 1e-15);
  ExpectSegments(long_tally, *input, golden["expected"]["segment of 1200 s"]);
}

/// The definition as it is written: a roll of segments.
Counts ByRoll(const EventInput& input, double resolution) {
  Counts sum;
  const std::size_t c = input.categories.size();
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    std::vector<std::vector<int>> roll(2, std::vector<int>(400 * c, 0));
    std::size_t length = 0;
    const auto mark = [&](int side, const Event& event) {
      const auto end = static_cast<std::size_t>(std::ceil(event.end / resolution));
      length = std::max(length, end);
      for (auto i = static_cast<std::size_t>(std::floor(event.start / resolution)); i < end; ++i) {
        roll[static_cast<std::size_t>(side)][i * c + static_cast<std::size_t>(event.category)] = 1;
      }
    };
    for (const std::size_t i : input.truth_of[source]) mark(0, input.truth.events[i]);
    for (const std::size_t i : input.answers_of[source]) mark(1, input.answers.events[i]);
    for (std::size_t segment = 0; segment < length; ++segment) {
      double truth = 0, answers = 0, both = 0;
      for (std::size_t i = segment * c; i < (segment + 1) * c; ++i) {
        truth += roll[0][i];
        answers += roll[1][i];
        both += roll[0][i] * roll[1][i];
      }
      sum.truth += truth;
      sum.answers += answers;
      sum.hits += both;
      sum.rejected += static_cast<double>(c) - truth - answers + both;
      sum.substituted += std::min(truth, answers) - both;
      sum.deleted += std::max(0.0, truth - answers);
      sum.inserted += std::max(0.0, answers - truth);
    }
  }
  return sum;
}

TEST(SegmentBasedTest, CountsOnBordersAreThoseOfTheRoll) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ReproducibleStream stream(seed, "segment_based_test");
    std::vector<TestEvent> sides[2];
    for (auto& side : sides) {
      for (int i = 0; i < 25; ++i) {
        const double start = stream.UniformDouble() * 90;
        side.push_back({stream.Below(2) == 0 ? "a" : "b",
                        std::string(1, static_cast<char>('x' + stream.Below(3))), start,
                        start + (stream.Below(4) == 0 ? 0 : stream.UniformDouble() * 9)});
      }
    }
    const auto input = InputOf(sides[0], sides[1]);
    const double resolution = seed % 2 == 0 ? 1.0 : 0.3;
    CUPEL_ASSERT_OK(const Tally tally, TallySegments(*input, {.resolution = resolution}));
    const Counts fast = Overall(tally, Once(*input));
    const Counts slow = ByRoll(*input, resolution);
    EXPECT_EQ(fast.truth, slow.truth);
    EXPECT_EQ(fast.hits, slow.hits);
    EXPECT_EQ(fast.rejected, slow.rejected) << seed;
    EXPECT_EQ(fast.substituted, slow.substituted);
    EXPECT_EQ(fast.deleted, slow.deleted);
    EXPECT_EQ(fast.inserted, slow.inserted);
  }
}

TEST(SegmentBasedTest, MemoryDoesNotGrowWithTime) {
  const auto input = InputOf({{"a", "x", 0, 1e12}}, {{"a", "x", 5e11, 1e12}});
  CUPEL_ASSERT_OK(const Tally tally, TallySegments(*input, {}));
  EXPECT_EQ(Overall(tally, Once(*input)).hits, 5e11);
  const auto beyond = InputOf({{"a", "x", 0, 1e300}}, {});
  EXPECT_THAT(TallySegments(*beyond, {}), HasError(ErrorCode::kInvalidArgument));
}

TEST(SegmentBasedTest, DurationsAreAskedForOnlyWhereTheyAreUsed) {
  const auto input = InputOf({{"a", "x", 0, 2}}, {{"a", "x", 0, 2}});
  EXPECT_THAT(TallySegments(*input, {}), ::cupel::testing::IsOk());
  EXPECT_THAT(TallySegments(*input, {.by_duration = true}), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::event
