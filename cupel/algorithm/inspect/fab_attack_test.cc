// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/fab_attack.h"

#include <gmock/gmock.h>

#include <set>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/nearest_walk_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

class Fab : public ::testing::TestWithParam<Norm> {};

INSTANTIATE_TEST_SUITE_P(Norms, Fab, ::testing::Values(Norm::kLinf, Norm::kL2, Norm::kL1),
                         [](const auto& test) { return std::string(NormName(test.param)); });

TEST_P(Fab, ComesWithinOnePercentOfTheExactDistanceOfALinearModelInItsBox) {
  for (const int classes : {2, 5}) {
    const RowModel model = RowModel::Random({12, classes}, 5);
    const auto data = LabelledByModel(model, 60, {12}, 0, 1, 9);
    int tried = 0;
    for (std::int64_t i = 0; i < data->size(); ++i) {
      const std::vector<float> x = SampleOf(*data, i);
      const Sample sample = SampleFor(model, x, GetParam());
      const double exact = LinearDistance(model, sample);
      const double found = WalkToEnd(*MakeFabAttack({.steps = 30}), sample, model).Nearest(x, GetParam());
      const double found_t =
          WalkToEnd(*MakeFabAttack({.steps = 30, .targeted = true}), sample, model).Nearest(x, GetParam());
      // float32 positions and logits can fall short by their rounding.
      EXPECT_GE(found, exact - 1e-5);
      EXPECT_GE(found_t, exact - 1e-5);
      if (exact == std::numeric_limits<double>::infinity() || exact < 1e-3) continue;
      ++tried;
      // The untargeted walk picks a class without regard to the box, so that it may pick a farther one.
      EXPECT_LE(found, (classes == 2 ? 1.01 : 1.25) * exact + 1e-5) << classes << " classes, sample " << i;
      EXPECT_LE(found_t, 1.01 * exact + 1e-5) << classes << " classes, sample " << i;
    }
    EXPECT_GT(tried, 40);
  }
}

// FABAttack_PT of the official AutoAttack code (its commit a392200, PyTorch 1.13): n_iter 100, alpha_max 0.1,
// eta 1.05, beta 0.9, no random start; FAB-T is the nearest over its three target classes. On the network and
// the inputs of nearest_walk_for_test.h, in one batch.
struct Official {
  std::vector<double> fab;
  std::vector<double> fab_t;
};

Official OfficialIn(Norm norm) {
  switch (norm) {
    case Norm::kLinf:
      return {{0.208628, 0.179432, 0.10451, 0.148919, 0.146861, 0.124137, 0.155483, 0.0850915, 0.155276,
               0.0482354, 0.0543281, 0.0479555, 0.184181, 0.0650425, 0.0964867, 0.118909},
              {0.208628, 0.179432, 0.10451, 0.14892, 0.146858, 0.124137, 0.155483, 0.0850915, 0.155276,
               0.0482355, 0.054328, 0.0479554, 0.184181, 0.0650425, 0.0964867, 0.118909}};
    case Norm::kL2:
      return {{0.592835, 0.506413, 0.300441, 0.432164, 0.485496, 0.334037, 0.44107, 0.241593, 0.430274,
               0.145546, 0.172452, 0.144701, 0.503268, 0.187129, 0.267024, 0.333949},
              {0.592835, 0.506413, 0.300441, 0.432164, 0.400145, 0.334037, 0.44107, 0.241593, 0.430274,
               0.145546, 0.172452, 0.144701, 0.503268, 0.187129, 0.267024, 0.333949}};
    default:
      return {{1.32116, 0.998807, 0.687318, 0.928636, 0.878703, 0.714161, 0.993972, 0.498997, 0.890323,
               0.341721, 0.399475, 0.334442, 1.01775, 0.39406, 0.603574, 0.873647},
              {1.32149, 0.998807, 0.687319, 0.928636, 0.878584, 0.714161, 0.860059, 0.498997, 0.890323,
               0.341722, 0.399475, 0.334442, 1.01775, 0.39406, 0.603573, 0.818878}};
  }
}

