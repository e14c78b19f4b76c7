// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_piece.h"

#include <cmath>
#include <limits>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/fab_attack.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::HasError;
using data::dataset::DatasetPointer;

class LinearModel : public ::testing::Test {
 protected:
  // Every verdict must be the closed form's; samples within 1e-4 of the boundary prove nothing and must be
  // few.
  void ExpectClosedForm(const std::vector<AttackOutcome>& outcomes, const ThreatModel& threat) {
    ASSERT_EQ(outcomes.size(), piece_.jobs.size());
    int broken = 0;
    int close = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const double best = BestMargin(model_, std::span(piece_.features).subspan(i * kFeatures, kFeatures),
                                     piece_.jobs[i].goal.label, threat);
      broken += outcomes[i].broken;
      if (std::abs(best) < 1e-4) {
        ++close;
        continue;
      }
      EXPECT_EQ(outcomes[i].broken, best > 0) << "sample " << i << ", best margin " << best;
      if (outcomes[i].broken) {
        EXPECT_LE(outcomes[i].margin, best + 1e-5);
        EXPECT_GT(outcomes[i].margin, outcomes[i].noise);
        EXPECT_LE(outcomes[i].moved.In(threat.norm), threat.epsilon);
      }
    }
    EXPECT_GT(broken, 20);
    EXPECT_LT(broken, static_cast<int>(outcomes.size()) - 20);
    EXPECT_LT(close, 3);
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  DatasetPointer data_ = LabelledByModel(model_, 200, {kFeatures}, 0.0F, 1.0F, 9);
  Piece piece_ = AllOf(*data_);
};

TEST_F(LinearModel, FgsmReachesTheLinfOptimum) {
  const AttackOptions options = Fgsm(Norm::kLinf, 0.1);
  ExpectClosedForm(AttackAll(model_, model_, piece_, options), options.threat);
}

TEST_F(LinearModel, PgdReachesTheLinfOptimumFromRandomStarts) {
  const AttackOptions options = Pgd(Norm::kLinf, 0.1, 20);
  ExpectClosedForm(AttackAll(model_, model_, piece_, options), options.threat);
}

TEST_F(LinearModel, PgdReachesTheL2Optimum) {
  data_ = LabelledByModel(model_, 200, {kFeatures}, 0.3F, 0.7F, 9);  // the box is out of reach
  piece_ = AllOf(*data_);
  const AttackOptions options = Pgd(Norm::kL2, 0.2, 60);
  ExpectClosedForm(AttackAll(model_, model_, piece_, options), options.threat);
}

TEST_F(LinearModel, FgsmInL2MovesAlongTheWeights) {
  data_ = LabelledByModel(model_, 200, {kFeatures}, 0.3F, 0.7F, 9);
  piece_ = AllOf(*data_);
  const AttackOptions options = Fgsm(Norm::kL2, 0.2);
  ExpectClosedForm(AttackAll(model_, model_, piece_, options), options.threat);
}

TEST_F(LinearModel, AllLossesGiveTheSameVerdictsOnTwoClasses) {
  AttackOptions options = Fgsm(Norm::kLinf, 0.1);
  options.pgd.loss = Loss::kMargin;
  ExpectClosedForm(AttackAll(model_, model_, piece_, options), options.threat);
}

TEST_F(LinearModel, AnAttackThatDescendsFindsNothing) {
  const RowModel twin = RowModel::Random({kFeatures, 2}, 5, -1);
  for (const AttackOutcome& outcome : AttackAll(twin, model_, piece_, Pgd(Norm::kLinf, 0.05, 20))) {
    // A random start may err; the walk itself must not.
    if (outcome.broken) {
      EXPECT_LE(outcome.step, 3);
    }
  }
  for (const AttackOutcome& outcome : AttackAll(twin, model_, piece_, Fgsm(Norm::kLinf, 0.1)))
    EXPECT_FALSE(outcome.broken);
}

