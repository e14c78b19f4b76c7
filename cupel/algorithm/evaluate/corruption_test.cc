// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/corruption_kinds.h"
#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/evaluate/linear_model_for_test.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::dataset::Predictions;
using test_support::BrightHalfModel;
using test_support::HalvesData;
using test_support::kSide;
using test_support::MetricOf;

/// Remembers; can be made to lose keys, as a run that was killed.
class MemoryJournal : public check::Journal {
 public:
  std::optional<Json> Load(const std::string& key) const override {
    const auto it = pieces.find(key);
    return it == pieces.end() ? std::nullopt : std::optional(it->second);
  }
  Status Save(const std::string& key, const Json& piece) override {
    pieces[key] = piece;
    ++saved;
    return {};
  }
  std::map<std::string, Json> pieces;
  int saved = 0;
};

struct Trial {
  std::unique_ptr<executor::Classifier> model;
  std::unique_ptr<data::dataset::Dataset> data;
  Predictions predictions;
};

Trial MakeTrial(std::int64_t n, float low = 0, float high = 1) {
  Trial trial{BrightHalfModel(2).value(), HalvesData(n, low, high).value(), {}};
  trial.predictions = Predict(*trial.model, *trial.data, 1, SilentProgress()).value();
  return trial;
}

Result<check::CheckResult> RunOn(const Trial& trial, std::string_view parameters,
                                 const data::dataset::Dataset& data, int workers = 1,
                                 check::Journal& journal = check::NoJournal(), std::uint64_t seed = 1) {
  check::Context context;
  context.model = trial.model.get();
  context.data = &data;
  CUPEL_TRY(const Json given, Json::Parse(parameters));
  CUPEL_TRY(context.parameters, check::Parameters::Create(CorruptionCheck().description(), given));
  context.predictions = [&]() -> Result<const Predictions*> { return &trial.predictions; };
  context.seed = seed;
  context.workers = workers;
  context.journal = &journal;
  return CorruptionCheck().Run(context);
}

Result<check::CheckResult> RunOn(const Trial& trial, std::string_view parameters, int workers = 1,
                                 check::Journal& journal = check::NoJournal(), std::uint64_t seed = 1) {
  return RunOn(trial, parameters, *trial.data, workers, journal, seed);
}

std::string Bytes(const check::CheckResult& result) {
  return check::ToJson(result, check::ArtifactBytes::kInline).Canonical();
}

constexpr std::string_view kFast = R"({"replicates": 100})";

TEST(CorruptionCheckTest, AccuracyEqualsANaiveLoop) {
  const Trial trial = MakeTrial(100);
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunOn(trial, R"({"corruptions": ["noise"], "replicates": 100})"));

  int right = 0;
  for (std::int64_t i = 0; i < 100; ++i) {
    for (int strength = 1; strength <= kStrengths; ++strength) {
      data::image::Image image = data::image::FilledImage(1, kSide, kSide, 0);
      ASSERT_TRUE(trial.data->Read(std::vector<std::int64_t>{i}, image.values).has_value());
      ReproducibleStream stream(1, "evaluate.corruption", static_cast<std::uint64_t>(i),
                                static_cast<std::uint32_t>(strength));
      const auto worse = Corrupted(image, CorruptionKind::kNoise, strength, stream).value();
      double upper = 0, lower = 0;
      for (std::size_t p = 0; p < 64; ++p) (p < 32 ? upper : lower) += worse.values[p];
      right += (upper >= lower ? 0 : 1) == trial.data->labels()[static_cast<std::size_t>(i)] ? 1 : 0;
    }
  }
  EXPECT_NEAR(MetricOf(result, "accuracy.noise").value, right / 500.0, 1e-12);
  EXPECT_EQ(MetricOf(result, "mean_corruption_accuracy").value, MetricOf(result, "accuracy.noise").value);
}

TEST(CorruptionCheckTest, WorkersDoNotChangeABit) {
  const Trial trial = MakeTrial(600);
  CUPEL_ASSERT_OK(const check::CheckResult one, RunOn(trial, kFast, 1));
  CUPEL_ASSERT_OK(const check::CheckResult two, RunOn(trial, kFast, 2));
  EXPECT_EQ(Bytes(one), Bytes(two));
}

TEST(CorruptionCheckTest, AKilledRunContinuesToTheSameResult) {
  const Trial trial = MakeTrial(300);
  MemoryJournal journal;
  CUPEL_ASSERT_OK(const check::CheckResult whole, RunOn(trial, kFast, 1, journal));
  EXPECT_EQ(journal.saved, 6 * kStrengths * 2);
  journal.pieces.erase("corruption=jpeg;strength=2;samples=0-255");
  journal.pieces["corruption=blur;strength=1;samples=256-299"] = Json("damaged");
  journal.saved = 0;

  CUPEL_ASSERT_OK(const check::CheckResult resumed, RunOn(trial, kFast, 2, journal));

  EXPECT_EQ(journal.saved, 2);
  EXPECT_EQ(Bytes(resumed), Bytes(whole));
}

TEST(CorruptionCheckTest, ReadsFinishedPiecesFromTheJournal) {
  const Trial trial = MakeTrial(10);
  MemoryJournal journal;
  for (int strength = 1; strength <= kStrengths; ++strength) {
    journal.pieces["corruption=noise;strength=" + std::to_string(strength) + ";samples=0-9"] =
        Json("0000000000");
  }
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunOn(trial, R"({"corruptions": ["noise"], "replicates": 100})", 1, journal));
  EXPECT_EQ(MetricOf(result, "accuracy.noise").value, 0);
  EXPECT_EQ(MetricOf(result, "relative_drop").value, 1);
}

