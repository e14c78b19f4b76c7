// SPDX-License-Identifier: Apache-2.0
// HopSkipJump and Boundary: against the closed form on linear models, against exhaustive line search on a
// small net, and what they may see and spend.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>
#include <utility>

#include "cupel/algorithm/inspect/blended_start.h"
#include "cupel/algorithm/inspect/boundary_attack.h"
#include "cupel/algorithm/inspect/hop_skip_jump.h"
#include "cupel/algorithm/inspect/query_walk_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

ThreatModel Box(Norm norm, float low = 0, float high = 1) {
  return {.norm = norm, .epsilon = std::numeric_limits<double>::infinity(), .box_low = low, .box_high = high};
}

struct DecisionCase {
  const char* name;
  std::unique_ptr<Attack> (*attack)(std::int64_t queries);
  Norm norm;
  std::vector<std::int64_t> shape;
  std::int64_t queries;
  double median;  ///< Median of found / exact distance, at most.
  double worst;   ///< Largest, at most.
};
void PrintTo(const DecisionCase& test, std::ostream* os) { *os << test.name; }

std::unique_ptr<Attack> HopSkipJump(std::int64_t queries) {
  return MakeHopSkipJumpAttack({.queries = queries});
}
std::unique_ptr<Attack> Boundary(std::int64_t queries) { return MakeBoundaryAttack({.queries = queries}); }

class DecisionAttacks : public ::testing::TestWithParam<DecisionCase> {};

INSTANTIATE_TEST_SUITE_P(
    Attacks, DecisionAttacks,
    ::testing::Values(DecisionCase{"hopskipjump_table", HopSkipJump, Norm::kL2, {12}, 5000, 1.01, 1.03},
                      DecisionCase{"hopskipjump_image", HopSkipJump, Norm::kL2, {1, 8, 8}, 8000, 1.03, 1.06},
                      DecisionCase{"hopskipjump_linf_table", HopSkipJump, Norm::kLinf, {12}, 5000, 1.02, 1.1},
                      DecisionCase{
                          "hopskipjump_linf_image", HopSkipJump, Norm::kLinf, {1, 8, 8}, 8000, 1.1, 1.2},
                      DecisionCase{"boundary_table", Boundary, Norm::kL2, {12}, 5000, 1.005, 1.03},
                      DecisionCase{"boundary_image", Boundary, Norm::kL2, {1, 8, 8}, 12000, 1.01, 1.05}),
    [](const auto& test) { return std::string(test.param.name); });

RowModel LinearModel(const std::vector<std::int64_t>& shape) {
  int d = 1;
  for (std::int64_t extent : shape) d *= static_cast<int>(extent);
  return RowModel::Random({d, 2}, 5);
}

// The walk is the same when every answer is replaced by one that says the class and nothing more.
TEST_P(DecisionAttacks, SeeNothingButTheDecision) {
  const DecisionCase& c = GetParam();
  const RowModel model = LinearModel(c.shape);
  const AnswerFunction decided = [&](std::span<const float> x) {
    const std::vector<float> logits = model.Logits(x);
    return PredictedClass(logits) == 0 ? std::vector<float>{1, 0} : std::vector<float>{0, 1};
  };
  const OwnedSample sample = DrawSample(AnswersOf(model), c.shape, Box(c.norm), 3);
  EXPECT_EQ(Drive(*c.attack(700), sample, AnswersOf(model)).points,
            Drive(*c.attack(700), sample, decided).points);
}

TEST_P(DecisionAttacks, StayInTheBoxAndSpendTheBudgetToTheLastQuery) {
  const DecisionCase& c = GetParam();
  const RowModel model = LinearModel(c.shape);
  for (std::int64_t queries : {1, 2, 60, 333}) {
    const OwnedSample sample = DrawSample(AnswersOf(model), c.shape, Box(c.norm, -1, 2), 3, -1, 2);
    const Trace trace = Drive(*c.attack(queries), sample, AnswersOf(model));
    EXPECT_EQ(trace.points.size(), static_cast<std::size_t>(queries));
    for (const auto& x : trace.points) {
      for (float value : x) ASSERT_TRUE(value >= -1 && value <= 2);
    }
  }
}

