// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_attack.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/smooth_net_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using data::dataset::DatasetPointer;

constexpr std::size_t kWidth = 6;
constexpr std::size_t kClasses = 5;
const std::vector<std::int64_t> kShape = {6};

std::vector<float> Original(std::size_t d, int which = 1) {
  std::vector<float> x;
  for (std::size_t i = 0; i < d; ++i)
    x.push_back(static_cast<float>(0.5 + 0.4 * std::sin(3.0 * static_cast<double>(i) + which)));
  return x;
}

Sample SampleAt(const std::vector<float>& original, const SmoothNet& net, Norm norm, double epsilon) {
  return {.original = original,
          .shape = kShape,
          .original_index = 3,
          .goal = {.label = PredictedClass(net.Logits(original))},
          .class_count = static_cast<std::int64_t>(net.classes()),
          .threat = {.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1},
          .seed = 5,
          .stream = "test"};
}

std::vector<Look> Looks(const ApgdOptions& options, Norm norm, double epsilon, int which = 1) {
  const SmoothNet net(kWidth, kClasses);
  const std::vector<float> original = Original(kWidth, which);
  return LooksOf(*MakeApgdAttack(options), SampleAt(original, net, norm, epsilon), net);
}

double BestLoss(const std::vector<Look>& looks, ApgdLoss loss, const Goal& goal) {
  double best = -1e300;
  for (const Look& look : looks) best = std::max(best, ApgdLossValue(loss, look.logits, goal, -1));
  return best;
}

TEST(ApgdWalk, NeverLooksOutsideTheBallOrTheBox) {
  const SmoothNet net(kWidth, kClasses);
  for (const Norm norm : {Norm::kLinf, Norm::kL2, Norm::kL1}) {
    for (const double epsilon : {1e-6, 0.003, 0.1, 0.7, 30.0}) {
      for (const auto& [low, high] : {std::pair{0.0F, 1.0F}, std::pair{-3.0F, 2.0F}}) {
        for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
          const std::vector<float> original = Original(kWidth);
          Sample sample = SampleAt(original, net, norm, epsilon);
          sample.threat.box_low = low;
          sample.threat.box_high = high;
          const auto looks = LooksOf(*MakeApgdAttack({.loss = loss, .n_iter = 30}), sample, net);
          ASSERT_FALSE(looks.empty());
          for (const Look& look : looks)
            ASSERT_THAT(CheckWithin(sample.threat, original, look.x), cupel::testing::IsOk());
        }
      }
    }
  }
}

// This one jumps to and fro over a kink of the loss and never stands still.
TEST(ApgdWalk, AWalkIsItsStartAndItsIterations) {
  const std::vector<Look> looks = Looks({.loss = ApgdLoss::kDlr}, Norm::kLinf, 0.4, 3);
  ASSERT_EQ(looks.size(), 101U);
  for (std::size_t i = 0; i < looks.size(); ++i) EXPECT_EQ(looks[i].step, static_cast<int>(i));
}

TEST(ApgdWalk, EveryRestartBeginsAnewElsewhere) {
  const std::vector<Look> looks = Looks({.n_iter = 40, .n_restarts = 3}, Norm::kL2, 0.4);
  std::set<std::vector<float>> starts;
  int last = -1;
  for (const Look& look : looks) {
    if (look.step == 0) {
      EXPECT_EQ(look.restart, ++last);
      starts.insert(look.x);
    }
    EXPECT_EQ(look.restart, last);
    EXPECT_LE(look.step, 40);
  }
  EXPECT_EQ(starts.size(), 3U);
}

TEST(ApgdWalk, TheFirstStepIsTwoEpsilonAlongTheSign) {
  const std::vector<float> original = Original(kWidth);
  const std::vector<Look> looks = Looks({}, Norm::kLinf, 0.02);
  const SmoothNet net(kWidth, kClasses);
  std::vector<float> wanted(kClasses);
  LossGradient(Loss::kCrossEntropy, looks[0].logits, PredictedClass(net.Logits(original)), wanted);
  const std::vector<float> gradient = net.Gradient(looks[0].x, wanted);
  for (std::size_t i = 0; i < kWidth; ++i)
    EXPECT_NEAR(looks[1].x[i], original[i] + (gradient[i] > 0 ? 0.02 : -0.02), 1e-6);
}

