// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/physical/checks.h"
#include "cupel/algorithm/physical/corners_for_test.h"
#include "cupel/algorithm/physical/physical_plan.h"
#include "cupel/algorithm/physical/physical_result.h"
#include "cupel/algorithm/inspect/witness.h"
#include "cupel/base/interrupt.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::physical {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::Gt;
using ::testing::HasSubstr;

class PhysicalTest : public ::testing::Test {
 protected:
  PhysicalTest()
      : data_(Corners(48, 7)),
        model_(Trained(*Corners(80, 3))),
        target_(inspect::TargetOf(model_, model_, 4, {1, kSide, kSide})),
        context_(model_, *data_) {}

  Result<PhysicalPlan> Plan(const std::string& parameters) {
    CUPEL_TRY(const Json given, Json::Parse(parameters));
    CUPEL_TRY(context_.context.parameters, check::Parameters::Create(PhysicalCheck().description(), given));
    context_.context.seed = 11;
    return PlanFrom(context_.context, 4);
  }

  Result<check::CheckResult> Measure(const std::string& parameters) {
    CUPEL_TRY(const PhysicalPlan plan, Plan(parameters));
    CUPEL_TRY(const PhysicalRun run, RunPhysical(*target_, plan, context_.context));
    return PhysicalResult(run, plan, context_.context, 10);
  }

  static double Value(const check::CheckResult& result, const char* name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    return metric == nullptr ? -1 : metric->value;
  }

  data::dataset::DatasetPointer data_;
  inspect::RowModel model_;
  std::unique_ptr<inspect::AttackTarget> target_;
  inspect::TestContext context_;
};

// In the corner whose light makes class 2: white there outshines any other corner, grey does not.
constexpr const char* kPatch =
    R"({"target": 2, "region": [0.55, 0.05, 0.4, 0.4], "steps": 60, "views": 32, "conditions": 4})";

TEST_F(PhysicalTest, TheModelIsGoodWithoutAnAttack) {
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < data_->size(); ++i) {
    right += context_.predictions.Predicted(i) == data_->labels()[static_cast<std::size_t>(i)];
  }
  EXPECT_EQ(right, data_->size());
}

TEST_F(PhysicalTest, ATargetedPatchSucceedsWhereGreyPaperDoesNot) {
  CUPEL_ASSERT_OK(const check::CheckResult result, Measure(kPatch));
  EXPECT_GT(Value(result, "attack_success"), 0.6);
  EXPECT_LT(Value(result, "success.grey"), 0.2);
  EXPECT_LT(Value(result, "success.random"), 0.3);
  EXPECT_LT(Value(result, "success.nothing"), 0.1);
  EXPECT_GT(check::FindMetric(result.metrics, "success_over_baseline")->interval->low, 0.1);
  EXPECT_LT(Value(result, "robust_accuracy"), 0.6);
  EXPECT_GT(Value(result, "accuracy_in_conditions"), 0.9);
  EXPECT_EQ(result.figures.size(), 2u);
  EXPECT_EQ(result.artifacts[0].name, kStickerArtifact);
}

TEST_F(PhysicalTest, EveryWitnessCanBeCheckedAgainAndAChangedOneIsFound) {
  CUPEL_ASSERT_OK(check::CheckResult result, Measure(kPatch));
  CUPEL_ASSERT_OK(const PhysicalPlan plan, Plan(kPatch));
  EXPECT_THAT(VerifyViews(*target_, plan, *data_, result), IsOkAndHolds(Gt(5)));
  // The stored view is what the PNG of the sticker gives: another sticker, another view.
  check::CheckResult other = result;
  other.artifacts[0] = result.artifacts[0];
  CUPEL_ASSERT_OK(const check::CheckResult untrained,
                  Measure(R"({"target": 2, "region": [0.55, 0.05, 0.4, 0.4], "steps": 1})"));
  other.artifacts[0].bytes = untrained.artifacts[0].bytes;
  EXPECT_THAT(VerifyViews(*target_, plan, *data_, other),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not what the sticker gives")));
  // A clean picture in place of a view misses the goal.
  check::CheckResult clean = result;
  std::vector<float> views;
  for (std::int64_t i = 0; i < 10; ++i) {
    const std::vector<float> x = inspect::SampleOf(*data_, 0);
    views.insert(views.end(), x.begin(), x.end());
  }
  for (check::Artifact& artifact : clean.artifacts) {
    if (artifact.name == kViewsArtifact) {
      artifact.bytes = inspect::AdversarialArtifact(views, {1, kSide, kSide}).bytes;
    }
  }
  EXPECT_THAT(VerifyViews(*target_, plan, *data_, clean),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("misses the goal")));
}