TEST_P(Fab, FindsTheDistancesThatTheOfficialCodeFinds) {
  const Official official = OfficialIn(GetParam());
  const RowModel model = FormulaNetwork();
  for (const bool targeted : {false, true}) {
    double ours = 0;
    double theirs = 0;
    int same = 0;
    for (std::size_t i = 0; i < kFormulaInputs; ++i) {
      const std::vector<float> x = FormulaInput(static_cast<int>(i));
      const Sample sample = SampleFor(model, x, GetParam());
      const Looks looks = WalkToEnd(*MakeFabAttack({.targeted = targeted}), sample, model);
      const double found = looks.Nearest(x, GetParam());
      const double expected = (targeted ? official.fab_t : official.fab)[i];
      // Looks at starts and at steps back can be successes too, which the official code does not count.
      EXPECT_LE(found, 1.01 * expected) << "input " << i << (targeted ? ", targeted" : "");
      same += std::abs(found - expected) < 1e-3 * expected;
      ours += found;
      theirs += expected;
    }
    EXPECT_GE(same, 12);
    EXPECT_NEAR(ours, theirs, 0.03 * theirs);
  }
}

TEST_P(Fab, MoreStepsAndMoreRestartsOnlyComeNearer) {
  const RowModel model = FormulaNetwork();
  int nearer = 0;
  for (int i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(i);
    const Sample sample = SampleFor(model, x, GetParam());
    const double few = WalkToEnd(*MakeFabAttack({.steps = 5}), sample, model).Nearest(x, GetParam());
    const double more = WalkToEnd(*MakeFabAttack({.steps = 40}), sample, model).Nearest(x, GetParam());
    const double often =
        WalkToEnd(*MakeFabAttack({.steps = 40, .restarts = 4}), sample, model).Nearest(x, GetParam());
    EXPECT_LE(more, few);
    EXPECT_LE(often, more);
    nearer += often < few;
  }
  EXPECT_GT(nearer, 5);
}

TEST_P(Fab, RestartsBeginAtHalfTheRadiusAndEachAtAnotherPoint) {
  const RowModel model = FormulaNetwork();
  const std::vector<float> x(12, 0.5F);
  Sample sample = SampleFor(model, x, GetParam());
  sample.threat.epsilon = 0.01;
  const Looks looks = WalkToEnd(*MakeFabAttack({.steps = 3, .restarts = 4}), sample, model);
  std::set<std::vector<float>> starts;
  for (std::size_t i = 0; i < looks.points.size(); ++i) {
    if (i > 0 && looks.restarts[i] == looks.restarts[i - 1]) continue;
    const double radius = Measure(x, looks.points[i]).In(GetParam());
    EXPECT_NEAR(radius, looks.restarts[i] == 0 ? 0 : 0.005, 2e-6);
    starts.insert(looks.points[i]);
  }
  EXPECT_EQ(starts.size(), 4U);
  sample.original_index = 1;
  EXPECT_NE(WalkToEnd(*MakeFabAttack({.steps = 3, .restarts = 4}), sample, model).points.back(),
            looks.points.back());
}

TEST_P(Fab, FabTWalksOnceForEachRivalInTheOrderOfTheirLogits) {
  const RowModel model = RowModel::Random({12, 5}, 5);
  const std::vector<float> x(12, 0.5F);
  const Sample sample = SampleFor(model, x, GetParam());
  const auto attack = MakeFabAttack({.steps = 4, .restarts = 2, .targeted = true, .target_classes = 3});
  EXPECT_EQ(attack->gradients(5), 1);
  const auto walk = attack->Begin(sample);
  std::vector<std::int32_t> wanted;
  std::vector<float> at(12);
  const std::vector<float> flat(12, 0);
  // Where the model is flat each walk ends at its first look, and the next one begins.
  while (walk->Next(at)) {
    const std::vector<float> logits = model.Logits(x);
    std::vector<float> gradient(5);
    walk->OutputGradient(0, logits, gradient);
    for (std::int32_t k = 0; k < 5; ++k) {
      if (gradient[static_cast<std::size_t>(k)] == 1) wanted.push_back(k);
    }
    EXPECT_EQ(gradient[static_cast<std::size_t>(sample.goal.label)], -1);
    walk->See(logits, flat);
  }
  ASSERT_EQ(wanted.size(), 6U);
  const std::vector<float> logits = model.Logits(x);
  for (std::size_t i = 0; i < 6; i += 2) EXPECT_EQ(wanted[i], wanted[i + 1]);
  for (std::size_t i = 2; i < 6; i += 2) {
    EXPECT_GE(logits[static_cast<std::size_t>(wanted[i - 2])], logits[static_cast<std::size_t>(wanted[i])]);
  }
}