// The largest value of a loss within each walk, and at its start. The look that asks for the ranks is left
// out.
struct Climb {
  double start = 0;
  double best = -1e300;
};

std::map<int, Climb> Climbs(const std::vector<Look>& looks, bool ranked,
                            const std::function<double(const Look&)>& loss) {
  std::map<int, Climb> climbs;
  for (std::size_t i = ranked ? 1 : 0; i < looks.size(); ++i) {
    Climb& climb = climbs[looks[i].restart];
    if (looks[i].step == 0) climb.start = loss(looks[i]);
    climb.best = std::max(climb.best, loss(looks[i]));
  }
  return climbs;
}

TEST(ApgdWalk, TargetsTheLargestLogitsOfTheOriginalInTurn) {
  const std::vector<float> original = Original(kWidth);
  for (const int classes : {2, 9}) {
    const std::vector<Look> looks =
        Looks({.loss = ApgdLoss::kDlrTargeted, .n_iter = 10, .n_restarts = 2, .n_target_classes = classes},
              Norm::kL2, 0.4);
    EXPECT_EQ(looks[0].x, original) << "asks for the ranks first";
    const Goal goal{.label = PredictedClass(looks[0].logits)};
    const auto rivals = RivalsByRank(looks[0].logits, goal.label);
    const auto climbs = Climbs(looks, true, [&](const Look& look) {
      const std::int32_t rival = rivals[static_cast<std::size_t>(look.restart / 2)];
      return ApgdLossValue(ApgdLoss::kDlrTargeted, look.logits, goal, rival);
    });
    EXPECT_EQ(climbs.size(), 2 * std::min<std::size_t>(kClasses - 1, static_cast<std::size_t>(classes)));
    for (const auto& [walk, climb] : climbs) EXPECT_GT(climb.best, climb.start) << "walk " << walk;
  }
}

TEST(ApgdWalk, ATargetOfTheGoalIsAttackedAlone) {
  const SmoothNet net(kWidth, kClasses);
  const std::vector<float> original = Original(kWidth);
  Sample sample = SampleAt(original, net, Norm::kL2, 1.5);
  sample.goal.target = RivalsByRank(net.Logits(original), sample.goal.label).back();
  for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
    const auto looks = LooksOf(*MakeApgdAttack({.loss = loss}), sample, net);
    EXPECT_LE(looks.size(), 101U);
    const auto climbs = Climbs(
        looks, false, [&](const Look& look) { return ApgdLossValue(loss, look.logits, sample.goal, -1); });
    ASSERT_EQ(climbs.size(), 1U);
    EXPECT_GT(climbs.at(0).best, climbs.at(0).start);
  }
}

// Momentum and a halving step against the published fixed one. Both may end on a hill of their own.
TEST(ApgdWalk, ClimbsAtLeastAsHighAsPgdInTotal) {
  const SmoothNet net(kWidth, kClasses);
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    double by_apgd = 0;
    double by_pgd = 0;
    for (int which = 0; which < 12; ++which) {
      const std::vector<float> original = Original(kWidth, which);
      const Sample sample = SampleAt(original, net, norm, norm == Norm::kL2 ? 0.3 : 0.12);
      const auto pgd = MakePgdAttack({.steps = 100, .relative_step = 0.25, .random_start = true});
      by_apgd += BestLoss(LooksOf(*MakeApgdAttack({}), sample, net), ApgdLoss::kCrossEntropy, sample.goal);
      by_pgd += BestLoss(LooksOf(*pgd, sample, net), ApgdLoss::kCrossEntropy, sample.goal);
    }
    EXPECT_GE(by_apgd, by_pgd * (1 - 1e-3)) << NormName(norm);
  }
}