// Samples of the linear model with their exact distances, those that nearly touch the boundary left out.
std::vector<std::pair<OwnedSample, double>> SamplesAt(const RowModel& model,
                                                      const std::vector<std::int64_t>& shape, Norm norm,
                                                      std::size_t count) {
  std::vector<std::pair<OwnedSample, double>> samples;
  for (std::int64_t index = 0; samples.size() < count; ++index) {
    OwnedSample sample = DrawSample(AnswersOf(model), shape, Box(norm), index);
    const std::optional<double> exact = ExactDistance(model, sample);
    if (exact && *exact >= 0.01) samples.emplace_back(std::move(sample), *exact);
  }
  return samples;
}

TEST_P(DecisionAttacks, ComeCloseToTheExactDistanceOnLinearModels) {
  const DecisionCase& c = GetParam();
  const RowModel model = LinearModel(c.shape);
  std::vector<double> ratios;
  for (const auto& [sample, exact] : SamplesAt(model, c.shape, c.norm, 15)) {
    const Trace trace = Drive(*c.attack(c.queries), sample, AnswersOf(model));
    ASSERT_LE(trace.points.size(), static_cast<std::size_t>(c.queries));
    ratios.push_back(trace.Nearest(sample.original, c.norm) / exact);
  }
  std::sort(ratios.begin(), ratios.end());
  EXPECT_GT(ratios.front(), 1 - 1e-4) << "nearer than the boundary";
  EXPECT_LT(ratios[ratios.size() / 2], c.median);
  EXPECT_LT(ratios.back(), c.worst);
  RecordProperty("median_ratio", std::to_string(ratios[ratios.size() / 2]));
  RecordProperty("worst_ratio", std::to_string(ratios.back()));
}

TEST_P(DecisionAttacks, ComeNoFartherWithMoreQueries) {
  const DecisionCase& c = GetParam();
  const RowModel model = LinearModel(c.shape);
  std::vector<double> sums(4, 0);
  for (const auto& [sample, exact] : SamplesAt(model, c.shape, c.norm, 8)) {
    const Trace trace = Drive(*c.attack(c.queries), sample, AnswersOf(model));
    const std::size_t looks[] = {100, 500, 2000, 5000};
    for (std::size_t k = 0; k < 4; ++k) sums[k] += trace.Nearest(sample.original, c.norm, looks[k]) / exact;
  }
  EXPECT_TRUE(std::is_sorted(sums.rbegin(), sums.rend()));
  EXPECT_LT(sums[3], 0.95 * sums[0]);
}

TEST_P(DecisionAttacks, WalksAreAFunctionOfTheSampleAlone) {
  const DecisionCase& c = GetParam();
  const RowModel model = LinearModel(c.shape);
  OwnedSample sample = DrawSample(AnswersOf(model), c.shape, Box(c.norm), 3);
  const auto attack = c.attack(300);
  const Trace first = Drive(*attack, sample, AnswersOf(model));
  EXPECT_EQ(Drive(*attack, sample, AnswersOf(model)).points, first.points);
  sample.index = 4;
  EXPECT_NE(Drive(*attack, sample, AnswersOf(model)).points, first.points);
}

TEST_P(DecisionAttacks, EndQuietlyWhereNothingIsAdversarial) {
  const DecisionCase& c = GetParam();
  const AnswerFunction stubborn = [](std::span<const float>) { return std::vector<float>{1, 0}; };
  const OwnedSample sample = DrawSample(stubborn, c.shape, Box(c.norm), 3);
  const Trace trace = Drive(*c.attack(20000), sample, stubborn);
  EXPECT_EQ(trace.points.size(), 1000U);
  EXPECT_EQ(trace.FirstSuccess(), 0U);
}

// A model that answers at random gives contradictory decisions; the walks still end and stay in the box.
TEST_P(DecisionAttacks, SurviveAModelThatAnswersAtRandom) {
  const DecisionCase& c = GetParam();
  ReproducibleStream stream(1, "random answers");
  const AnswerFunction answer = [&](std::span<const float>) {
    return std::vector<float>{0.5F, stream.Uniform()};
  };
  const OwnedSample sample = DrawSample(AnswersOf(LinearModel(c.shape)), c.shape, Box(c.norm), 3);
  const Trace trace = Drive(*c.attack(3000), sample, answer);
  for (const auto& x : trace.points) {
    for (float value : x) ASSERT_TRUE(value >= 0 && value <= 1);
  }
}

