// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/square_attack.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/query_walk_for_test.h"
#include "cupel/algorithm/inspect/square_window.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::IsOk;

ThreatModel Ball(Norm norm, double epsilon, float low = 0, float high = 1) {
  return {.norm = norm, .epsilon = epsilon, .box_low = low, .box_high = high};
}

/// Answers that no attack can learn from: two logits drawn anew at every look, the label always ahead.
AnswerFunction Noise() {
  return [stream = ReproducibleStream(5, "noise")](std::span<const float>) mutable {
    return std::vector<float>{1.0F + stream.Uniform(), stream.Uniform()};
  };
}

/// The label's logit falls with the distance to a hidden corner pattern, so that improvements are common.
AnswerFunction Rugged(std::uint64_t seed) {
  return [seed](std::span<const float> x) {
    ReproducibleStream stream(seed, "rugged");
    double sum = 0;
    for (float value : x) sum += std::sin(9 * value + 6 * stream.Uniform());
    return std::vector<float>{1000, static_cast<float>(sum)};
  };
}

struct ShapeCase {
  const char* name;
  std::vector<std::int64_t> shape;
  Norm norm;
  float low = 0;
  float high = 1;
};
void PrintTo(const ShapeCase& test, std::ostream* os) { *os << test.name; }

class SquareShapes : public ::testing::TestWithParam<ShapeCase> {};

INSTANTIATE_TEST_SUITE_P(Shapes, SquareShapes,
                         ::testing::Values(ShapeCase{"grey", {1, 28, 28}, Norm::kLinf},
                                           ShapeCase{"colour", {3, 17, 23}, Norm::kLinf},
                                           ShapeCase{"line", {2, 1, 9}, Norm::kLinf},
                                           ShapeCase{"table", {13}, Norm::kLinf, -3, 5},
                                           ShapeCase{"grey_l2", {1, 28, 28}, Norm::kL2},
                                           ShapeCase{"colour_l2", {3, 17, 23}, Norm::kL2, -1, 2},
                                           ShapeCase{"dot_l2", {3, 1, 1}, Norm::kL2},
                                           ShapeCase{"small_l2", {1, 4, 3}, Norm::kL2},
                                           ShapeCase{"table_l2", {13}, Norm::kL2, -3, 5}),
                         [](const auto& test) { return std::string(test.param.name); });

// Originals touch the box, so that the ball is cut; two budgets, one so large that it covers the box.
TEST_P(SquareShapes, EveryPointObeysTheExactRuleAndTheBudgetIsExact) {
  const ShapeCase& c = GetParam();
  for (double epsilon : {0.037, 40.0}) {
    for (std::int64_t index = 0; index < 3; ++index) {
      const AnswerFunction answer = Rugged(static_cast<std::uint64_t>(index));
      const OwnedSample sample =
          DrawSample(answer, c.shape, Ball(c.norm, epsilon, c.low, c.high), index, c.low, c.high);
      const Trace trace = Drive(*MakeSquareAttack({.queries = 300, .resc_schedule = true}), sample, answer);
      ASSERT_EQ(trace.all, 300U);
      for (const auto& x : trace.points) ASSERT_THAT(CheckWithin(sample.threat, sample.original, x), IsOk());
    }
  }
}

TEST_P(SquareShapes, WalksAreAFunctionOfTheSampleAlone) {
  const ShapeCase& c = GetParam();
  const AnswerFunction answer = Rugged(2);
  const auto attack = MakeSquareAttack({.queries = 60});
  OwnedSample sample = DrawSample(answer, c.shape, Ball(c.norm, 0.1, c.low, c.high), 4);
  const Trace first = Drive(*attack, sample, answer);
  EXPECT_EQ(Drive(*attack, sample, answer).points, first.points);
  sample.index = 5;  // the same values under another index: other random numbers
  EXPECT_NE(Drive(*attack, sample, answer).points, first.points);
  sample.index = 4;
  sample.seed = 8;
  EXPECT_NE(Drive(*attack, sample, answer).points, first.points);
}