TEST(ApgdWalk, ABiggerBallIsClimbedHigher) {
  const SmoothNet net(kWidth, kClasses);
  for (const Norm norm : {Norm::kLinf, Norm::kL2, Norm::kL1}) {
    double last = -1e300;
    for (const double epsilon : {0.01, 0.03, 0.1, 0.3}) {
      const std::vector<float> original = Original(kWidth);
      const Sample sample = SampleAt(original, net, norm, epsilon);
      const double best =
          BestLoss(LooksOf(*MakeApgdAttack({}), sample, net), ApgdLoss::kCrossEntropy, sample.goal);
      EXPECT_GT(best, last) << NormName(norm) << " " << epsilon;
      last = best;
    }
  }
}

TEST(ApgdWalk, DependsOnItsSampleAlone) {
  const SmoothNet net(kWidth, kClasses);
  const std::vector<float> original = Original(kWidth);
  const Sample sample = SampleAt(original, net, Norm::kLinf, 0.1);
  const auto attack = MakeApgdAttack({});
  const auto once = LooksOf(*attack, sample, net);
  const auto again = LooksOf(*attack, sample, net);
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].x, again[i].x);
  Sample other = sample;
  other.original_index = 4;
  EXPECT_NE(LooksOf(*attack, other, net)[0].x, once[0].x);
  other = sample;
  other.seed = 6;
  EXPECT_NE(LooksOf(*attack, other, net)[0].x, once[0].x);
}

// Largest margin of a two-class linear model in an L1 ball and the box: room is spent where a unit pays most.
double BestL1Margin(const RowModel& model, std::span<const float> x, std::int32_t label, double epsilon) {
  const auto& layer = model.layers()[0];
  const auto y = static_cast<std::size_t>(label);
  double margin = double{layer.bias[1 - y]} - layer.bias[y];
  std::vector<std::pair<double, double>> offers;  // gain of a unit, room
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = double{layer.weights[1 - y][i]} - layer.weights[y][i];
    margin += w * x[i];
    offers.emplace_back(std::abs(w), w > 0 ? 1.0 - x[i] : double{x[i]});
  }
  std::sort(offers.rbegin(), offers.rend());
  for (const auto& [gain, room] : offers) {
    const double spent = std::min(room, epsilon);
    margin += gain * spent;
    epsilon -= spent;
  }
  return margin;
}

class ApgdOnLinear : public ::testing::Test {
 protected:
  std::vector<AttackOutcome> Run(const ApgdOptions& options, Norm norm, double epsilon) const {
    const auto target = TargetOf(model_, model_, 2, {kFeatures});
    auto outcomes = AttackPiece(*target, *MakeApgdAttack(options),
                                {.threat = {.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1},
                                 .seed = 1,
                                 .stream = "test"},
                                {}, piece_.features, piece_.jobs, SilentProgress());
    EXPECT_TRUE(outcomes.has_value()) << outcomes.error().ToString();
    return outcomes ? *std::move(outcomes) : std::vector<AttackOutcome>{};
  }
  template <typename Best>
  void ExpectVerdicts(const std::vector<AttackOutcome>& outcomes, double gap, Best best) const {
    ASSERT_EQ(outcomes.size(), piece_.jobs.size());
    int broken = 0;
    int close = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const double margin =
          best(std::span(piece_.features).subspan(i * kFeatures, kFeatures), piece_.jobs[i].goal.label);
      broken += outcomes[i].broken;
      close += std::abs(margin) < gap;
      if (std::abs(margin) < gap) continue;
      EXPECT_EQ(outcomes[i].broken, margin > 0) << i << " " << margin;
    }
    EXPECT_GE(broken, 20);
    EXPECT_LT(broken, 180);
    EXPECT_LT(close, 5);
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  DatasetPointer data_ = LabelledByModel(model_, 200, {kFeatures}, 0.3F, 0.7F, 9);
  Piece piece_ = AllOf(*data_);
};