TEST_F(LinearModel, ErrorsOfTheSearchAloneAreNotCounted) {
  RowModel search = RowModel::Random({kFeatures, 2}, 5);
  search.disturb = [](std::size_t, std::vector<float>& logits) { logits[0] += 100; };
  std::int64_t unconfirmed = 0;
  for (const AttackOutcome& outcome : AttackAll(search, model_, piece_, Fgsm(Norm::kLinf, 1e-3)))
    unconfirmed += outcome.unconfirmed;
  EXPECT_GT(unconfirmed, 0);
  for (const AttackOutcome& outcome : AttackAll(search, model_, piece_, Fgsm(Norm::kLinf, 0.1))) {
    EXPECT_FALSE(outcome.broken);  // noise of 200 covers every margin of this model
  }
}

TEST_F(LinearModel, AModelThatAnswersNanIsRefused) {
  RowModel broken = RowModel::Random({kFeatures, 2}, 5);
  broken.disturb = [](std::size_t, std::vector<float>& logits) {
    logits[0] = std::numeric_limits<float>::quiet_NaN();
  };
  const auto target = TargetOf(broken, broken, 2, {kFeatures});
  EXPECT_THAT(TryAttack(*target, piece_, Fgsm(Norm::kLinf, 0.1)),
              HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("NaN")));
}

TEST_F(LinearModel, ASampleOutsideTheBoxIsRefused) {
  piece_.features[3] = 1.5F;
  const auto target = TargetOf(model_, model_, 2, {kFeatures});
  EXPECT_THAT(TryAttack(*target, piece_, Fgsm(Norm::kLinf, 0.1)),
              HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("outside the box")));
}

TEST_F(LinearModel, AnInterruptStopsTheWalk) {
  Interrupt::SetRequested(true);
  const auto target = TargetOf(model_, model_, 2, {kFeatures});
  const auto outcome = TryAttack(*target, piece_, Fgsm(Norm::kLinf, 0.1));
  Interrupt::SetRequested(false);
  EXPECT_THAT(outcome, HasError(ErrorCode::kInterrupted));
}

class SmallNetwork : public ::testing::Test {
 protected:
  static std::int64_t Evaluations(const std::vector<AttackOutcome>& outcomes) {
    std::int64_t sum = 0;
    for (const AttackOutcome& outcome : outcomes) sum += outcome.evaluations;
    return sum;
  }
  static void ExpectSame(const std::vector<AttackOutcome>& a, const std::vector<AttackOutcome>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].broken, b[i].broken);
      EXPECT_EQ(a[i].step, b[i].step);
      EXPECT_EQ(a[i].restart, b[i].restart);
      EXPECT_EQ(a[i].margin, b[i].margin);
      EXPECT_EQ(a[i].adversarial, b[i].adversarial);
    }
  }

  RowModel model_ = RowModel::Random({kFeatures, 24, 4}, 21);
  DatasetPointer data_ = LabelledByModel(model_, 150, {kFeatures}, 0.0F, 1.0F, 2);
  Piece piece_ = AllOf(*data_);
};

TEST_F(SmallNetwork, TheCycleStopKeepsEveryVerdictAndSavesMostOfTheWork) {
  AttackOptions options = Pgd(Norm::kLinf, 0.1, 200);
  const std::vector<AttackOutcome> fast = AttackAll(model_, model_, piece_, options);
  options.pgd.cycle_stop = false;
  const std::vector<AttackOutcome> plain = AttackAll(model_, model_, piece_, options);
  ExpectSame(fast, plain);
  EXPECT_LT(Evaluations(fast) * 4, Evaluations(plain));
  const auto broken =
      std::count_if(fast.begin(), fast.end(), [](const AttackOutcome& o) { return o.broken; });
  EXPECT_GT(broken, 10);
  EXPECT_LT(broken, 140);
}

TEST_F(SmallNetwork, OutcomesDoNotDependOnTileSizeOrOrder) {
  const AttackOptions options = Pgd(Norm::kLinf, 0.1, 40);
  const std::vector<AttackOutcome> whole = AttackAll(model_, model_, piece_, options);
  ExpectSame(whole, AttackAll(model_, model_, piece_, options, {.tile_sizes = {8, 4}}));
  ExpectSame(whole, AttackAll(model_, model_, piece_, options, {.tile_sizes = {512}}));
  Piece turned;
  for (std::size_t i = piece_.jobs.size(); i-- > 0;) {
    turned.jobs.push_back(piece_.jobs[i]);
    turned.features.insert(turned.features.end(),
                           piece_.features.begin() + static_cast<std::ptrdiff_t>(i * kFeatures),
                           piece_.features.begin() + static_cast<std::ptrdiff_t>((i + 1) * kFeatures));
  }
  std::vector<AttackOutcome> back = AttackAll(model_, model_, turned, options);
  std::reverse(back.begin(), back.end());
  ExpectSame(whole, back);
}

