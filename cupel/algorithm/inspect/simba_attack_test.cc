// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/simba_attack.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/query_walk_for_test.h"
#include "cupel/algorithm/inspect/simba_basis.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;

// --- The basis.

std::vector<double> Direction(const DirectionBasis& basis, std::int64_t k, std::size_t d) {
  std::vector<double> x(d, 0);
  basis.Add(k, 1, x);
  return x;
}

TEST(DirectionBasis, IsOrthonormal) {
  const std::int64_t shape[] = {2, 5, 7};
  for (bool cosine : {false, true}) {
    const DirectionBasis basis(shape, cosine);
    for (std::int64_t a = 0; a < 70; ++a) {
      const std::vector<double> left = Direction(basis, a, 70);
      for (std::int64_t b = 0; b <= a; ++b) {
        const std::vector<double> right = Direction(basis, b, 70);
        double dot = 0;
        for (std::size_t i = 0; i < 70; ++i) dot += left[i] * right[i];
        ASSERT_NEAR(dot, a == b, 1e-12) << a << " " << b << " " << cosine;
      }
    }
  }
}

// DCT-II by its definition: direction (u, v) is a_u a_v cos(pi (2i+1) u / 2h) cos(pi (2j+1) v / 2w).
TEST(DirectionBasis, IsTheCosineTransformOfAChannel) {
  const std::int64_t shape[] = {2, 5, 7};
  const DirectionBasis basis(shape, true);
  const double pi = std::acos(-1.0);
  for (int u = 0; u < 5; ++u) {
    for (int v = 0; v < 7; ++v) {
      const std::vector<double> x = Direction(basis, 35 + u * 7 + v, 70);
      for (int i = 0; i < 5; ++i) {
        for (int j = 0; j < 7; ++j) {
          const double scale = std::sqrt((u == 0 ? 1 : 2) / 5.0) * std::sqrt((v == 0 ? 1 : 2) / 7.0);
          const double value =
              scale * std::cos(pi * (2 * i + 1) * u / 10) * std::cos(pi * (2 * j + 1) * v / 14);
          ASSERT_NEAR(x[static_cast<std::size_t>(35 + i * 7 + j)], value, 1e-12);
          ASSERT_EQ(x[static_cast<std::size_t>(i * 7 + j)], 0);
        }
      }
    }
  }
}

TEST(DirectionBasis, OrdersLowFrequenciesFirstAndUsesEachDirectionOnce) {
  const std::int64_t shape[] = {2, 5, 7};
  ReproducibleStream stream(1, "order");
  const std::vector<std::int64_t> order = DirectionBasis(shape, true).DrawOrder(3, stream);
  ASSERT_EQ(std::set<std::int64_t>(order.begin(), order.end()).size(), 70U);
  for (std::size_t at = 0; at < 70; ++at) {
    const std::int64_t k = order[at];
    EXPECT_EQ(k / 7 % 5 < 3 && k % 7 < 3, at < 18) << at;
  }
  const std::int64_t table[] = {9};
  const std::vector<std::int64_t> features = DirectionBasis(table, true).DrawOrder(1, stream);
  EXPECT_EQ(std::set<std::int64_t>(features.begin(), features.end()).size(), 9U);
  EXPECT_FALSE(std::is_sorted(features.begin(), features.end()));
}

// --- The attack.

ThreatModel Ball(Norm norm, double epsilon, float low = 0, float high = 1) {
  return {.norm = norm, .epsilon = epsilon, .box_low = low, .box_high = high};
}