TEST_P(Fab, AWalkTakesAtMostTwoLooksAStep) {
  const RowModel model = FormulaNetwork();
  for (int i = 0; i < kFormulaInputs; ++i) {
    const std::vector<float> x = FormulaInput(i);
    const Looks looks = WalkToEnd(*MakeFabAttack({.steps = 25}), SampleFor(model, x, GetParam()), model);
    EXPECT_GE(looks.points.size(), 26U);
    EXPECT_LE(looks.points.size(), 50U);
    EXPECT_EQ(looks.points.front(), x);
    EXPECT_EQ(looks.steps.back(), 25);
  }
}

TEST_P(Fab, ATwinThatGoesTheWrongWayFindsNothing) {
  const RowModel twin = RowModel::Random({12, 2}, 5, -1);
  const auto data = LabelledByModel(twin, 30, {12}, 0, 1, 9);
  for (std::int64_t i = 0; i < data->size(); ++i) {
    const std::vector<float> x = SampleOf(*data, i);
    const Looks looks = WalkToEnd(*MakeFabAttack({.steps = 20}), SampleFor(twin, x, GetParam()), twin);
    EXPECT_EQ(looks.Nearest(x, GetParam()), std::numeric_limits<double>::infinity());
  }
}

// As a stage of an ensemble: any look inside the ball ends the walk.
TEST_P(Fab, WithinABudgetItBreaksWhatTheExactDistanceAllows) {
  const RowModel model = RowModel::Random({12, 4}, 5);
  const auto data = LabelledByModel(model, 100, {12}, 0, 1, 9);
  const Piece piece = AllOf(*data);
  const double epsilon = GetParam() == Norm::kLinf ? 0.06 : GetParam() == Norm::kL2 ? 0.2 : 0.4;
  const auto target = TargetOf(model, model, 4, {kFeatures});
  CUPEL_ASSERT_OK(
      const auto outcomes,
      AttackPiece(
          *target, *MakeFabAttack({.targeted = true}),
          {.threat = {.norm = GetParam(), .epsilon = epsilon, .box_low = 0, .box_high = 1}, .stream = "test"},
          {}, piece.features, piece.jobs, SilentProgress()));
  int broken = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto x = std::span(piece.features).subspan(i * kFeatures, kFeatures);
    const double exact = LinearDistance(model, SampleFor(model, x, GetParam()));
    broken += outcomes[i].broken;
    if (exact < 0.98 * epsilon) {
      EXPECT_TRUE(outcomes[i].broken) << "sample " << i << ", " << exact;
    }
    if (exact > epsilon + 1e-6) {
      EXPECT_FALSE(outcomes[i].broken) << "sample " << i << ", " << exact;
    }
    if (outcomes[i].broken) {
      EXPECT_LE(outcomes[i].moved.In(GetParam()), epsilon);
    }
  }
  EXPECT_GT(broken, 10);
  EXPECT_LT(broken, 90);
}

TEST(FabAttack, EndsAtOnceWhereTheModelIsFlat) {
  const RowModel flat = FlatNetwork();
  const std::vector<float> x(12, 0.5F);
  EXPECT_EQ(WalkToEnd(*MakeFabAttack({.restarts = 3}), SampleFor(flat, x, Norm::kL2), flat).points.size(),
            3U);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
