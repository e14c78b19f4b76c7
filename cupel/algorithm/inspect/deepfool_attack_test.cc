// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/deepfool_attack.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/class_differences.h"
#include "cupel/algorithm/inspect/nearest_walk_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

class DeepFool : public ::testing::TestWithParam<Norm> {};

INSTANTIATE_TEST_SUITE_P(Norms, DeepFool, ::testing::Values(Norm::kL2, Norm::kLinf),
                         [](const auto& test) { return std::string(NormName(test.param)); });

TEST_P(DeepFool, OvershootsTheNearestBoundaryOfALinearModelByTwoPercentInOneStep) {
  for (const int classes : {2, 5}) {
    const RowModel model = RowModel::Random({12, classes}, 5);
    const auto data = LabelledByModel(model, 60, {12}, 0.45F, 0.55F, 9);
    int tried = 0;
    for (std::int64_t i = 0; i < data->size(); ++i) {
      const std::vector<float> x = SampleOf(*data, i);
      const Sample sample = SampleFor(model, x, GetParam());
      const double exact = LinearDistance(model, sample);
      if (exact > 0.4) continue;  // the box could come between
      ++tried;
      const Looks looks = WalkToEnd(*MakeDeepFoolAttack({}), sample, model);
      ASSERT_EQ(looks.points.size(), 2U) << "sample " << i;
      EXPECT_NEAR(looks.Nearest(x, GetParam()), 1.02 * (exact + 1e-4), 2e-6);
    }
    EXPECT_GT(tried, 30);
  }
}

TEST_P(DeepFool, BreaksEveryInputOfANetworkByMoreThanRounding) {
  const RowModel model = RowModel::Random({12, 24, 4}, 21);
  const auto data = LabelledByModel(model, 100, {12}, 0, 1, 2);
  int corners = 0;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Sample sample = SampleFor(model, x, GetParam());
    const Looks looks = WalkToEnd(*MakeDeepFoolAttack({}), sample, model);
    ASSERT_LE(looks.points.size(), 51U);
    if (looks.points.size() == 51) {
      ++corners;  // an adversarial input lies behind a corner that the clipped walk does not turn
      continue;
    }
    EXPECT_GT(looks.margins.back(), LogitRounding(model.Logits(looks.points.back()))) << "sample " << i;
    for (std::size_t step = 0; step < looks.points.size(); ++step)
      EXPECT_EQ(looks.steps[step], static_cast<int>(step));
  }
  EXPECT_LE(corners, 5);
}

// Foolbox 3.3.4 (its commit 2513a9a, PyTorch 1.13): L2DeepFoolAttack and LinfDeepFoolAttack with 50 steps, 10
// candidates, overshoot 0.02, one input at a time on the network and the inputs of nearest_walk_for_test.h.
TEST_P(DeepFool, FindsTheDistancesThatFoolboxFinds) {
  const std::vector<double> l2 = {0.618613, 0.539013, 0.29882,  0.431844, 0.501186, 0.345865,
                                  0.456342, 0.240545, 0.42771,  0.147789, 0.171768, 0.146931,
                                  0.500031, 0.186076, 0.274732, 0.362564};
  const std::vector<double> linf = {0.217352, 0.1782,    0.104226, 0.148381,  0.184448,  0.141198,
                                    0.158377, 0.0851498, 0.154557, 0.0490469, 0.0541321, 0.0487628,
                                    0.182962, 0.0647503, 0.102201, 0.127402};
  const std::vector<double>& theirs = GetParam() == Norm::kL2 ? l2 : linf;
  const RowModel model = FormulaNetwork();
  for (int i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(i);
    const Sample sample = SampleFor(model, x, GetParam());
    ASSERT_EQ(sample.goal.label, 3);
    const Looks looks = WalkToEnd(*MakeDeepFoolAttack({}), sample, model);
    EXPECT_NEAR(looks.Nearest(x, GetParam()), theirs[static_cast<std::size_t>(i)], 2e-5) << "input " << i;
  }
}

TEST_P(DeepFool, FewerCandidatesNeverComeNearerOnALinearModel) {
  const RowModel model = RowModel::Random({12, 6}, 8);
  const auto data = LabelledByModel(model, 60, {12}, 0.4F, 0.6F, 3);
  int farther = 0;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Sample sample = SampleFor(model, x, GetParam());
    const auto few = MakeDeepFoolAttack({.candidates = 2});
    EXPECT_EQ(few->gradients(6), 1);
    const double two = WalkToEnd(*few, sample, model).Nearest(x, GetParam());
    const double all = WalkToEnd(*MakeDeepFoolAttack({}), sample, model).Nearest(x, GetParam());
    EXPECT_GE(two, all - 1e-6);
    farther += two > all + 1e-3;
  }
  EXPECT_GT(farther, 3);
}

