// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_attack.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
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

TEST(ApgdWalk, AWalkIsItsStartAndItsIterations) {
  const std::vector<Look> looks = Looks({.n_iter = 40, .n_restarts = 3}, Norm::kL2, 0.4);
  ASSERT_EQ(looks.size(), 3U * 41U);
  for (std::size_t i = 0; i < looks.size(); ++i) {
    EXPECT_EQ(looks[i].restart, static_cast<int>(i / 41));
    EXPECT_EQ(looks[i].step, static_cast<int>(i % 41));
  }
  EXPECT_NE(looks[0].x, looks[41].x);
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

TEST(ApgdWalk, TargetsTheLargestLogitsOfTheOriginalInTurn) {
  const std::vector<float> original = Original(kWidth);
  for (const int classes : {2, 9}) {
    const std::vector<Look> looks =
        Looks({.loss = ApgdLoss::kDlrTargeted, .n_iter = 10, .n_restarts = 2, .n_target_classes = classes},
              Norm::kL2, 0.4);
    EXPECT_EQ(looks[0].x, original) << "asks for the ranks first";
    const std::size_t walks = 2 * std::min<std::size_t>(kClasses - 1, static_cast<std::size_t>(classes));
    ASSERT_EQ(looks.size(), 1 + walks * 11);
    EXPECT_EQ(looks.back().restart, static_cast<int>(walks) - 1);
    // What each pair of walks raises most, against its start, is the logit of its class before the label's.
    const auto rivals = RivalsByRank(looks[0].logits, PredictedClass(looks[0].logits));
    const auto label = static_cast<std::size_t>(PredictedClass(looks[0].logits));
    for (std::size_t walk = 0; walk < walks; ++walk) {
      const auto rival = static_cast<std::size_t>(rivals[walk / 2]);
      const auto gap = [&](const Look& look) { return look.logits[rival] - look.logits[label]; };
      EXPECT_GT(gap(looks[1 + walk * 11 + 10]), gap(looks[1 + walk * 11])) << "walk " << walk;
    }
  }
}

TEST(ApgdWalk, ATargetOfTheGoalIsAttackedAlone) {
  const SmoothNet net(kWidth, kClasses);
  const std::vector<float> original = Original(kWidth);
  Sample sample = SampleAt(original, net, Norm::kL2, 1.5);
  sample.goal.target = RivalsByRank(net.Logits(original), sample.goal.label).back();
  for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
    const auto looks = LooksOf(*MakeApgdAttack({.loss = loss}), sample, net);
    EXPECT_EQ(looks.size(), 101U);
    const auto target = static_cast<std::size_t>(sample.goal.target);
    EXPECT_GT(looks.back().logits[target], looks.front().logits[target]);
  }
}

// Momentum and a halving step against the published fixed one: never worse by more than float noise.
TEST(ApgdWalk, ClimbsAtLeastAsHighAsPgd) {
  const SmoothNet net(kWidth, kClasses);
  int higher = 0;
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    for (int which = 0; which < 12; ++which) {
      const std::vector<float> original = Original(kWidth, which);
      const Sample sample = SampleAt(original, net, norm, norm == Norm::kL2 ? 0.3 : 0.12);
      const double apgd =
          BestLoss(LooksOf(*MakeApgdAttack({}), sample, net), ApgdLoss::kCrossEntropy, sample.goal);
      const double pgd = BestLoss(
          LooksOf(*MakePgdAttack({.steps = 100, .relative_step = 0.25, .random_start = true}), sample, net),
          ApgdLoss::kCrossEntropy, sample.goal);
      EXPECT_GE(apgd, pgd - 1e-4 * std::abs(pgd)) << NormName(norm) << " " << which;
      higher += apgd > pgd;
    }
  }
  EXPECT_GE(higher, 12);
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
    EXPECT_GT(broken, 20);
    EXPECT_LT(broken, 180);
    EXPECT_LT(close, 5);
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  DatasetPointer data_ = LabelledByModel(model_, 200, {kFeatures}, 0.3F, 0.7F, 9);
  Piece piece_ = AllOf(*data_);
};

TEST_F(ApgdOnLinear, ReachesTheOptimumInEveryNormAndLoss) {
  for (const ApgdLoss loss : {ApgdLoss::kCrossEntropy, ApgdLoss::kDlr, ApgdLoss::kDlrTargeted}) {
    for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
      const ThreatModel threat{
          .norm = norm, .epsilon = norm == Norm::kL2 ? 0.15 : 0.05, .box_low = 0, .box_high = 1};
      ExpectVerdicts(Run({.loss = loss}, norm, threat.epsilon), 1e-4,
                     [&](auto x, auto label) { return BestMargin(model_, x, label, threat); });
    }
    ExpectVerdicts(Run({.loss = loss}, Norm::kL1, 0.4), 5e-3,
                   [&](auto x, auto label) { return BestL1Margin(model_, x, label, 0.4); });
  }
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
      EXPECT_GE(targeted, ce - 1) << "seed " << seed;
    }
  }
  EXPECT_GE(by_apgd, by_pgd);
  EXPECT_GT(by_pgd, 100);
  EXPECT_LT(by_pgd, 700);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