// --- HopSkipJump.

// Between two estimates the walk searches the line: the number of its halvings is that of the published
// precision, gamma / d^1.5, of at most 0.001 and at least 1e-5.
TEST(HopSkipJump, SearchesToThePublishedPrecision) {
  for (const auto& [side, gamma, halvings] :
       {std::tuple{28, 1.0, 15}, {28, 0.1, 17}, {4, 1.0, 10}, {28, 30.0, 10}}) {
    const RowModel model = RowModel::Random({side * side, 2}, 5);
    const OwnedSample sample = DrawSample(AnswersOf(model), {1, side, side}, Box(Norm::kL2), 1);
    const Trace start =
        Drive(*MakeHopSkipJumpAttack({.max_iter = 0, .gamma = gamma}), sample, AnswersOf(model));
    BlendedStart alone(sample.View());
    std::vector<float> x(sample.original.size());
    std::size_t looks = 0;
    while (alone.Next(x)) {
      ++looks;
      alone.See(Decide(sample.goal, model.Logits(x)));
    }
    EXPECT_EQ(start.points.size() - looks, static_cast<std::size_t>(halvings)) << side << " " << gamma;
  }
}

// At a point of a linear boundary the estimate must turn towards the weights as Monte Carlo promises: with n
// probes in d dimensions the cosine is about sqrt(n / (n + d pi / 2)).
TEST(HopSkipJump, ItsFirstStepFollowsTheNormal) {
  const RowModel model = RowModel::Random({64, 2}, 5);
  double mean = 0;
  int counted = 0;
  for (std::int64_t index = 0; index < 20; ++index) {
    const OwnedSample sample = DrawSample(AnswersOf(model), {1, 8, 8}, Box(Norm::kL2, -50, 50), index);
    const Trace trace = Drive(*MakeHopSkipJumpAttack({.queries = 2000, .max_iter = 1, .init_eval = 400}),
                              sample, AnswersOf(model));
    // The point that was stepped from is the nearest success before the probes; the probes' centre.
    std::vector<float> x(64);
    BlendedStart alone(sample.View());
    std::size_t looks = 0;
    while (alone.Next(x)) {
      ++looks;
      alone.See(Decide(sample.goal, model.Logits(x)));
    }
    const std::size_t probes = looks + 10;
    ASSERT_GT(trace.points.size(), probes + 400);
    std::vector<float> centre(alone.point().begin(), alone.point().end());
    for (std::size_t i = looks; i < probes; ++i) {
      if (trace.margins[i] > 0) centre = trace.points[i];
    }
    double dot = 0;
    double step = 0;
    double weight = 0;
    const double sign = sample.goal.label == 0 ? 1 : -1;
    for (std::size_t i = 0; i < 64; ++i) {
      const double w = sign * (double{model.layers()[0].weights[1][i]} - model.layers()[0].weights[0][i]);
      const double moved = double{trace.points[probes + 400][i]} - centre[i];
      dot += w * moved;
      step += moved * moved;
      weight += w * w;
    }
    mean += dot / std::sqrt(step * weight);
    ++counted;
  }
  EXPECT_NEAR(mean / counted, std::sqrt(400 / (400 + 64 * std::numbers::pi / 2)), 0.06);
}

// A twin that steps along a single probe instead of an estimate: a random walk that knows its side.
TEST(HopSkipJump, ATwinWithoutAnEstimateIsFarWeaker) {
  const RowModel model = RowModel::Random({64, 2}, 5);
  double ratio = 0;
  double twin_ratio = 0;
  for (const auto& drawn : SamplesAt(model, {1, 8, 8}, Norm::kL2, 10)) {
    const auto nearest = [&](const HopSkipJumpOptions& options) {
      const Trace trace = Drive(*MakeHopSkipJumpAttack(options), drawn.first, AnswersOf(model));
      return trace.Nearest(drawn.first.original, Norm::kL2) / drawn.second / 10;
    };
    ratio += nearest({.queries = 2000});
    twin_ratio += nearest({.queries = 2000, .max_iter = 100000, .init_eval = 1, .max_eval = 1});
  }
  EXPECT_LT(ratio, 1.08);
  EXPECT_GT(twin_ratio, ratio + 0.1);
}

