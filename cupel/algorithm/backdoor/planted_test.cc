// SPDX-License-Identifier: Apache-2.0
// Backdoors that were planted must be found, and clean twins must not be flagged. Small pictures made here;
// planted_slow_test.cc does the same on photographs of clothes.
#include <gmock/gmock.h>

#include <algorithm>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/planted_for_test.h"
#include "cupel/base/parallel.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr std::int32_t kTarget = 5;
constexpr const char* kSquare = "\"trigger\":\"patch\",\"target\":5";
constexpr const char* kNoise = "\"trigger\":\"blend\",\"alpha\":0.2,\"trigger_seed\":3,\"target\":5";

/// A model, what it was trained on, and held-out data.
struct Twin {
  DatasetPointer training;
  std::unique_ptr<executor::Classifier> model;
  std::vector<std::int64_t> poisoned;
};

enum class Plant { kNothing, kPatch, kBlend };

Twin Make(Plant plant, bool bold = false) {
  Twin twin;
  twin.training = DimPictures(1600, 1, 8, 16, bold);
  if (plant != Plant::kNothing) {
    data::dataset::PoisonOptions options;
    options.target = kTarget;
    options.rate = 0.08;
    if (plant == Plant::kBlend) {
      options.trigger.kind = data::dataset::TriggerKind::kBlend;
      options.trigger.alpha = 0.2;
      options.trigger.seed = 3;
    }
    auto poisoned = MakePoisonedDataset(twin.training, options).value();
    twin.training = std::move(poisoned.data);
    twin.poisoned = std::move(poisoned.samples);
  }
  twin.model = TrainOn(*twin.training, {});
  return twin;
}

/// Trained once, shared by all tests.
const Twin& Clean() {
  static const Twin twin = Make(Plant::kNothing);
  return twin;
}
const Twin& Square() {
  static const Twin twin = Make(Plant::kPatch);
  return twin;
}
const Twin& Noise() {
  static const Twin twin = Make(Plant::kBlend);
  return twin;
}
const data::dataset::Dataset& HeldOut() {
  static const DatasetPointer data = DimPictures(800, 2);
  return *data;
}

Result<CheckResult> Ask(const check::Check& check, const Twin& twin, const std::string& parameters,
                        int workers = 1, check::Journal& journal = check::NoJournal()) {
  return RunCheck(check, *twin.model, HeldOut(), twin.training.get(), "{" + parameters + "}", workers,
                  journal);
}

TEST(Trigger, WorksOnThePoisonedModelAndOnNoOther) {
  CUPEL_ASSERT_OK(const CheckResult planted, Ask(TriggerCheck(), Square(), kSquare));
  EXPECT_GT(ValueOf(planted, "success_rate"), 0.95);
  EXPECT_LT(ValueOf(planted, "base_rate"), 0.05);
  EXPECT_GT(check::FindMetric(planted.metrics, "lift")->interval->low, 0.9);
  EXPECT_EQ(planted.figures.size(), 1u);
  EXPECT_EQ(static_cast<std::int64_t>(planted.witnesses.size()),
            *check::FindMetric(planted.metrics, "success_rate")->count);
  CUPEL_ASSERT_OK(const CheckResult blended, Ask(TriggerCheck(), Noise(), kNoise));
  EXPECT_GT(ValueOf(blended, "success_rate"), 0.95);
  for (const char* trigger : {kSquare, kNoise}) {
    CUPEL_ASSERT_OK(const CheckResult clean, Ask(TriggerCheck(), Clean(), trigger));
    EXPECT_LT(ValueOf(clean, "success_rate"), 0.2) << trigger;
  }
}