TEST_F(PhysicalTest, ResultsDoNotDependOnWorkers) {
  CUPEL_ASSERT_OK(const check::CheckResult one, Measure(R"({"steps": 5, "views": 70, "conditions": 2})"));
  context_.context.workers = 4;
  CUPEL_ASSERT_OK(const check::CheckResult four, Measure(R"({"steps": 5, "views": 70, "conditions": 2})"));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(four, check::ArtifactBytes::kInline));
}

TEST_F(PhysicalTest, AMaskOfItsOwnFoolsEachPicture) {
  constexpr const char* kMask =
      R"({"attack": "mask", "region": [0.2, 0.2, 0.6, 0.6], "steps": 40, "conditions": 4, "samples": 8})";
  CUPEL_ASSERT_OK(const check::CheckResult result, Measure(kMask));
  EXPECT_GT(Value(result, "attack_success"), 0.6);
  EXPECT_LT(Value(result, "success.grey"), 0.3);
  EXPECT_LT(Value(result, "robust_accuracy"), 0.4);
  CUPEL_ASSERT_OK(const PhysicalPlan plan, Plan(kMask));
  EXPECT_THAT(VerifyViews(*target_, plan, *data_, result), IsOkAndHolds(Gt(4)));
}

TEST_F(PhysicalTest, AKilledRunGoesOnToTheSameResult) {
  const char* parameters = R"({"steps": 30, "conditions": 2, "samples": 16})";
  CUPEL_ASSERT_OK(const check::CheckResult whole, Measure(parameters));
  inspect::MemoryJournal journal;
  context_.context.journal = &journal;
  ASSERT_THAT(Measure(R"({"steps": 25, "conditions": 2, "samples": 16})"), IsOk());
  std::erase_if(journal.pieces, [](const auto& piece) { return piece.first != "sticker"; });
  const std::int64_t before = model_.passes();
  CUPEL_ASSERT_OK(const check::CheckResult resumed, Measure(parameters));
  EXPECT_EQ(model_.passes() - before, 5);
  EXPECT_EQ(ToJson(whole, check::ArtifactBytes::kInline), ToJson(resumed, check::ArtifactBytes::kInline));
  const std::int64_t after = model_.passes();
  ASSERT_THAT(Measure(parameters), IsOk());
  EXPECT_EQ(model_.passes(), after);
}