// With features as the basis and a linear model, the walk is known to the last query: each feature is left
// one step in the direction that hurts, at one query where that is down and two where it is up.
TEST(SimbaPixel, WalksALinearModelAsWorkedOutByHand) {
  const RowModel model = RowModel::Random({12, 2}, 5);
  for (std::int64_t index = 0; index < 10; ++index) {
    const OwnedSample sample = DrawSample(AnswersOf(model), {12}, Ball(Norm::kL2, 100), index);
    const auto& layer = model.layers()[0];
    std::int64_t queries = 1;
    std::vector<float> expected = sample.original;
    for (std::size_t i = 0; i < 12; ++i) {
      const auto y = static_cast<std::size_t>(sample.goal.label);
      const bool down = layer.weights[1 - y][i] < layer.weights[y][i];
      queries += down ? 1 : 2;
      expected[i] += down ? -0.05F : 0.05F;
    }
    const SimbaOptions options{.queries = queries, .basis = SimbaBasis::kPixel, .step = 0.05};
    const Trace trace = Drive(*MakeSimbaAttack(options), sample, AnswersOf(model));
    ASSERT_EQ(trace.points.size(), static_cast<std::size_t>(queries));
    EXPECT_EQ(trace.points[0], sample.original);
    const std::size_t best = static_cast<std::size_t>(
        std::max_element(trace.margins.begin(), trace.margins.end()) - trace.margins.begin());
    for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(trace.points[best][i], expected[i], 1e-6);
  }
}

// The paper's bound: after t steps along an orthonormal basis the perturbation is at most sqrt(t) steps long.
TEST(SimbaDct, TheFirstPassIsAsLongAsItsStepsAtRightAngles) {
  const RowModel model = RowModel::Random({64, 2}, 5);
  const OwnedSample sample = DrawSample(AnswersOf(model), {1, 8, 8}, Ball(Norm::kL2, 100, -9, 9), 1);
  const Trace trace = Drive(*MakeSimbaAttack({.queries = 65, .step = 0.1}), sample, AnswersOf(model));
  double best = trace.margins[0];
  int steps = 0;
  for (std::size_t query = 1; query < trace.points.size(); ++query) {
    EXPECT_NEAR(Measure(sample.original, trace.points[query]).l2, 0.1 * std::sqrt(steps + 1), 1e-5);
    if (trace.margins[query] <= best) continue;
    best = trace.margins[query];
    ++steps;
  }
  EXPECT_GT(steps, 25);
}