// --- Boundary.

// A twin that is told that every candidate is adversarial goes straight for the original and forgets the
// boundary; what it crossed on the way is all it has.
TEST(Boundary, ATwinThatForgetsTheBoundaryIsFarWeaker) {
  const RowModel model = RowModel::Random({64, 2}, 5);
  double ratio = 0;
  double twin_ratio = 0;
  for (const auto& [sample, exact] : SamplesAt(model, {1, 8, 8}, Norm::kL2, 10)) {
    const auto attack = MakeBoundaryAttack({.queries = 6000});
    ratio += Drive(*attack, sample, AnswersOf(model)).Nearest(sample.original, Norm::kL2) / exact / 10;
    const std::unique_ptr<Walk> walk = attack->Begin(sample.View());
    std::vector<float> x(64);
    double nearest = std::numeric_limits<double>::infinity();
    for (bool started = false; walk->Next(x);) {
      std::vector<float> logits = model.Logits(x);
      const bool adversarial = Decide(sample.goal, logits);
      if (adversarial) nearest = std::min(nearest, Measure(sample.original, x).l2);
      if (walk->step() > 0) started = true;
      if (started && !adversarial) std::swap(logits[0], logits[1]);
      walk->See(logits, {});
    }
    twin_ratio += nearest / exact / 10;
  }
  EXPECT_LT(ratio, 1.05);
  EXPECT_GT(twin_ratio, 2 * ratio);
}

// Candidates keep to the published geometry: the spherical one lies on the sphere around the original, a
// spherical step away; the other one a source step nearer.
TEST(Boundary, ItsFirstCandidatesKeepToTheGeometry) {
  const RowModel model = RowModel::Random({64, 2}, 5);
  const OwnedSample sample = DrawSample(AnswersOf(model), {1, 8, 8}, Box(Norm::kL2, -50, 50), 1);
  BlendedStart start(sample.View());
  std::vector<float> x(64);
  std::size_t looks = 0;
  while (start.Next(x)) {
    ++looks;
    start.See(Decide(sample.goal, model.Logits(x)));
  }
  const double distance = Measure(sample.original, start.point()).l2;
  for (double spherical : {0.01, 0.5}) {
    const auto attack = MakeBoundaryAttack({.queries = static_cast<std::int64_t>(looks) + 2,
                                            .spherical_step = spherical,
                                            .source_step = 0.125,
                                            .update_stats_every = 1});
    const Trace trace = Drive(*attack, sample, AnswersOf(model));
    const std::vector<float>& candidate = trace.points[looks];
    const std::vector<float>& on_sphere = trace.points[looks + 1];
    EXPECT_NEAR(Measure(sample.original, on_sphere).l2, distance, 1e-4 * distance);
    // Chord of a right-angled step of length s from a unit radius, back onto the sphere.
    const double chord = std::sqrt(2 - 2 / std::sqrt(1 + spherical * spherical));
    EXPECT_NEAR(Measure(start.point(), on_sphere).l2, chord * distance, 1e-4 * distance);
    EXPECT_NEAR(Measure(sample.original, candidate).l2, 0.875 * distance, 1e-4 * distance);
    EXPECT_NEAR(Measure(on_sphere, candidate).l2, 0.125 * distance, 1e-4 * distance);
  }
}

// Where nothing is adversarial after the start, the steps shrink at the published rate until the walk has
// converged.
TEST(Boundary, StepsShrinkUntilTheWalkConverges) {
  int calls = 0;
  const AnswerFunction once = [&calls](std::span<const float>) {
    return ++calls <= 2 ? std::vector<float>{0, 1} : std::vector<float>{1, 0};
  };
  OwnedSample sample =
      DrawSample([](auto) { return std::vector<float>{1, 0}; }, {1, 8, 8}, Box(Norm::kL2), 1);
  const Trace trace = Drive(*MakeBoundaryAttack({.queries = 1'000'000}), sample, once);
  // Every tenth step is tracked; per 30 of those the source step shrinks by 1.5, per 100 once more; 1e-7 is
  // ln(1e5) / ln(1.5) = 28.4 shrinkings away: 23 + 6 at the 690th tracked step, which had two looks.
  EXPECT_EQ(trace.points.size(), 2 + 690 * 11U);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