TEST_F(PhysicalTest, StopsWhenAsked) {
  Interrupt::SetRequested(true);
  EXPECT_THAT(Measure(R"({"steps": 5})"), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

TEST_F(PhysicalTest, TheObjectiveHasItsNumericGradient) {
  CUPEL_ASSERT_OK(const PhysicalPlan plan, Plan(R"({"target": 1, "views": 6, "resolution": 3, "area": 0.2,
      "noise": 0, "brightness": 0, "contrast": 0})"));
  Pictures pictures;
  for (std::int64_t i = 0; i < 4; ++i) {
    CUPEL_ASSERT_OK(const std::vector<float> light, ReadLight(*data_, i));
    pictures.light.insert(pictures.light.end(), light.begin(), light.end());
    pictures.goals.push_back({data_->labels()[static_cast<std::size_t>(i)], 1});
  }
  Sticker sticker = PlainSticker(1, 3, 3, Outline::kSquare, 0);
  ReproducibleStream stream(2, "start");
  for (float& value : sticker.light) value = stream.Uniform(0.3F, 0.6F);
  std::vector<float> gradient(9), ignored(9);
  ASSERT_THAT(Objective(*target_, pictures, plan.optimise, 0, 3, 1, sticker, gradient), IsOk());
  for (std::size_t i = 0; i < 9; ++i) {
    Sticker up = sticker, down = sticker;
    up.light[i] += 2e-3F;
    down.light[i] -= 2e-3F;
    CUPEL_ASSERT_OK(const double high, Objective(*target_, pictures, plan.optimise, 0, 3, 1, up, ignored));
    CUPEL_ASSERT_OK(const double low, Objective(*target_, pictures, plan.optimise, 0, 3, 1, down, ignored));
    EXPECT_NEAR(gradient[i], (high - low) / (double{up.light[i]} - down.light[i]), 5e-3);
  }
}

TEST_F(PhysicalTest, TheFirstAdamStepMovesByTheLearningRateAgainstTheGradient) {
  CUPEL_ASSERT_OK(const PhysicalPlan plan, Plan(R"({"target": 1, "views": 4, "learning_rate": 0.02})"));
  Pictures pictures;
  CUPEL_ASSERT_OK(pictures.light, ReadLight(*data_, 0));
  pictures.goals = {{0, 1}};
  Optimisation state = BeginOptimisation(PlainSticker(1, 4, 4, Outline::kSquare, 0.5F));
  std::vector<float> gradient(16);
  ASSERT_THAT(Objective(*target_, pictures, plan.optimise, 0, 0, 1, state.sticker, gradient), IsOk());
  ASSERT_THAT(Step(*target_, pictures, plan.optimise, 0, 1, state), IsOk());
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_NEAR(state.sticker.light[i], 0.5 - std::copysign(0.02, gradient[i]), 1e-4);
  }
}

TEST_F(PhysicalTest, StickersStayInThePrintersRange) {
  CUPEL_ASSERT_OK(const PhysicalPlan plan, Plan(R"({"learning_rate": 5, "steps": 3, "printability": 0})"));
  CUPEL_ASSERT_OK(const PhysicalRun run, RunPhysical(*target_, plan, context_.context));
  // Bytes are rounded after the last step.
  for (const float value : run.stickers[0].light) {
    EXPECT_TRUE(value >= PrintRange(0, 1).low - 0.5F / 255 && value <= 1) << value;
  }
}

TEST_F(PhysicalTest, SaysWhatIsWrongWithParameters) {
  EXPECT_THAT(Plan(R"({"attack": "mask"})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("needs a region")));
  EXPECT_THAT(Plan(R"({"region": [0.1, 0.2]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("2 numbers")));
  EXPECT_THAT(Plan(R"({"region": [0.9, 0.2, 0.3, 0.3]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("leaves the picture")));
  EXPECT_THAT(Plan(R"({"target": 4})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("[-1, 4), got 4")));
  EXPECT_THAT(Measure(R"({"samples": 1})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("both are needed")));
}

TEST_F(PhysicalTest, AModelThatAnswersNanIsAnError) {
  model_.disturb = [](std::size_t, std::vector<float>& logits) { logits[0] = NAN; };
  EXPECT_THAT(Measure(R"({"steps": 1})"), HasError(ErrorCode::kInvalidArgument, HasSubstr("NaN")));
}

PictureTrial TrialOf(std::int64_t reached, std::int64_t conditions) {
  PictureTrial trial;
  trial.conditions = conditions;
  trial.reached[1] = reached;
  return trial;
}

std::int64_t OfSticker(const PictureTrial& trial) { return trial.reached[1]; }
std::int64_t OfGrey(const PictureTrial& trial) { return trial.reached[2]; }

TEST(ClusteredShare, IsTheMeanOfSharesWithPicturesForTrials) {
  const std::vector<PictureTrial> trials = {TrialOf(4, 4), TrialOf(2, 4), TrialOf(0, 4), TrialOf(4, 4)};
  const check::Metric metric = ClusteredShare("m", trials, OfSticker);
  EXPECT_DOUBLE_EQ(metric.value, 2.5 / 4);
  EXPECT_EQ(metric.n, 16);
  // Wilson at 2 of 4 below and 3 of 4 above: 0.1500, 0.9544.
  EXPECT_NEAR(metric.interval->low, 0.1500, 1e-3);
  EXPECT_NEAR(metric.interval->high, 0.9544, 1e-3);
  const check::Metric gain = ClusteredGain("g", trials, OfSticker, OfGrey);
  EXPECT_DOUBLE_EQ(gain.value, 2.5 / 4);
  EXPECT_LT(gain.interval->low, 0.15);
}

TEST(ClusteredShare, CoversWhenViewsOfAPictureAreAlike) {
  // Worst case for an interval that took views for trials: all views of a picture agree.
  int covered = 0, naive = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    ReproducibleStream stream(1, "coverage", run);
    std::vector<PictureTrial> trials;
    for (int i = 0; i < 40; ++i) trials.push_back(TrialOf(stream.Uniform() < 0.3F ? 8 : 0, 8));
    const check::Metric metric = ClusteredShare("m", trials, OfSticker);
    covered += metric.interval->low <= 0.3 && 0.3 <= metric.interval->high;
    const auto wrong = stats::Wilson(static_cast<std::int64_t>(std::llround(metric.value * 320)), 320, 0.95);
    naive += wrong.low <= 0.3 && 0.3 <= wrong.high;
  }
  EXPECT_GE(covered, 275);
  EXPECT_LT(naive, 200);
}

}  // namespace
}  // namespace cupel::algorithm::physical
