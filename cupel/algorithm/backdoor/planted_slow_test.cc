// SPDX-License-Identifier: Apache-2.0
// Planted backdoors and clean twins on Fashion-MNIST: what planted_test.cc asks, on photographs and with a
// convolutional network, and how often Neural Cleanse cries wolf.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <filesystem>
#include <iostream>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/planted_for_test.h"
#include "cupel/base/parallel.h"
#include "cupel/data/dataset/open.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::CheckResult;

constexpr std::int32_t kTarget = 0;

bool HaveFashion() { return std::filesystem::exists("/usr/share/datasets/fashion-mnist"); }

DatasetPointer Fashion(const char* manifest, std::int64_t count) {
  DatasetPointer whole =
      data::dataset::OpenDataset(std::filesystem::path(CUPEL_SOURCE_DIR) / "examples/fashion" / manifest)
          .value();
  return TakeSubset(whole, {data::dataset::SubsetKind::kFirst, count, 0}).value();
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

struct Twin {
  DatasetPointer training;
  std::vector<std::int64_t> poisoned;
  std::unique_ptr<executor::Classifier> model;
};

Twin Make(std::optional<data::dataset::TriggerSpec> trigger, double rate) {
  Twin twin;
  twin.training = Fashion("train.toml", 6000);
  if (trigger) {
    data::dataset::PoisonOptions options;
    options.trigger = *trigger;
    options.target = kTarget;
    options.rate = rate;
    auto poisoned = MakePoisonedDataset(twin.training, options).value();
    twin.training = std::move(poisoned.data);
    twin.poisoned = std::move(poisoned.samples);
  }
  twin.model = TrainOn(*twin.training, {.architecture = "lenet", .epochs = 8, .batch = 64});
  return twin;
}

data::dataset::TriggerSpec SquareSpec() { return {}; }
data::dataset::TriggerSpec NoiseSpec() {
  data::dataset::TriggerSpec spec;
  spec.kind = data::dataset::TriggerKind::kBlend;
  spec.alpha = 0.2;
  return spec;
}

Result<CheckResult> Ask(const check::Check& check, const Twin& twin, const std::string& parameters) {
  static const DatasetPointer held_out = Fashion("test.toml", 2000);
  const double before = CpuSeconds();
  auto result = RunCheck(check, *twin.model, *held_out, twin.training.get(), "{" + parameters + "}", 2);
  if (!result) return result;
  std::string line = fmt::format("{} {:.1f} CPU s:", check.description().id, CpuSeconds() - before);
  for (const check::Metric& metric : result->metrics)
    line += fmt::format(" {} {:.4g}", metric.name, metric.value);
  std::cout << line << "\n";
  return result;
}

void ExpectFlaggedOnly(const CheckResult& result, std::int64_t classes) {
  EXPECT_EQ(ValueOf(result, "flagged_classes"), static_cast<double>(classes));
  for (const Json& witness : result.witnesses) {
    const Json* label = witness.Find("label");
    EXPECT_EQ(label != nullptr ? *label : witness["class"], Json(kTarget));
  }
}

constexpr const char* kCleanse = "\"samples\":256,\"held_out\":250,\"steps\":250";

TEST(Fashion, BadNetsIsFoundByEveryDetector) {
  if (!HaveFashion()) GTEST_SKIP() << "needs dataset-fashion-mnist";
  const Twin twin = Make(SquareSpec(), 0.1);
  const std::string trigger = "\"trigger\":\"patch\",\"target\":0";
  CUPEL_ASSERT_OK(const CheckResult success, Ask(TriggerCheck(), twin, trigger));
  EXPECT_GT(ValueOf(success, "success_rate"), 0.95);
  CUPEL_ASSERT_OK(const CheckResult cleanse, Ask(NeuralCleanseCheck(), twin, kCleanse));
  ExpectFlaggedOnly(cleanse, 1);
  CUPEL_ASSERT_OK(const CheckResult clusters, Ask(ActivationClusteringCheck(), twin, ""));
  ExpectFlaggedOnly(clusters, 1);
  CUPEL_ASSERT_OK(const CheckResult spectrum, Ask(SpectralSignaturesCheck(), twin, ""));
  ExpectFlaggedOnly(spectrum, 1);
  CUPEL_ASSERT_OK(const CheckResult strip, Ask(StripCheck(), twin, trigger));
  EXPECT_GT(ValueOf(strip, "auc"), 0.9);
}

TEST(Fashion, ABlendedBackdoorIsFoundInTheTrainingData) {
  if (!HaveFashion()) GTEST_SKIP() << "needs dataset-fashion-mnist";
  const Twin twin = Make(NoiseSpec(), 0.1);
  CUPEL_ASSERT_OK(const CheckResult success,
                  Ask(TriggerCheck(), twin, "\"trigger\":\"blend\",\"alpha\":0.2,\"target\":0"));
  EXPECT_GT(ValueOf(success, "success_rate"), 0.95);
  CUPEL_ASSERT_OK(const CheckResult clusters, Ask(ActivationClusteringCheck(), twin, ""));
  ExpectFlaggedOnly(clusters, 1);
  CUPEL_ASSERT_OK(const CheckResult spectrum, Ask(SpectralSignaturesCheck(), twin, ""));
  ExpectFlaggedOnly(spectrum, 1);
}

TEST(Fashion, TheCleanTwinIsNotFlagged) {
  if (!HaveFashion()) GTEST_SKIP() << "needs dataset-fashion-mnist";
  const Twin twin = Make(std::nullopt, 0);
  CUPEL_ASSERT_OK(const CheckResult cleanse, Ask(NeuralCleanseCheck(), twin, kCleanse));
  ExpectFlaggedOnly(cleanse, 0);
  CUPEL_ASSERT_OK(const CheckResult clusters, Ask(ActivationClusteringCheck(), twin, ""));
  ExpectFlaggedOnly(clusters, 0);
  CUPEL_ASSERT_OK(const CheckResult spectrum, Ask(SpectralSignaturesCheck(), twin, ""));
  ExpectFlaggedOnly(spectrum, 0);
}

// Ten classes are a tiny sample for a median absolute deviation, so an index over 2, the paper's rule,
// happens to clean models, too. Twenty clean models that differ in their seed measure how often (the figure
// that the documentation quotes), and that no trigger of theirs is small as well.
TEST(Fashion, AnIndexAloneCriesWolfASmallTriggerDoesNot) {
  if (!HaveFashion()) GTEST_SKIP() << "needs dataset-fashion-mnist";
  constexpr int kModels = 20;
  const DatasetPointer training = Fashion("train.toml", 3000);
  const DatasetPointer held_out = Fashion("test.toml", 1000);
  int over_two = 0;
  int flagged = 0;
  std::string indices;
  const double before = CpuSeconds();
  for (int seed = 1; seed <= kModels; ++seed) {
    const auto model = TrainOn(*training, {.epochs = 8, .seed = static_cast<std::uint64_t>(seed)});
    CUPEL_ASSERT_OK(const CheckResult result, RunCheck(NeuralCleanseCheck(), *model, *held_out, nullptr,
                                                       "{\"samples\":128,\"held_out\":50,\"steps\":250}", 2));
    const double index = ValueOf(result, "anomaly_index");
    over_two += index > 2 ? 1 : 0;
    flagged += ValueOf(result, "flagged_classes") > 0 ? 1 : 0;
    indices += fmt::format(" {:.2f}", index);
  }
  std::cout << fmt::format(
      "of {} clean models {} have an index over 2 and {} are flagged, indices{}, {:.0f} CPU s\n", kModels,
      over_two, flagged, indices, CpuSeconds() - before);
  RecordProperty("over_two", over_two);
  EXPECT_GT(over_two, 0) << "then the documentation is wrong";
  EXPECT_LE(flagged, 1);
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