TEST(CorruptionCheckTest, TheBoxOfTheDataDoesNotMatter) {
  const Trial unit = MakeTrial(200);
  const Trial wide = MakeTrial(200, -2, 6);
  constexpr std::string_view kSmooth =
      R"({"corruptions": ["blur", "contrast", "rotation"], "replicates": 100})";
  CUPEL_ASSERT_OK(const check::CheckResult first, RunOn(unit, kSmooth));
  CUPEL_ASSERT_OK(const check::CheckResult second, RunOn(wide, kSmooth));
  EXPECT_NEAR(MetricOf(first, "mean_corruption_accuracy").value,
              MetricOf(second, "mean_corruption_accuracy").value, 0.01);
}

TEST(CorruptionCheckTest, MetricsAreSharesInsideTheirIntervals) {
  const Trial trial = MakeTrial(200);
  CUPEL_ASSERT_OK(const check::CheckResult result, RunOn(trial, kFast));
  for (const check::Metric& metric : result.metrics) {
    EXPECT_LE(metric.interval->low, metric.value) << metric.name;
    EXPECT_GE(metric.interval->high, metric.value) << metric.name;
    EXPECT_LE(metric.value, 1) << metric.name;
    EXPECT_EQ(metric.n, 200) << metric.name;
  }
  const double clean = MetricOf(result, "clean_accuracy").value;
  EXPECT_NEAR(MetricOf(result, "relative_drop").value,
              1 - MetricOf(result, "mean_corruption_accuracy").value / clean, 1e-12);
}

TEST(CorruptionCheckTest, UsesARandomPartOfManySamples) {
  const Trial trial = MakeTrial(300);
  constexpr std::string_view kPart = R"({"samples": 50, "corruptions": ["noise"], "replicates": 100})";
  CUPEL_ASSERT_OK(const check::CheckResult first, RunOn(trial, kPart));
  CUPEL_ASSERT_OK(const check::CheckResult other, RunOn(trial, kPart, 1, check::NoJournal(), 2));
  EXPECT_EQ(MetricOf(first, "clean_accuracy").n, 50);
  EXPECT_NE(first.figures[1].Canonical(), other.figures[1].Canonical());
}

// The noise of a sample comes from its original index: the sample alone, in a shard, or in another order of
// the corruptions is answered alike.
TEST(CorruptionCheckTest, ASampleIsCorruptedAlikeInEveryBatchAndShard) {
  Trial whole = MakeTrial(90);
  constexpr std::string_view kDrawn = R"({"corruptions": ["noise", "rotation"], "replicates": 100})";
  CUPEL_ASSERT_OK(const check::CheckResult all, RunOn(whole, kDrawn));
  CUPEL_ASSERT_OK(const check::CheckResult turned,
                  RunOn(whole, R"({"corruptions": ["rotation", "noise", "rotation"], "replicates": 100})"));
  EXPECT_EQ(MetricOf(all, "accuracy.noise").value, MetricOf(turned, "accuracy.noise").value);
  EXPECT_EQ(MetricOf(all, "accuracy.rotation").value, MetricOf(turned, "accuracy.rotation").value);
  const data::dataset::DatasetPointer data = std::move(whole.data);
  double right = 0;
  for (int shard = 0; shard < 3; ++shard) {
    Trial part{BrightHalfModel(2).value(), nullptr, {}};
    CUPEL_ASSERT_OK(const auto samples, TakeShard(data, shard, 3));
    part.predictions = Predict(*part.model, *samples, 1, SilentProgress()).value();
    CUPEL_ASSERT_OK(const check::CheckResult result, RunOn(part, kDrawn, *samples));
    right += MetricOf(result, "accuracy.noise").value * static_cast<double>(samples->size());
  }
  EXPECT_NEAR(right / 90, MetricOf(all, "accuracy.noise").value, 1e-12);
}

// A model that is always wrong has nothing to lose; that is no drop, and no division by zero.
TEST(CorruptionCheckTest, NothingIsLostWhereNothingWasRight) {
  Trial trial{BrightHalfModel(2, -1).value(), HalvesData(40).value(), {}};
  trial.predictions = Predict(*trial.model, *trial.data, 1, SilentProgress()).value();
  for (std::size_t i = 0; i < 40; ++i) {
    trial.predictions.scores[2 * i + static_cast<std::size_t>(trial.predictions.labels[i])] = -1e6F;
  }
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunOn(trial, R"({"corruptions": ["contrast"], "replicates": 100})"));
  EXPECT_EQ(MetricOf(result, "clean_accuracy").value, 0);
  EXPECT_EQ(MetricOf(result, "relative_drop").value, 0);
}

TEST(CorruptionCheckTest, FiguresKeepTheReportsLimits) {
  const Trial trial = MakeTrial(20);
  CUPEL_ASSERT_OK(const check::CheckResult result, RunOn(trial, kFast));
  ASSERT_EQ(result.figures.size(), 2U);
  EXPECT_EQ(result.figures[0]["type"].AsString(), "curve");
  EXPECT_EQ(result.figures[0]["series"].AsArray().size(), 6U);
  EXPECT_EQ(result.figures[0]["series"].AsArray()[0]["x"].Canonical(), "[0,1,2,3,4,5]");
  EXPECT_EQ(result.figures[1]["type"].AsString(), "images");
  EXPECT_LE(result.figures[1]["rows"].AsArray().size(), 12U);
  for (const Json& row : result.figures[1]["rows"].AsArray()) EXPECT_EQ(row["cells"].AsArray().size(), 6U);
}

TEST(CorruptionCheckTest, DoesNotApplyWithoutAModel) {
  Trial trial = MakeTrial(20);
  trial.model.reset();
  CUPEL_ASSERT_OK(const check::CheckResult result, RunOn(trial, kFast));
  EXPECT_TRUE(result.not_applicable.has_value());
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