TEST_F(ApgdOnLinear, ReachesTheOptimumWithEveryLoss) {
  for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
    for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
      const ThreatModel threat{
          .norm = norm, .epsilon = norm == Norm::kL2 ? 0.15 : 0.05, .box_low = 0, .box_high = 1};
      ExpectVerdicts(Run({.loss = loss}, norm, threat.epsilon), 1e-4,
                     [&](auto x, auto label) { return BestMargin(model_, x, label, threat); });
    }
  }
}

// With twelve features a step moves two at least, where the optimum often moves one: never more is broken
// than can be, and most of what can.
TEST_F(ApgdOnLinear, BreaksInL1OnlyWhatCanBeBroken) {
  const std::vector<AttackOutcome> outcomes = Run({}, Norm::kL1, 0.4);
  int breakable = 0;
  int broken = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double best = BestL1Margin(model_, std::span(piece_.features).subspan(i * kFeatures, kFeatures),
                                     piece_.jobs[i].goal.label, 0.4);
    breakable += best > 0;
    broken += outcomes[i].broken;
    if (outcomes[i].broken) {
      EXPECT_GT(best, 0) << i;
      EXPECT_LE(outcomes[i].moved.l1, 0.4);
    }
  }
  EXPECT_GE(broken, breakable * 0.7);
  EXPECT_GT(broken, 20);
}

// On a linear model the second point is the corner of the ball; nothing is gained by looking at it again.
TEST_F(ApgdOnLinear, APointThatIsNotLeftIsLookedAtOnce) {
  const std::vector<AttackOutcome> outcomes = Run({}, Norm::kLinf, 0.05);
  for (const AttackOutcome& outcome : outcomes) EXPECT_LE(outcome.evaluations, 2);
  const std::vector<AttackOutcome> targeted = Run({.loss = ApgdLoss::kDlrTargeted}, Norm::kLinf, 0.05);
  for (const AttackOutcome& outcome : targeted) EXPECT_LE(outcome.evaluations, 3);
}

// Nets with kinks: worst case over the losses is at most each, and APGD breaks what PGD breaks, in total.
TEST(ApgdStrength, BreaksAtLeastAsManyAsPgdOnNets) {
  std::int64_t by_pgd = 0;
  std::int64_t by_apgd = 0;
  for (const std::uint64_t seed : {21U, 22U, 23U}) {
    const RowModel model = RowModel::Random({kFeatures, 24, 5}, seed);
    const DatasetPointer data = LabelledByModel(model, 120, {kFeatures}, 0.0F, 1.0F, seed);
    const Piece piece = AllOf(*data);
    const auto target = TargetOf(model, model, 5, {kFeatures});
    const auto broken = [&](const Attack& attack, Norm norm, double epsilon) {
      const auto outcomes =
          AttackPiece(*target, attack,
                      {.threat = {.norm = norm, .epsilon = epsilon, .box_low = 0, .box_high = 1},
                       .seed = 2,
                       .stream = "test"},
                      {}, piece.features, piece.jobs, SilentProgress());
      EXPECT_TRUE(outcomes.has_value());
      return std::ranges::count_if(*outcomes, [](const AttackOutcome& o) { return o.broken; });
    };
    for (const auto& [norm, epsilon] : {std::pair{Norm::kLinf, 0.1}, std::pair{Norm::kL2, 0.3}}) {
      const auto pgd =
          broken(*MakePgdAttack({.steps = 20, .relative_step = 0.25, .random_start = true}), norm, epsilon);
      const auto ce = broken(*MakeApgdAttack({}), norm, epsilon);
      const auto targeted = broken(*MakeApgdAttack({.loss = ApgdLoss::kDlrTargeted}), norm, epsilon);
      by_pgd += pgd;
      by_apgd += std::max(ce, targeted);
      EXPECT_GE(targeted, ce - 3) << "seed " << seed;
    }
  }
  EXPECT_GE(by_apgd, by_pgd);
  EXPECT_GT(by_pgd, 100);
  EXPECT_LT(by_pgd, 700);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