TEST(SquareLinf, StartsWithVerticalStripesAtTheCorners) {
  const AnswerFunction answer = Noise();
  const OwnedSample sample = DrawSample(answer, {3, 6, 40}, Ball(Norm::kLinf, 0.1), 0);
  const Trace trace = Drive(*MakeSquareAttack({.queries = 1}), sample, answer);
  ASSERT_EQ(trace.points.size(), 1U);
  int up = 0;
  for (std::size_t i = 0; i < sample.original.size(); ++i) {
    const float offset = trace.points[0][i] - sample.original[i];
    EXPECT_NEAR(std::abs(offset), 0.1, 1e-6);
    const std::size_t first_row = i / 240 * 240 + i % 40;
    EXPECT_EQ(offset > 0, trace.points[0][first_row] > sample.original[first_row]);
    up += offset > 0;
  }
  EXPECT_NEAR(up, 360, 6 * 5 * std::sqrt(30.0));  // 120 stripes of six
}

// Against an oracle that never likes a change: each proposal differs from the start in one square of the
// scheduled side, where every channel stands in one corner.
TEST(SquareLinf, ProposalsRepaintOneSquareOfTheScheduledSide) {
  int calls = 0;
  const AnswerFunction worse = [&calls](std::span<const float>) {
    return std::vector<float>{10.0F + static_cast<float>(calls++), 0.0F};
  };
  OwnedSample sample = DrawSample(worse, {3, 28, 28}, Ball(Norm::kLinf, 0.1), 0);
  const Trace trace = Drive(*MakeSquareAttack({.queries = 600}), sample, worse);
  int seen_last_row = 0;
  for (std::size_t query = 1; query < trace.points.size(); ++query) {
    const std::int64_t side =
        SquareSide({28, 28}, SquareShare(0.8, static_cast<std::int64_t>(query) - 1), WindowRule::kAny);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      std::int64_t top = 28, left = 28, bottom = -1, right = -1;
      std::set<bool> corners;
      for (std::size_t cell = 0; cell < 784; ++cell) {
        const std::size_t i = channel * 784 + cell;
        const float now = trace.points[query][i];
        EXPECT_NEAR(std::abs(now - sample.original[i]), 0.1, 1e-6);
        if (now == trace.points[0][i]) continue;
        const auto row = static_cast<std::int64_t>(cell / 28);
        const auto column = static_cast<std::int64_t>(cell % 28);
        top = std::min(top, row), bottom = std::max(bottom, row);
        left = std::min(left, column), right = std::max(right, column);
        corners.insert(now > sample.original[i]);
      }
      if (bottom < 0) continue;  // the square stood in that corner already
      EXPECT_LE(bottom - top + 1, side);
      EXPECT_LE(right - left + 1, side);
      EXPECT_EQ(corners.size(), 1U);
      seen_last_row += bottom == 27;
    }
  }
  EXPECT_GT(seen_last_row, 0);
}

// The official L2 update with masks over the whole image (square.py, lines of attack_single_run; with the
// authors' per-channel norms of the windows), given the walk's own windows, patterns and signs.
class DenseL2 {
 public:
  DenseL2(const OwnedSample& sample, std::int64_t channels, std::int64_t height, std::int64_t width)
      : sample_(sample), channels_(channels), plane_{height, width} {}