TEST_F(SmallNetwork, RestartsOnlyBreakMore) {
  AttackOptions options = Pgd(Norm::kLinf, 0.06, 5);
  const std::vector<AttackOutcome> once = AttackAll(model_, model_, piece_, options);
  options.pgd.restarts = 10;
  const std::vector<AttackOutcome> often = AttackAll(model_, model_, piece_, options);
  int more = 0;
  for (std::size_t i = 0; i < once.size(); ++i) {
    if (once[i].broken) {
      EXPECT_EQ(often[i].adversarial, once[i].adversarial);
    }
    more += often[i].broken && often[i].restart > 0;
  }
  EXPECT_GT(more, 0);
}

// A model whose search answers are as coarse as asked for, the others exact; counts the rows for which a
// gradient was asked.
class CoarseTarget final : public AttackTarget {
 public:
  CoarseTarget(const RowModel& model, float grain) : model_(model), grain_(grain) {}
  std::int64_t class_count() const override {
    return static_cast<std::int64_t>(model_.layers().back().bias.size());
  }
  const std::vector<std::int64_t>& sample_shape() const override { return shape_; }
  tensor::Device device() const override { return {}; }
  Result<tensor::Tensor> Logits(const tensor::Tensor& x) const override {
    CUPEL_TRY(const tensor::Tensor logits, model_.Forward(x));
    return grain_ > 0 ? logits.div(grain_).round().mul(grain_) : logits;
  }
  Result<executor::Passes> LogitsGradients(
      const tensor::Tensor& x, std::span<const executor::OutputGradient> output_gradients) const override {
    CUPEL_TRY(const tensor::Tensor output, Logits(x));
    executor::Passes passes{.output = output, .input_gradients = {}};
    for (const auto& output_gradient : output_gradients) {
      const tensor::Tensor seed = output_gradient(output);
      asked_ += seed.abs().sum(1).gt(0).sum().item<std::int64_t>();
      CUPEL_TRY(executor::Pass pass, model_.ForwardGradient(x, [&](const tensor::Tensor&) { return seed; }));
      passes.input_gradients.push_back(std::move(pass.input_gradient));
    }
    return passes;
  }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override { return model_.Forward(x); }
  bool coarse() const override { return grain_ > 0; }
  Result<tensor::Tensor> FloatLogits(const tensor::Tensor& x) const override { return model_.Forward(x); }
  std::int64_t independent_rows() const override { return 1; }
  std::int64_t cached_rows() const override { return parts; }

  std::int64_t parts = 0;
  std::int64_t asked() const { return asked_; }

 private:
  const RowModel& model_;
  const float grain_;
  const std::vector<std::int64_t> shape_ = {kFeatures};
  mutable std::int64_t asked_ = 0;
};

// Logits rounded to a fiftieth feign errors near the boundary and hide others in ties. What is claimed is
// right all the same, and little is missed.
TEST_F(LinearModel, ACoarseSearchClaimsNothingFalseAndMissesLittle) {
  const AttackOptions options = Pgd(Norm::kLinf, 0.1, 20);
  const std::vector<AttackOutcome> fine = AttackAll(model_, model_, piece_, options);
  const CoarseTarget target(model_, 0.02F);
  CUPEL_ASSERT_OK(const auto coarse, TryAttack(target, piece_, options));
  int missed = 0, broken = 0;
  for (std::size_t i = 0; i < coarse.size(); ++i) {
    broken += coarse[i].broken;
    missed += fine[i].broken && !coarse[i].broken;
    if (!coarse[i].broken) continue;
    EXPECT_TRUE(fine[i].broken) << "sample " << i;
    EXPECT_GT(coarse[i].margin, coarse[i].noise);
    EXPECT_GT(model_.Logits(coarse[i].adversarial)[static_cast<std::size_t>(coarse[i].predicted)],
              model_.Logits(coarse[i].adversarial)[static_cast<std::size_t>(piece_.jobs[i].goal.label)]);
  }
  EXPECT_GT(broken, 20);
  EXPECT_LE(missed, 2);
}

