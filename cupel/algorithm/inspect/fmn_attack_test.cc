// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/fmn_attack.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/inspect/nearest_walk_for_test.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Fmn : public ::testing::TestWithParam<Norm> {};

INSTANTIATE_TEST_SUITE_P(Norms, Fmn, ::testing::Values(Norm::kLinf, Norm::kL2),
                         [](const auto& test) { return std::string(NormName(test.param)); });

TEST_P(Fmn, ComesNearTheExactDistanceOfALinearModel) {
  const RowModel model = RowModel::Random({12, 4}, 5);
  const auto data = LabelledByModel(model, 40, {12}, 0.3F, 0.7F, 9);
  int tried = 0;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Sample sample = SampleFor(model, x, GetParam());
    const double exact = LinearDistance(model, sample);
    if (exact > 0.25) continue;  // a farther one may need the box's corners, which projection alone rounds
    ++tried;
    const double found = WalkToEnd(*MakeFmnAttack({}), sample, model).Nearest(x, GetParam());
    EXPECT_GE(found, exact - 1e-5);
    // In Linf every feature must get to the ball's face, which those of small weight do slowly.
    EXPECT_LE(found, (GetParam() == Norm::kLinf ? 1.5 : 1.2) * exact + 2e-3) << "sample " << i;
  }
  EXPECT_GT(tried, 20);
}

// Foolbox 3.3.4 (its commit 2513a9a, PyTorch 1.13): LInfFMNAttack and L2FMNAttack, 100 steps, one input at a
// time. Its L2 form projects by min(1, norm / norm), that is not at all; the figures are with epsilon / norm
// in that place. -1: it found nothing, its walk having stayed before the boundary (see fmn_attack.h).
TEST_P(Fmn, FindsTheDistancesThatFoolboxFinds) {
  const std::vector<double> linf = {0.145762, 0.181552,  0.104169, 0.199237,  0.146554,  0.123534,
                                    0.143828, 0.0850593, 0.154554, 0.0479861, 0.0540789, 0.0477068,
                                    0.182952, 0.0646602, 0.114953, 0.148025};
  const std::vector<double> l2 = {0.406525, 0.504678, 0.298789, 0.549854, 0.3969,   -1, 0.38482,  0.239826,
                                  0.427298, 0.144791, -1,       0.14395,  0.499647, -1, 0.314328, 0.384783};
  const std::vector<double>& theirs = GetParam() == Norm::kLinf ? linf : l2;
  const RowModel model = FormulaNetwork();
  int same = 0;
  for (std::size_t i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(static_cast<int>(i));
    const Sample sample = SampleFor(model, x, GetParam());
    const double ours = WalkToEnd(*MakeFmnAttack({}), sample, model).Nearest(x, GetParam());
    EXPECT_LT(ours, kInfinity);
    if (theirs[i] < 0) continue;
    EXPECT_LE(ours, 1.05 * theirs[i]) << "input " << i;
    same += std::abs(ours - theirs[i]) < 0.01 * theirs[i];
  }
  EXPECT_GE(same, GetParam() == Norm::kLinf ? 13 : 11);
}

TEST_P(Fmn, LooksOnceAStepFromTheOriginalOn) {
  const RowModel model = FormulaNetwork();
  const std::vector<float> x = FormulaInput(3);
  const Looks looks = WalkToEnd(*MakeFmnAttack({.steps = 17}), SampleFor(model, x, GetParam()), model);
  ASSERT_EQ(looks.points.size(), 17U);
  EXPECT_EQ(looks.points.front(), x);
  EXPECT_EQ(looks.steps.back(), 16);
}

// After a success every point is held in a ball that this success fits, grown by at most gamma a step.
TEST_P(Fmn, TheBallShrinksToTheNearestSuccessAndGrowsSlowly) {
  const RowModel model = FormulaNetwork();
  for (int i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(i);
    const Looks looks = WalkToEnd(*MakeFmnAttack({}), SampleFor(model, x, GetParam()), model);
    double radius = kInfinity;
    for (std::size_t look = 0; look < looks.points.size(); ++look) {
      const double distance = Measure(x, looks.points[look]).In(GetParam());
      EXPECT_LE(distance, radius + 1e-6) << "input " << i << ", look " << look;
      radius = looks.margins[look] > 0 ? std::min(radius, distance) : 1.05 * radius;
    }
  }
}

TEST_P(Fmn, ATargetIsReached) {
  const RowModel model = FormulaNetwork();
  for (int i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(i);
    Sample sample = SampleFor(model, x, GetParam());
    double nearest = kInfinity;
    for (sample.goal.target = 0; sample.goal.target < 3; ++sample.goal.target) {
      const Looks looks = WalkToEnd(*MakeFmnAttack({}), sample, model);
      for (std::size_t look = 0; look < looks.points.size(); ++look) {
        if (looks.margins[look] > 0) {
          EXPECT_EQ(PredictedClass(model.Logits(looks.points[look])), sample.goal.target);
        }
      }
      nearest = std::min(nearest, looks.Nearest(x, GetParam()));
    }
    EXPECT_LT(nearest, kInfinity) << "input " << i;
  }
}

TEST_P(Fmn, ATwinThatGoesTheWrongWayFindsNothing) {
  const RowModel twin = RowModel::Random({12, 2}, 5, -1);
  const auto data = LabelledByModel(twin, 30, {12}, 0.3F, 0.7F, 9);
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Looks looks = WalkToEnd(*MakeFmnAttack({}), SampleFor(twin, x, GetParam()), twin);
    EXPECT_EQ(looks.Nearest(x, GetParam()), kInfinity);
  }
}

TEST(FmnAttack, EndsAtOnceWhereTheModelIsFlat) {
  const RowModel flat = FlatNetwork();
  const std::vector<float> x(12, 0.5F);
  EXPECT_EQ(WalkToEnd(*MakeFmnAttack({}), SampleFor(flat, x, Norm::kL2), flat).points.size(), 1U);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