  std::vector<double> Propose(std::span<const float> best, double share, ReproducibleStream& stream) const {
    const std::size_t d = best.size();
    const auto cells = static_cast<std::size_t>(plane_.cells());
    std::vector<double> delta(d);
    for (std::size_t i = 0; i < d; ++i) delta[i] = double{best[i]} - sample_.original[i];
    Window first;
    Window second;
    std::vector<double> pattern;
    DrawWindow(plane_, share, WindowRule::kOdd, stream, first);
    DrawWindow(plane_, share, WindowRule::kOdd, stream, second);
    DrawPattern(first, stream, pattern);
    std::vector<double> mask(cells, 0);
    for (std::size_t cell : first.cells) mask[cell] = 1;
    for (std::size_t cell : second.cells) mask[cell] = 1;
    double norm_image = 0;
    for (double value : delta) norm_image += value * value;
    const double epsilon = sample_.threat.epsilon;
    const double left = std::max(epsilon * epsilon - norm_image, 0.0) / double(channels_);
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      double* plane = delta.data() + static_cast<std::size_t>(channel) * cells;
      double window_1 = 0;
      double windows = 0;
      for (std::size_t cell : first.cells) window_1 += plane[cell] * plane[cell];
      for (std::size_t cell = 0; cell < cells; ++cell) windows += mask[cell] * plane[cell] * plane[cell];
      const double sign = DrawSign(stream);
      std::vector<double> fresh;
      double fresh_squares = 0;
      for (std::size_t i = 0; i < first.cells.size(); ++i) {
        fresh.push_back(sign * pattern[i] + plane[first.cells[i]] / (1e-12 + std::sqrt(window_1)));
        fresh_squares += fresh.back() * fresh.back();
      }
      for (double& value : fresh) value *= std::sqrt(left + windows) / (1e-12 + std::sqrt(fresh_squares));
      for (std::size_t cell : second.cells) plane[cell] = 0;
      for (std::size_t i = 0; i < fresh.size(); ++i) plane[first.cells[i]] = fresh[i];
    }
    double squares = 0;
    for (double value : delta) squares += value * value;
    std::vector<double> x(d);
    for (std::size_t i = 0; i < d; ++i) {
      x[i] = std::clamp(sample_.original[i] + delta[i] / (1e-12 + std::sqrt(squares)) * epsilon,
                        double{sample_.threat.box_low}, double{sample_.threat.box_high});
    }
    return x;
  }

 private:
  const OwnedSample& sample_;
  std::int64_t channels_;
  Plane plane_;
};

TEST(SquareL2, ProposesWhatTheOfficialFormulaDoes) {
  const AnswerFunction answer = Rugged(9);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1, 28, 28}, {3, 16, 16}}) {
    OwnedSample sample = DrawSample(answer, shape, Ball(Norm::kL2, 1.5), 3, 0.0F, 1.0F);
    const auto attack = MakeSquareAttack({.queries = 200});
    const Trace trace = Drive(*attack, sample, answer);
    const DenseL2 dense(sample, shape[0], shape[1], shape[2]);
    // The stream after the start: one pattern a tile and one sign a channel of it, as many as the walk drew.
    ReproducibleStream stream(sample.seed, "test", 3);
    const std::int64_t side = shape[1] / 5;
    for (std::int64_t tile = 0; tile < (shape[1] / side) * (shape[1] / side); ++tile) {
      for (std::int64_t draw = 0; draw < 1 + shape[0]; ++draw) DrawSign(stream);
    }
    std::vector<float> best = trace.points[0];
    double best_margin = trace.margins[0];
    int accepted = 0;
    std::size_t asked = 0;
    for (std::size_t query = 1; query < trace.points.size(); ++query) {
      // Proposals whose answer is known are drawn and not asked.
      std::vector<double> wanted;
      while (asked + 1 < trace.spent[query])
        wanted = dense.Propose(best, SquareShare(0.8, static_cast<std::int64_t>(asked++)), stream);
      for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(trace.points[query][i], wanted[i], 2e-6) << "query " << query << " feature " << i;
      if (trace.margins[query] <= best_margin) continue;
      best = trace.points[query];
      best_margin = trace.margins[query];
      ++accepted;
    }
    EXPECT_GT(accepted, 5);
  }
}

TEST(SquareL2, PointsLieOnTheSphereWhereTheBoxDoesNotCutIt) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 28, 28}, {3, 24, 31}, {2, 2, 2}, {9}}) {
    const AnswerFunction answer = Rugged(1);
    const OwnedSample sample = DrawSample(answer, shape, Ball(Norm::kL2, 0.2), 0, 0.4F, 0.6F);
    for (const auto& x : Drive(*MakeSquareAttack({.queries = 300}), sample, answer).points)
      ASSERT_NEAR(Measure(sample.original, x).l2, 0.2, 1e-5);
  }
}

