// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/activity_alignment.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;

/// Frames, as the goldens give them, become seconds as the ActEV reader makes them.
std::unique_ptr<EventInput> GoldenInput(const Json& golden) {
  const double rate = golden["frame_rate"].AsNumber();
  std::vector<Source> sources;
  for (const auto& [name, selected] : golden["frames"].AsObject()) {
    const Json::Array& ends = selected.AsArray();
    const std::int64_t frames = ends[1].AsInteger() - ends[0].AsInteger();
    sources.push_back(SourceOf(name, static_cast<double>(frames) / rate, rate, frames));
  }
  return InputOf(EventsOf(golden["truth"], rate), EventsOf(golden["answers"], rate), sources);
}

double Mean(const EventInput& input, const std::vector<ActivityAlignment>& alignments,
            double (*figure)(std::span<const SweepPoint>)) {
  double sum = 0;
  for (const ActivityAlignment& alignment : alignments) sum += figure(Sweep(alignment, Once(input)));
  return sum / static_cast<double>(alignments.size());
}

template <double SweepPoint::* kX, double SweepPoint::* kY>
double At(std::span<const SweepPoint> points, double target) {
  return ValueAt(points, kX, kY, target, 1);
}

void ExpectPoints(const EventInput& input, const ActivityAlignment& alignment, const Json::Array& golden) {
  const std::string& activity = input.categories[alignment.category];
  const std::vector<SweepPoint> points = Sweep(alignment, Once(input));
  std::size_t compared = 0;
  for (const Json& row : golden) {
    const Json::Array& fields = row.AsArray();
    if (fields[0].AsString() != activity) continue;
    for (const SweepPoint& point : points) {
      if (std::fabs(point.score - fields[1].AsNumber()) > 1e-9) continue;
      const std::string& metric = fields[2].AsString();
      const double value = metric == "p_miss" ? point.pmiss : metric == "rfa" ? point.rfa : point.tfa;
      ExpectGolden(value, fields[3], activity + " " + metric, 1e-9);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 3 * points.size());
}

TEST(ActivityAlignmentTest, AgreesWithActevScorer) {
  for (const Json& golden : GoldenCases("actev.json")) {
    SCOPED_TRACE(golden["name"].AsString());
    const auto input = GoldenInput(golden);
    CUPEL_ASSERT_OK(const auto alignments, AlignActivities(*input, {}, {}));
    const Json& mean = golden["expected"]["aggregated"];
    using P = SweepPoint;
    const auto expect = [&](double (*figure)(std::span<const P>), const char* name) {
      ExpectGolden(Mean(*input, alignments, figure), mean[name], name, 1e-9);
    };
    expect([](auto points) { return At<&P::rfa, &P::pmiss>(points, 0.1); }, "mean-p_miss@0.1rfa");
    expect([](auto points) { return At<&P::rfa, &P::pmiss>(points, 0.2); }, "mean-p_miss@0.2rfa");
    expect([](auto points) { return At<&P::rfa, &P::wpmiss>(points, 0.1); }, "mean-w_p_miss@0.1rfa");
    expect([](auto points) { return At<&P::rfa, &P::wpmiss>(points, 0.2); }, "mean-w_p_miss@0.2rfa");
    expect([](auto points) { return At<&P::tfa, &P::pmiss>(points, 0.1); }, "mean-p_miss@0.1tfa");
    expect([](auto points) { return At<&P::tfa, &P::wpmiss>(points, 0.2); }, "mean-w_p_miss@0.2tfa");
    ExpectGolden(Mean(*input, alignments, [](auto points) { return NormalisedArea(points, &P::rfa, 0.2); }),
                 golden["expected"]["nAUDC@0.2rfa"], "nAUDC@0.2rfa", 1e-9);
    ExpectGolden(Mean(*input, alignments, [](auto points) { return NormalisedArea(points, &P::tfa, 0.2); }),
                 golden["expected"]["nAUDC@0.2tfa"], "nAUDC@0.2tfa", 1e-9);
    double nmide = 0;
    double pairs = 0;
    double rejected = 0;
    for (const ActivityAlignment& alignment : alignments) {
      ExpectPoints(*input, alignment, golden["expected"]["points"].AsArray());
      for (const AlignedAnswer& answer : alignment.answers) {
        if (!answer.correct) continue;
        std::isnan(answer.nmide) ? rejected += 1 : (pairs += 1, nmide += answer.nmide);
      }
    }
    ExpectGolden(nmide / pairs, mean["n-mide"], "n-mide", 1e-9);
    ExpectGolden(rejected, mean["n-mide_num_rejected"], "rejected", 0);
  }
}

TEST(ActivityAlignmentTest, ABetterAnswerKeepsAPartnerAndAnotherGetsTheOtherOne) {
  // The first answer fits both instances, the second only the first instance: both are correct.
  const auto input = InputOf({{"a", "x", 0, 10}, {"a", "x", 10, 20}},
                             {{"a", "x", 5, 15, 0.9}, {"a", "x", 0, 9, 0.5}}, {SourceOf("a", 100)});
  CUPEL_ASSERT_OK(const auto alignments, AlignActivities(*input, {}, {}));
  EXPECT_TRUE(alignments[0].answers[0].correct);
  EXPECT_TRUE(alignments[0].answers[1].correct);
}

TEST(ActivityAlignmentTest, AShortInstanceNeedsHalfOfItself) {
  const auto correct = [](double end) {
    const auto input = InputOf({{"a", "x", 0, 0.5}}, {{"a", "x", 0, end}}, {SourceOf("a", 100)});
    const auto alignments = AlignActivities(*input, {}, {});
    return alignments->front().answers.front().correct;
  };
  EXPECT_TRUE(correct(0.25));
  EXPECT_FALSE(correct(0.24));
}

TEST(ActivityAlignmentTest, TimeIsClaimedWithMultiplicity) {
  // 10 s are true once; three answers claim them and 5 s more.
  const auto input =
      InputOf({{"a", "x", 0, 10}}, {{"a", "x", 0, 15, 0.9}, {"a", "x", 0, 15, 0.8}, {"a", "x", 5, 10, 0.7}},
              {SourceOf("a", 110)});
  CUPEL_ASSERT_OK(const auto alignments, AlignActivities(*input, {}, {}));
  const std::vector<SweepPoint> points = Sweep(alignments[0], Once(*input));
  EXPECT_DOUBLE_EQ(points[0].tfa, 5.0 / 100);
  EXPECT_DOUBLE_EQ(points[1].tfa, 20.0 / 100);
  EXPECT_DOUBLE_EQ(points[2].tfa, 25.0 / 100);
}

TEST(ActivityAlignmentTest, NmideLeavesTheCollarOutAndCountsWhatItRejects) {
  const auto nmide = [](double collar) {
    const auto input = InputOf({{"a", "x", 10, 20}}, {{"a", "x", 12, 25}}, {SourceOf("a", 110)});
    const auto alignments = AlignActivities(*input, {}, {.collar = collar});
    return alignments->front().answers.front().nmide;
  };
  EXPECT_DOUBLE_EQ(nmide(0), 2.0 / 10 + 5.0 / 100);
  EXPECT_DOUBLE_EQ(nmide(1), 1.0 / 8 + 4.0 / 98);
  EXPECT_TRUE(std::isnan(nmide(5)));
}

TEST(ActivityAlignmentTest, ValuesAreInterpolatedAndHeldAsTheScorerDoes) {
  const std::vector<SweepPoint> points = {{.score = 3, .pmiss = 0.8, .rfa = 0.1},
                                          {.score = 2, .pmiss = 0.6, .rfa = 0.1},
                                          {.score = 1, .pmiss = 0.2, .rfa = 0.3}};
  const auto at = [&](double target) {
    return ValueAt(points, &SweepPoint::rfa, &SweepPoint::pmiss, target, 1);
  };
  EXPECT_EQ(at(0.05), 1);
  EXPECT_EQ(at(0.1), 0.6);
  EXPECT_DOUBLE_EQ(at(0.2), 0.4);
  EXPECT_EQ(at(0.9), 0.2);
  EXPECT_EQ(ValueAt({}, &SweepPoint::rfa, &SweepPoint::pmiss, 0.2, 1), 1);
  EXPECT_DOUBLE_EQ(NormalisedArea({}, &SweepPoint::rfa, 0.2), 1);
}

TEST(ActivityAlignmentTest, NeedsDurationsAndTruth) {
  const auto unknown = InputOf({{"a", "x", 0, 1}}, {});
  EXPECT_THAT(AlignActivities(*unknown, {}, {}), HasError(ErrorCode::kInvalidArgument));
  const auto empty = InputOf({}, {{"a", "x", 0, 1}}, {SourceOf("a", 10)});
  EXPECT_THAT(AlignActivities(*empty, {}, {}), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::event
