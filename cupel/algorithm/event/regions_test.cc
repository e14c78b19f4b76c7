// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/regions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cupel/algorithm/event/golden_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::event {
namespace {

using ::cupel::testing::HasError;
using Kind = RegionTurn::Kind;

Object Region(std::int64_t frame, double x, double score = 1, std::int64_t track = -1) {
  Object object;
  object.frame = frame;
  object.box = {x, 0, 10, 10};
  object.score = score;
  object.track = track;
  return object;
}

std::unique_ptr<EventInput> RegionInput(std::vector<Object> truth, std::vector<Object> answers,
                                        std::int64_t frames) {
  Annotations made;
  made.sources = {SourceOf("v", 0, 0, frames)};
  made.categories = {"anomaly"};
  Annotations answered = made;
  made.objects = std::move(truth);
  answered.objects = std::move(answers);
  Result<std::unique_ptr<EventInput>> input = EventInput::Create(std::move(made), std::move(answered));
  CUPEL_CHECK(input.has_value());
  return *std::move(input);
}

double BoxIou(const Object& one, const Object& other) {
  if (one.frame != other.frame) return 0;
  const double common = std::max(0.0, 10 - std::fabs(one.box.x - other.box.x)) * 10;
  return common / (200 - common);
}

/// The two rates at one threshold, from the definition.
std::array<double, 3> RatesAt(const EventInput& input, double threshold) {
  double regions = 0;
  double wrong = 0;
  std::map<std::int64_t, std::pair<double, double>> tracks;
  for (const Object& truth : input.truth.objects) {
    const bool seen = std::ranges::any_of(input.answers.objects, [&](const Object& answer) {
      return answer.score >= threshold && BoxIou(truth, answer) >= 0.1;
    });
    regions += seen;
    tracks[truth.track].first += seen;
    tracks[truth.track].second += 1;
  }
  for (const Object& answer : input.answers.objects) {
    if (answer.score < threshold) continue;
    wrong += std::ranges::none_of(input.truth.objects,
                                  [&](const Object& truth) { return BoxIou(truth, answer) >= 0.1; });
  }
  double found = 0;
  for (const auto& [track, share] : tracks) found += share.first / share.second >= 0.1;
  return {wrong / static_cast<double>(input.sources[0].frames),
          regions / static_cast<double>(input.truth.objects.size()),
          found / static_cast<double>(tracks.size())};
}

double AreaByBruteForce(const EventInput& input, std::size_t rate) {
  std::set<double, std::greater<>> thresholds;
  for (const Object& answer : input.answers.objects) thresholds.insert(answer.score);
  std::vector<std::pair<double, double>> points = {{0, 0}};
  for (const double threshold : thresholds) {
    const auto rates = RatesAt(input, threshold);
    points.emplace_back(rates[0], rates[rate]);
  }
  points.emplace_back(std::max(1.0, points.back().first), points.back().second);
  double area = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto [x0, y0] = points[i - 1];
    const auto [x1, y1] = points[i];
    if (x0 >= 1 || x1 == x0) continue;
    const double end = std::min(1.0, x1);
    area += (end - x0) * (y0 + (y0 + (y1 - y0) * (end - x0) / (x1 - x0))) / 2;
  }
  return area;
}

TEST(RegionsTest, AgreesWithTheDefinitionByBruteForce) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    ReproducibleStream stream(seed, "regions_test");
    std::vector<Object> truth;
    std::vector<Object> answers;
    const std::int64_t frames = 25;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      for (std::int64_t track = 0; track < 3; ++track) {
        if (stream.Below(2) == 0) truth.push_back(Region(frame, 40.0 * static_cast<double>(track), 1, track));
        if (stream.Below(4) != 0) continue;
        const double x = 40.0 * static_cast<double>(track) + 24 * (stream.UniformDouble() - 0.5);
        answers.push_back(Region(frame, x, std::round(stream.UniformDouble() * 20) / 20));
      }
      for (std::uint64_t extra = stream.Below(seed % 4 + 1); extra > 0; --extra) {
        answers.push_back(Region(frame, 200, std::round(stream.UniformDouble() * 20) / 20));
      }
    }
    const auto input = RegionInput(truth, answers, frames);
    CUPEL_ASSERT_OK(const RegionOutcome outcome, MatchRegions(*input, {}));
    EXPECT_NEAR(CurveOf(outcome, Kind::kRegion, Once(*input)).area, AreaByBruteForce(*input, 1), 1e-12);
    EXPECT_NEAR(CurveOf(outcome, Kind::kTrack, Once(*input)).area, AreaByBruteForce(*input, 2), 1e-12);
  }
}

TEST(RegionsTest, ATrackNeedsATenthOfItsRegions) {
  std::vector<Object> truth;
  for (std::int64_t frame = 0; frame < 20; ++frame) truth.push_back(Region(frame, 0, 1, 7));
  const auto one = RegionInput(truth, {Region(3, 0, 0.5)}, 20);
  const auto two = RegionInput(truth, {Region(3, 0, 0.5), Region(9, 0, 0.5)}, 20);
  CUPEL_ASSERT_OK(const RegionOutcome missed, MatchRegions(*one, {}));
  CUPEL_ASSERT_OK(const RegionOutcome found, MatchRegions(*two, {}));
  EXPECT_EQ(CurveOf(missed, Kind::kTrack, Once(*one)).area, 0);
  EXPECT_EQ(CurveOf(found, Kind::kTrack, Once(*two)).area, 1);
}

TEST(RegionsTest, SaysWhatIsMissing) {
  EXPECT_THAT(MatchRegions(*RegionInput({}, {Region(0, 0)}, 5), {}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(MatchRegions(*RegionInput({Region(0, 0)}, {}, 0), {}), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::event