// On a linear model the search is coordinate-wise: with windows of one feature at its end it must break
// exactly what can be broken. Samples within 1e-3 of the boundary of "can be" are not counted.
struct OptimumCase {
  const char* name;
  std::vector<std::int64_t> shape;
  Norm norm;
  double epsilon;
  double reach;  ///< Share of the exact optimum's way that must be found within the queries.
};
void PrintTo(const OptimumCase& test, std::ostream* os) { *os << test.name; }

class SquareOptimum : public ::testing::TestWithParam<OptimumCase> {};

INSTANTIATE_TEST_SUITE_P(Models, SquareOptimum,
                         ::testing::Values(OptimumCase{"image", {1, 6, 6}, Norm::kLinf, 0.005, 0.999},
                                           OptimumCase{"two_channels", {2, 4, 5}, Norm::kLinf, 0.05, 0.97},
                                           OptimumCase{"table", {12}, Norm::kLinf, 0.05, 0.999},
                                           OptimumCase{"image_l2", {1, 6, 6}, Norm::kL2, 0.03, 0.7},
                                           OptimumCase{"table_l2", {12}, Norm::kL2, 0.3, 0.97}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(SquareOptimum, ComesToTheClosedFormOnLinearModels) {
  const OptimumCase& c = GetParam();
  int d = 1;
  for (std::int64_t extent : c.shape) d *= static_cast<int>(extent);
  const RowModel model = RowModel::Random({d, 2}, 5);
  double least = 1;
  int tried = 0;
  for (std::int64_t index = 0; index < 40; ++index) {
    const OwnedSample sample =
        DrawSample(AnswersOf(model), c.shape, Ball(c.norm, c.epsilon), index, 0.35F, 0.65F);
    const double start = sample.goal.MarginOf(model.Logits(sample.original));
    const double best = BestMargin(model, sample.original, sample.goal.label, sample.threat);
    if (best > 0) continue;  // past a success any success is kept, so the optimum is not its aim
    ++tried;
    const Trace trace =
        Drive(*MakeSquareAttack({.queries = 3000, .resc_schedule = true}), sample, AnswersOf(model));
    const double found = *std::max_element(trace.margins.begin(), trace.margins.end());
    EXPECT_LE(found, best + 1e-5);
    EXPECT_GT((found - start) / (best - start), c.reach) << "sample " << index;
    least = std::min(least, (found - start) / (best - start));
  }
  EXPECT_GT(tried, 5);
  RecordProperty("least_share", std::to_string(least));
}

// Samples of a linear model with a budget of so many times the distance that breaks them.
std::vector<OwnedSample> WithBudgetOf(const RowModel& model, double factor, std::size_t count) {
  std::vector<OwnedSample> samples;
  for (std::int64_t index = 0; samples.size() < count; ++index) {
    OwnedSample sample = DrawSample(AnswersOf(model), {1, 12, 12}, Ball(Norm::kLinf, 1), index, 0.3F, 0.7F);
    const std::optional<double> exact = ExactDistance(model, sample);
    if (!exact || *exact < 0.005) continue;
    sample.threat.epsilon = factor * *exact;
    samples.push_back(std::move(sample));
  }
  return samples;
}

// The published search keeps improvements only. A twin that keeps every proposal is a random walk.
TEST(Square, ATwinWithoutMemoryIsFarWeaker) {
  const RowModel model = RowModel::Random({144, 2}, 8);
  int broken = 0;
  int broken_by_twin = 0;
  for (const OwnedSample& sample : WithBudgetOf(model, 1.8, 40)) {
    const auto attack = MakeSquareAttack({.queries = 400, .resc_schedule = true});
    broken += Drive(*attack, sample, AnswersOf(model), Until::kSuccess).FirstSuccess() > 0;
    // The twin is told that every point is better than the last.
    const std::unique_ptr<Walk> walk = attack->Begin(sample.View());
    std::vector<float> x(sample.original.size());
    float praise = 0;
    while (walk->Next(x)) {
      if (sample.goal.MarginOf(model.Logits(x)) > 0) {
        ++broken_by_twin;
        break;
      }
      std::vector<float> logits(2, 0.0F);
      logits[static_cast<std::size_t>(sample.goal.label)] = 1e6F - ++praise;
      walk->See(logits, {});
    }
  }
  EXPECT_GT(broken, 30);
  EXPECT_LT(broken_by_twin, broken - 20);
}

// A small plane, whose windows come round again: what was refused is not asked twice before something better
// is found, and the budget is spent all the same.
TEST(Square, WhatWasRefusedIsNotAskedAgain) {
  const RowModel model = RowModel::Random({36, 2}, 8);
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    const OwnedSample sample = DrawSample(AnswersOf(model), {1, 6, 6}, Ball(norm, 1e-4), 0);
    const auto attack = MakeSquareAttack({.queries = 3000});
    const std::unique_ptr<Walk> walk = attack->Begin(sample.View());
    std::set<std::vector<float>> refused;
    std::vector<float> x(36);
    std::int64_t asked = 0, known = 0;
    double best = -std::numeric_limits<double>::infinity();
    while (walk->Next(x)) {
      ++asked;
      known += walk->TakeRepeats();
      EXPECT_FALSE(refused.contains(x));
      const std::vector<float> logits = model.Logits(x);
      const double margin = sample.goal.MarginOf(logits);
      if (margin > best) refused.clear();
      refused.insert(x);
      best = std::max(best, margin);
      walk->See(logits, {});
    }
    known += walk->TakeRepeats();
    EXPECT_EQ(asked + known, 3000);
    if (norm == Norm::kLinf) {
      EXPECT_GT(known, 1500);
    }
  }
}

TEST(Square, MoreQueriesAndLargerBallsBreakNoFewer) {
  const RowModel model = RowModel::Random({144, 2}, 8);
  std::vector<int> by_epsilon;
  for (double factor : {0.9, 1.5, 3.0, 6.0}) {
    std::vector<int> by_queries(4, 0);
    for (const OwnedSample& sample : WithBudgetOf(model, factor, 30)) {
      const std::size_t found =
          Drive(*MakeSquareAttack({.queries = 400}), sample, AnswersOf(model), Until::kSuccess)
              .FirstSuccess();
      const std::size_t budgets[] = {10, 50, 150, 400};
      for (std::size_t k = 0; k < 4; ++k) by_queries[k] += found > 0 && found <= budgets[k];
      // With the published schedule a smaller budget is a prefix of a larger one.
      const Trace few = Drive(*MakeSquareAttack({.queries = 50}), sample, AnswersOf(model), Until::kSuccess);
      EXPECT_EQ(few.FirstSuccess(), found <= 50 ? found : 0);
    }
    EXPECT_TRUE(std::is_sorted(by_queries.begin(), by_queries.end()));
    by_epsilon.push_back(by_queries.back());
  }
  EXPECT_TRUE(std::is_sorted(by_epsilon.begin(), by_epsilon.end()));
  EXPECT_EQ(by_epsilon.front(), 0);  // nothing can be broken there
  EXPECT_GT(by_epsilon.back(), 25);
}

TEST(Square, GoesForTheTargetWithEitherLoss) {
  const RowModel model = RowModel::Random({36, 24, 5}, 3);
  for (Loss loss : {Loss::kMargin, Loss::kCrossEntropy}) {
    int reached = 0;
    for (std::int64_t index = 0; index < 20; ++index) {
      OwnedSample sample = DrawSample(AnswersOf(model), {1, 6, 6}, Ball(Norm::kLinf, 0.4), index);
      sample.goal.target = RunnerUp(AnswersOf(model), sample);
      const Trace trace = Drive(*MakeSquareAttack({.queries = 800, .resc_schedule = true, .loss = loss}),
                                sample, AnswersOf(model), Until::kSuccess);
      if (trace.FirstSuccess() == 0) continue;
      ++reached;
      EXPECT_EQ(PredictedClass(model.Logits(trace.points.back())), sample.goal.target);
    }
    EXPECT_GT(reached, 10) << "loss " << static_cast<int>(loss);
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