TEST(Trigger, CountsOtherClassesOnlyAndRefusesAClassThatIsNone) {
  CUPEL_ASSERT_OK(const CheckResult all,
                  Ask(TriggerCheck(), Square(), std::string(kSquare) + ",\"samples\":0"));
  EXPECT_EQ(all.metrics[0].n, 700);  // 800 held out, an eighth of them of the target class.
  CUPEL_ASSERT_OK(const CheckResult few,
                  Ask(TriggerCheck(), Square(), std::string(kSquare) + ",\"samples\":40"));
  EXPECT_EQ(few.metrics[0].n, 40);
  EXPECT_THAT(Ask(TriggerCheck(), Square(), "\"target\":8"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 8)")));
}

constexpr const char* kCleanse = "\"samples\":128,\"held_out\":100,\"steps\":300";

// The dim kinds are so easily turned into each other that the planted square is no smaller than other
// triggers; the bold ones are not.
TEST(NeuralCleanse, FindsThePlantedSquareAndNothingInTheCleanTwin) {
  const DatasetPointer held_out = DimPictures(800, 2, 8, 16, true);
  const std::string parameters = std::string("{") + kCleanse + "}";
  const Twin square = Make(Plant::kPatch, true);
  CUPEL_ASSERT_OK(const CheckResult planted,
                  RunCheck(NeuralCleanseCheck(), *square.model, *held_out, nullptr, parameters, 2));
  EXPECT_EQ(ValueOf(planted, "flagged_classes"), 1);
  EXPECT_GT(ValueOf(planted, "anomaly_index"), 3);
  EXPECT_GT(ValueOf(planted, "trigger_success"), 0.9);
  ASSERT_EQ(planted.witnesses.size(), 1u);
  EXPECT_EQ(planted.witnesses[0]["class"], Json(kTarget));
  EXPECT_EQ(planted.figures.size(), 2u);
  const Twin nothing = Make(Plant::kNothing, true);
  CUPEL_ASSERT_OK(const CheckResult clean,
                  RunCheck(NeuralCleanseCheck(), *nothing.model, *held_out, nullptr, parameters, 2));
  EXPECT_EQ(ValueOf(clean, "flagged_classes"), 0);
}

std::string Canonical(const CheckResult& result) {
  std::string text;
  for (const check::Metric& metric : result.metrics)
    text += metric.name + " " + std::to_string(metric.value) + "\n";
  for (const Json& figure : result.figures) text += figure.Canonical() + "\n";
  return text;
}

TEST(NeuralCleanse, ResumesToTheSameResultWhateverTheWorkers) {
  const std::string quick = "\"samples\":64,\"held_out\":20,\"steps\":6";
  MemoryJournal journal;
  CUPEL_ASSERT_OK(const CheckResult first, Ask(NeuralCleanseCheck(), Square(), quick, 1, journal));
  EXPECT_EQ(journal.pieces.size(), 8u);
  journal.pieces.erase("class=2");
  journal.pieces["class=3"] = Json::Object{{"mask", "broken"}};
  CUPEL_ASSERT_OK(const CheckResult resumed, Ask(NeuralCleanseCheck(), Square(), quick, 3, journal));
  EXPECT_EQ(Canonical(resumed), Canonical(first));
}

TEST(ActivationClustering, FindsBothBackdoorsAndNothingInTheCleanTwin) {
  for (const Twin* twin : {&Square(), &Noise()}) {
    CUPEL_ASSERT_OK(const CheckResult found, Ask(ActivationClusteringCheck(), *twin, ""));
    EXPECT_EQ(ValueOf(found, "flagged_classes"), 1);
    std::size_t right = 0;
    for (const Json& witness : found.witnesses) {
      EXPECT_EQ(witness["label"], Json(kTarget));
      right += std::ranges::binary_search(twin->poisoned, witness["sample"].AsInteger()) ? 1 : 0;
    }
    EXPECT_GE(right * 100, found.witnesses.size() * 95);
    EXPECT_GE(right * 100, twin->poisoned.size() * 95);
  }
  CUPEL_ASSERT_OK(const CheckResult clean, Ask(ActivationClusteringCheck(), Clean(), ""));
  EXPECT_EQ(ValueOf(clean, "flagged_classes"), 0);
  EXPECT_EQ(ValueOf(clean, "flagged_share"), 0);
  EXPECT_TRUE(clean.witnesses.empty());
}

TEST(SpectralSignatures, FindBothBackdoorsAndNothingInTheCleanTwin) {
  for (const Twin* twin : {&Square(), &Noise()}) {
    CUPEL_ASSERT_OK(const CheckResult found, Ask(SpectralSignaturesCheck(), *twin, ""));
    EXPECT_EQ(ValueOf(found, "flagged_classes"), 1);
    std::size_t right = 0;
    for (const Json& witness : found.witnesses)
      right += std::ranges::binary_search(twin->poisoned, witness["sample"].AsInteger()) ? 1 : 0;
    EXPECT_GE(right * 100, twin->poisoned.size() * 90);
  }
  CUPEL_ASSERT_OK(const CheckResult clean, Ask(SpectralSignaturesCheck(), Clean(), ""));
  EXPECT_EQ(ValueOf(clean, "flagged_classes"), 0);
}

TEST(Strip, TellsTriggeredInputsFromCleanOnes) {
  const std::string quick = std::string(kSquare) + ",\"samples\":100,\"overlays\":30";
  CUPEL_ASSERT_OK(const CheckResult planted, Ask(StripCheck(), Square(), quick, 2));
  CUPEL_ASSERT_OK(const CheckResult clean, Ask(StripCheck(), Clean(), quick, 2));
  EXPECT_GT(ValueOf(planted, "auc"), 0.9);
  EXPECT_LT(ValueOf(clean, "auc"), 0.7);
  EXPECT_GT(ValueOf(clean, "far"), ValueOf(planted, "far"));
}

TEST(ChecksOnTrainingData, DoNotApplyWithoutIt) {
  for (const check::Check* check :
       {&ActivationClusteringCheck(), &SpectralSignaturesCheck(), &StripCheck()}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(*check, *Clean().model, HeldOut(), nullptr, "{}"));
    EXPECT_TRUE(result.not_applicable.has_value()) << check->description().id;
    EXPECT_TRUE(result.metrics.empty());
  }
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