TEST_F(SmallNetwork, OutcomesDoNotDependOnThePartsATileIsAskedIn) {
  const AttackOptions options = Pgd(Norm::kLinf, 0.1, 40);
  const std::vector<AttackOutcome> whole = AttackAll(model_, model_, piece_, options);
  CoarseTarget target(model_, 0);
  for (const std::int64_t parts : {1, 5, 32, 100}) {
    target.parts = parts;
    CUPEL_ASSERT_OK(const auto outcomes, TryAttack(target, piece_, options));
    ExpectSame(whole, outcomes);
  }
}

// Half of FAB's looks only tell whether a step went far enough.
TEST_F(SmallNetwork, GradientsThatNobodyWantsAreNotAskedFor) {
  const CoarseTarget target(model_, 0);
  CUPEL_ASSERT_OK(const auto outcomes,
                  AttackPiece(target, *MakeFabAttack({.steps = 20, .targeted = true}),
                              {.threat = {.norm = Norm::kLinf, .epsilon = 1e-3, .box_low = 0, .box_high = 1},
                               .stream = "test"},
                              {}, piece_.features, piece_.jobs, SilentProgress()));
  EXPECT_LT(static_cast<double>(target.asked()), 0.75 * static_cast<double>(Evaluations(outcomes)));
  EXPECT_GT(static_cast<double>(target.asked()), 0.4 * static_cast<double>(Evaluations(outcomes)));
}

TEST(Stability, IndependentRowsAreTakenAtTheirWord) {
  const RowModel model = RowModel::Random({kFeatures, 24, 4}, 21);
  const Piece piece = AllOf(*LabelledByModel(model, 40, {kFeatures}, 0, 1, 2));
  const std::vector<std::int32_t> labels(40, 0);
  CUPEL_ASSERT_OK(const Stability stability,
                  MeasureStability(CoarseTarget(model, 0), piece.features, labels));
  EXPECT_EQ(stability.tile_sizes.size(), static_cast<std::size_t>(kTileRows));
  EXPECT_EQ(stability.tile_sizes.back(), 1);
}

TEST(Stability, ARowModelIsStableAtEveryTileSize) {
  const RowModel model = RowModel::Random({kFeatures, 24, 4}, 21);
  const Piece piece = AllOf(*LabelledByModel(model, 40, {kFeatures}, 0, 1, 2));
  const std::vector<std::int32_t> labels(40, 0);
  const auto target = TargetOf(model, model, 4, {kFeatures});
  CUPEL_ASSERT_OK(const Stability stability, MeasureStability(*target, piece.features, labels));
  EXPECT_TRUE(stability.position_independent);
  EXPECT_EQ(stability.position_noise, 0);
  EXPECT_EQ(stability.tile_sizes.front(), kTileRows);
  EXPECT_EQ(stability.tile_sizes.back(), 4);
}

TEST(Stability, AModelThatDependsOnThePositionIsFoundOut) {
  RowModel model = RowModel::Random({kFeatures, 24, 4}, 21);
  model.disturb = [](std::size_t row, std::vector<float>& logits) {
    logits[1] += 1e-3F * static_cast<float>(row);
  };
  const Piece piece = AllOf(*LabelledByModel(model, 40, {kFeatures}, 0, 1, 2));
  const std::vector<std::int32_t> labels(40, 0);
  const auto target = TargetOf(model, model, 4, {kFeatures});
  CUPEL_ASSERT_OK(const Stability stability, MeasureStability(*target, piece.features, labels));
  EXPECT_FALSE(stability.position_independent);
  EXPECT_GT(stability.position_noise, 1e-3);
  EXPECT_EQ(stability.tile_sizes, std::vector<std::int64_t>{kTileRows});
}

}  // namespace
}  // namespace cupel::algorithm::inspect