struct ShapeCase {
  const char* name;
  std::vector<std::int64_t> shape;
  Norm norm;
  SimbaBasis basis;
};
void PrintTo(const ShapeCase& test, std::ostream* os) { *os << test.name; }
class SimbaShapes : public ::testing::TestWithParam<ShapeCase> {};
INSTANTIATE_TEST_SUITE_P(Shapes, SimbaShapes,
                         ::testing::Values(ShapeCase{"dct_l2", {1, 9, 7}, Norm::kL2, SimbaBasis::kDct},
                                           ShapeCase{"dct_linf", {3, 5, 6}, Norm::kLinf, SimbaBasis::kDct},
                                           ShapeCase{"pixel_l2", {3, 5, 6}, Norm::kL2, SimbaBasis::kPixel},
                                           ShapeCase{"table_linf", {11}, Norm::kLinf, SimbaBasis::kDct}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(SimbaShapes, EveryPointObeysTheExactRuleAndTheBudgetIsExact) {
  const ShapeCase& c = GetParam();
  int d = 1;
  for (std::int64_t extent : c.shape) d *= static_cast<int>(extent);
  const RowModel model = RowModel::Random({d, 16, 3}, 2);
  for (double epsilon : {0.03, 0.5}) {
    const OwnedSample sample = DrawSample(AnswersOf(model), c.shape, Ball(c.norm, epsilon, -1, 2), 1, -1, 2);
    const auto attack = MakeSimbaAttack({.queries = 700, .basis = c.basis});
    const Trace trace = Drive(*attack, sample, AnswersOf(model));
    EXPECT_EQ(trace.points.size(), 700U);
    for (const auto& x : trace.points) ASSERT_THAT(CheckWithin(sample.threat, sample.original, x), IsOk());
    EXPECT_EQ(Drive(*attack, sample, AnswersOf(model)).points, trace.points);
  }
}

// Drawing back to the ball lets the walk use the whole budget: on a linear model it comes to the closed form.
TEST(Simba, ComesToTheClosedFormOnLinearModels) {
  for (SimbaBasis basis : {SimbaBasis::kPixel, SimbaBasis::kDct}) {
    for (Norm norm : {Norm::kL2, Norm::kLinf}) {
      const RowModel model = RowModel::Random({36, 2}, 5);
      for (std::int64_t index = 0; index < 5; ++index) {
        const OwnedSample sample =
            DrawSample(AnswersOf(model), {1, 6, 6}, Ball(norm, norm == Norm::kL2 ? 0.3 : 0.05), index);
        const SimbaOptions options{.queries = 6000, .basis = basis, .step = 0.01};
        const Trace trace = Drive(*MakeSimbaAttack(options), sample, AnswersOf(model));
        const double best = BestMargin(model, sample.original, sample.goal.label, sample.threat);
        const double found = *std::max_element(trace.margins.begin(), trace.margins.end());
        EXPECT_LE(found, best + 1e-5);
        // Clipping to the box of the Linf ball cuts cosine waves: there the walk may stop short.
        const double reach = basis == SimbaBasis::kDct && norm == Norm::kLinf ? 0.5 : 0.97;
        EXPECT_GT((found - trace.margins[0]) / (best - trace.margins[0]), reach);
      }
    }
  }
}

// A twin that keeps every step walks at random. The budget is 1.8 times the distance that breaks a sample.
TEST(Simba, ATwinWithoutMemoryIsFarWeaker) {
  const RowModel model = RowModel::Random({144, 2}, 8);
  int broken = 0;
  int broken_by_twin = 0;
  int samples = 0;
  for (std::int64_t index = 0; samples < 30; ++index) {
    OwnedSample sample = DrawSample(AnswersOf(model), {1, 12, 12}, Ball(Norm::kL2, 1), index);
    const std::optional<double> exact = ExactDistance(model, sample);
    if (!exact || *exact < 0.05) continue;
    ++samples;
    sample.threat.epsilon = 1.8 * *exact;
    const auto attack = MakeSimbaAttack({.queries = 400, .step = *exact / 5});
    broken += Drive(*attack, sample, AnswersOf(model), Until::kSuccess).FirstSuccess() > 0;
    const std::unique_ptr<Walk> walk = attack->Begin(sample.View());
    std::vector<float> x(sample.original.size());
    float praise = 0;
    while (walk->Next(x)) {
      if (sample.goal.MarginOf(model.Logits(x)) > 0) {
        ++broken_by_twin;
        break;
      }
      std::vector<float> logits(2, 0.0F);
      logits[static_cast<std::size_t>(sample.goal.label)] = 10 - ++praise * 0.01F;
      walk->See(logits, {});
    }
  }
  EXPECT_GT(broken, 25);
  EXPECT_LT(broken_by_twin, broken - 15);
}

TEST(Simba, GoesForTheTarget) {
  const RowModel model = RowModel::Random({36, 24, 5}, 3);
  int reached = 0;
  for (std::int64_t index = 0; index < 20; ++index) {
    OwnedSample sample = DrawSample(AnswersOf(model), {1, 6, 6}, Ball(Norm::kL2, 3), index);
    sample.goal.target = RunnerUp(AnswersOf(model), sample);
    const Trace trace = Drive(*MakeSimbaAttack({.queries = 1500}), sample, AnswersOf(model), Until::kSuccess);
    if (trace.FirstSuccess() == 0) continue;
    ++reached;
    EXPECT_EQ(PredictedClass(model.Logits(trace.points.back())), sample.goal.target);
  }
  EXPECT_GT(reached, 12);
}

TEST(ParseSimbaBasis, KnowsItsTwoNames) {
  EXPECT_THAT(ParseSimbaBasis("pixel"), cupel::testing::IsOkAndHolds(SimbaBasis::kPixel));
  EXPECT_THAT(ParseSimbaBasis("dct"), cupel::testing::IsOkAndHolds(SimbaBasis::kDct));
  EXPECT_THAT(ParseSimbaBasis("fourier"), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::inspect