TEST_P(DeepFool, ATwinThatGoesTheWrongWayFindsNothing) {
  const RowModel twin = RowModel::Random({12, 2}, 5, -1);
  const auto data = LabelledByModel(twin, 40, {12}, 0.3F, 0.7F, 9);
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Looks looks = WalkToEnd(*MakeDeepFoolAttack({}), SampleFor(twin, x, GetParam()), twin);
    EXPECT_EQ(looks.Nearest(x, GetParam()), std::numeric_limits<double>::infinity());
  }
}

// What torchattacks' answers suffer from: points on the boundary itself, which another batch calls otherwise.
TEST_P(DeepFool, ATwinThatDoesNotOvershootStandsOnTheBoundary) {
  const RowModel model = RowModel::Random({12, 2}, 5);
  const auto data = LabelledByModel(model, 40, {12}, 0.45F, 0.55F, 9);
  int witnesses = 0;
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const auto twin = MakeDeepFoolAttack({.overshoot = 0, .nudge = 0});
    const Looks looks = WalkToEnd(*twin, SampleFor(model, x, GetParam()), model);
    EXPECT_GT(looks.points.size(), 2U) << "the walk does not take such a point for an answer";
    witnesses += looks.margins[1] > LogitRounding(model.Logits(looks.points[1]));
  }
  EXPECT_EQ(witnesses, 0);
}

TEST(DeepFoolAttack, EndsAtOnceWhereTheModelIsFlat) {
  const RowModel flat = FlatNetwork();
  const std::vector<float> x(12, 0.5F);
  EXPECT_EQ(WalkToEnd(*MakeDeepFoolAttack({}), SampleFor(flat, x, Norm::kL2), flat).points.size(), 1U);
}

TEST(DeepFoolAttack, AsksForOneGradientLessThanItHasCandidates) {
  EXPECT_EQ(MakeDeepFoolAttack({})->gradients(1000), 9);
  EXPECT_EQ(MakeDeepFoolAttack({})->gradients(4), 3);
  EXPECT_TRUE(MakeDeepFoolAttack({})->nearest());
}

class DeepFoolRun : public ::testing::Test {
 protected:
  std::vector<AttackOutcome> Run(const Stability& stability, bool keep_nearest = true,
                                 double epsilon = 1) const {
    const auto target = TargetOf(model_, model_, 4, {kFeatures});
    auto outcomes =
        AttackPiece(*target, *MakeDeepFoolAttack({}),
                    {.threat = {.norm = Norm::kL2, .epsilon = epsilon, .box_low = 0, .box_high = 1},
                     .keep_nearest = keep_nearest,
                     .stream = "test"},
                    stability, piece_.features, piece_.jobs, SilentProgress());
    EXPECT_THAT(outcomes, cupel::testing::IsOk());
    return *std::move(outcomes);
  }
  RowModel model_ = RowModel::Random({kFeatures, 24, 4}, 21);
  Piece piece_ = AllOf(*LabelledByModel(model_, 70, {kFeatures}, 0, 1, 2));
};

TEST_F(DeepFoolRun, OutcomesAreTheWalksOwnWhateverTheTile) {
  const std::vector<AttackOutcome> whole = Run({});
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{8, 4}, {128}}) {
    const std::vector<AttackOutcome> other = Run({.tile_sizes = sizes});
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(other[i].adversarial, whole[i].adversarial);
  }
  int broken = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const auto x = std::span(piece_.features).subspan(i * kFeatures, kFeatures);
    const Looks alone = WalkToEnd(*MakeDeepFoolAttack({}), SampleFor(model_, x, Norm::kL2), model_);
    EXPECT_EQ(whole[i].evaluations, static_cast<std::int64_t>(alone.points.size()));
    if (!whole[i].broken) continue;
    ++broken;
    EXPECT_EQ(whole[i].moved.l2, alone.Nearest(x, Norm::kL2));
    EXPECT_GT(whole[i].margin, whole[i].noise);
  }
  EXPECT_GE(broken, 65);
}

TEST_F(DeepFoolRun, ABudgetCountsWhatTheDistanceSays) {
  const std::vector<AttackOutcome> nearest = Run({});
  const std::vector<AttackOutcome> bound = Run({}, false, 0.3);
  int within = 0;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const bool expected = nearest[i].broken && nearest[i].moved.l2 <= 0.3;
    EXPECT_EQ(bound[i].broken, expected) << "sample " << i;
    within += expected;
  }
  EXPECT_GT(within, 10);
  EXPECT_LT(within, 60);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
