// SPDX-License-Identifier: Apache-2.0
// Both checks as a plan runs them: parameters in, result out, on a linear classifier whose radii are known.
#include <algorithm>

#include "cupel/algorithm/certify/bracket.h"
#include "cupel/algorithm/certify/checks.h"
#include "cupel/algorithm/certify/network_for_test.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/base/interrupt.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr std::int64_t kFeatures = 6;
constexpr std::int64_t kSamples = 90;

class MemoryJournal : public check::Journal {
 public:
  std::optional<Json> Load(const std::string& key) const override {
    const auto found = pieces.find(key);
    return found == pieces.end() ? std::nullopt : std::optional(found->second);
  }
  Status Save(const std::string& key, const Json& piece) override {
    pieces[key] = piece;
    return {};
  }
  std::map<std::string, Json> pieces;
};

/// A two-class linear model and samples near the middle of the box, nine of ten with the label it gives.
class CertifyChecks : public ::testing::Test {
 protected:
  CertifyChecks() {
    data::dataset::MemoryData memory;
    memory.info.name = "drawn";
    memory.info.sample_shape = {kFeatures};
    memory.info.class_names = {"0", "1"};
    predictions_.n = kSamples;
    predictions_.c = 2;
    for (std::int64_t i = 0; i < kSamples; ++i) {
      ReproducibleStream stream(8, "samples", static_cast<std::uint64_t>(i));
      const std::vector<float> x = RandomSample(kFeatures, stream, 0.4F, 0.6F);
      const std::vector<float> z =
          tensor::ToFloats(classifier_->ExactLogits(tensor::FromFloats(x, {1, kFeatures})).value());
      const std::int32_t answer = z[1] > z[0] ? 1 : 0;
      memory.labels.push_back(i % 10 == 9 ? 1 - answer : answer);
      memory.features.insert(memory.features.end(), x.begin(), x.end());
      predictions_.scores.insert(predictions_.scores.end(), z.begin(), z.end());
      margins_.push_back(std::abs(double{z[0]} - z[1]));
    }
    data_ = data::dataset::MakeMemoryDataset(std::move(memory)).value();
    const graph::TensorValue& weights = graph_.initializers.at(graph_.nodes[0].inputs[1]);
    for (std::size_t k = 0; k < kFeatures; ++k) {
      const double difference = weights.AsDoubles()[k] - weights.AsDoubles()[kFeatures + k];
      sum_ += std::abs(difference);
      squares_ += difference * difference;
    }
  }

  Result<CheckResult> RunCheck(const check::Check& check, std::string_view parameters, int workers = 1,
                               check::Journal* journal = &check::NoJournal()) const {
    check::Context context;
    CUPEL_TRY(const Json given, Json::Parse(parameters));
    CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), given));
    context.model = classifier_.get();
    context.data = data_.get();
    context.predictions = [this]() -> Result<const data::dataset::Predictions*> { return &predictions_; };
    context.seed = 3;
    context.workers = workers;
    context.journal = journal;
    return check.Run(context);
  }

  /// Rightly answered samples among the first n whose margin is more than `needed`.
  std::int64_t Robust(double needed, std::int64_t n = kSamples) const {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < n; ++i)
      count += i % 10 != 9 && margins_[static_cast<std::size_t>(i)] > needed;
    return count;
  }

  graph::Graph graph_ = RandomMlp({kFeatures, 2}, 5);
  std::unique_ptr<executor::Classifier> classifier_ =
      executor::Classifier::Create(graph_, OptionsFor({kFeatures})).value();
  std::unique_ptr<data::dataset::Dataset> data_;
  data::dataset::Predictions predictions_;
  std::vector<double> margins_;
  double sum_ = 0;
  double squares_ = 0;
};

const check::Metric& Find(const CheckResult& result, std::string_view name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  EXPECT_NE(metric, nullptr) << name;
  static const check::Metric kNone{};
  return metric == nullptr ? kNone : *metric;
}

TEST_F(CertifyChecks, BoundsReportTheExactCountsOfALinearModel) {
  for (const char* method : {"ibp", "crown-ibp", "crown"}) {
    CUPEL_ASSERT_OK(
        const CheckResult result,
        RunCheck(CertifyBoundsCheck(),
                 std::string(R"({"epsilons": [0.05, 0.02], "samples": 0, "method": ")") + method + "\"}"));
    EXPECT_EQ(*Find(result, "certified_accuracy").count, Robust(0.05 * sum_));
    EXPECT_EQ(*Find(result, "certified_accuracy.eps_0.02").count, Robust(0.02 * sum_));
    EXPECT_EQ(*Find(result, "clean_accuracy").count, Robust(0));
    EXPECT_EQ(Find(result, "certified_accuracy").n, kSamples);
    EXPECT_TRUE(Find(result, "certified_accuracy").interval.has_value());
    EXPECT_EQ(result.figures.size(), 1U);
  }
  CUPEL_ASSERT_OK(const CheckResult l2,
                  RunCheck(CertifyBoundsCheck(), R"({"epsilons": [0.1], "norm": "l2", "samples": 40})"));
  EXPECT_EQ(*Find(l2, "certified_accuracy").count, Robust(0.1 * std::sqrt(squares_), 40));
  EXPECT_EQ(Find(l2, "certified_accuracy").n, 40);
}

// The witnesses say what was proven, sample by sample, and the bracket reads them: an input moved across the
// boundary is outside every certificate, one that claims less contradicts.
TEST_F(CertifyChecks, WitnessesOfBoundsHoldTheBracket) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunCheck(CertifyBoundsCheck(), R"({"epsilons": [0.02, 0.05], "samples": 0})"));
  std::int64_t certified = 0;
  for (const Json& witness : result.witnesses) {
    const auto i = static_cast<std::size_t>(witness["sample"].AsInteger());
    certified += witness["certified"].AsBool();
    if (witness["certified"].AsBool()) {
      EXPECT_GT(witness["margin"].AsNumber(), 0);
    }
    EXPECT_EQ(witness["label"].AsInteger(), data_->labels()[i]);
    Json crossing;
    crossing["sample"] = static_cast<std::int64_t>(i);
    crossing["linf"] = margins_[i] / sum_ * (1 + 1e-6);
    crossing["l2"] = margins_[i] / std::sqrt(squares_);
    EXPECT_THAT(CheckBracket(result.witnesses, std::vector{crossing}), cupel::testing::IsOk());
    if (!witness["certified"].AsBool()) continue;
    crossing["linf"] = witness["epsilon"].AsNumber() * 0.99;
    EXPECT_THAT(CheckBracket(result.witnesses, std::vector{crossing}),
                HasError(ErrorCode::kVerificationFailed));
  }
  EXPECT_EQ(certified, Robust(0.02 * sum_) + Robust(0.05 * sum_));
}

TEST_F(CertifyChecks, SmoothingCertifiesBelowTheExactRadiusAndSaysWhatItCertifies) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunCheck(CertifySmoothingCheck(),
                           R"({"epsilons": [0.02, 0.1], "sigma": 0.1, "n": 300, "n0": 20, "samples": 30})"));
  EXPECT_LE(*Find(result, "certified_accuracy").count, Robust(0.1 * std::sqrt(squares_), 30));
  EXPECT_LE(*Find(result, "certified_accuracy.eps_0.02").count, Robust(0.02 * std::sqrt(squares_), 30));
  EXPECT_GE(*Find(result, "certified_accuracy.eps_0.02").count, Robust(0.06 * std::sqrt(squares_), 30));
  EXPECT_EQ(result.witnesses.size(), 30U);
  for (const Json& witness : result.witnesses) EXPECT_EQ(witness["certifies"].AsString(), "smoothed-model");
  EXPECT_THAT(result.notes.at(0).en, HasSubstr("not certified"));
}

TEST_F(CertifyChecks, ResultsDoNotDependOnWorkersNorOnAResumedJournal) {
  for (const auto& [check, parameters] :
       {std::pair{&CertifyBoundsCheck(), R"({"samples": 0, "epsilons": [0.03]})"},
        std::pair{&CertifySmoothingCheck(), R"({"samples": 40, "n": 70, "n0": 10})"}}) {
    MemoryJournal journal;
    CUPEL_ASSERT_OK(const CheckResult one, RunCheck(*check, parameters, 1, &journal));
    CUPEL_ASSERT_OK(const CheckResult three, RunCheck(*check, parameters, 3));
    EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(three, check::ArtifactBytes::kInline));
    // Pieces that are there are not computed again: a changed one shows. Those that do not read back whole
    // are.
    ASSERT_GT(journal.pieces.size(), 3U);
    journal.pieces.begin()->second = "not a piece";
    std::prev(journal.pieces.end())->second.AsArray().pop_back();
    CUPEL_ASSERT_OK(const CheckResult resumed, RunCheck(*check, parameters, 2, &journal));
    EXPECT_EQ(ToJson(resumed, check::ArtifactBytes::kInline), ToJson(one, check::ArtifactBytes::kInline));
    journal.pieces.begin()->second.AsArray()[0].AsArray()[0]["certified"] = "maybe";
    EXPECT_THAT(RunCheck(*check, parameters, 1, &journal), HasError(ErrorCode::kCorrupt));
  }
}

TEST_F(CertifyChecks, StopWhenAsked) {
  Interrupt::SetRequested(true);
  const auto bounds = RunCheck(CertifyBoundsCheck(), "{}");
  const auto smoothing = RunCheck(CertifySmoothingCheck(), "{}");
  Interrupt::SetRequested(false);
  EXPECT_THAT(bounds, HasError(ErrorCode::kInterrupted));
  EXPECT_THAT(smoothing, HasError(ErrorCode::kInterrupted));
}

TEST_F(CertifyChecks, RefuseParametersThatMakeNoSense) {
  EXPECT_THAT(RunCheck(CertifyBoundsCheck(), R"({"epsilons": [0.012344, 0.012341]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("eps_0.01234")));
  EXPECT_THAT(RunCheck(CertifyBoundsCheck(), R"({"method": "magic"})"),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(CertifyBoundsCheck(), R"({"norm": "l1"})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(CertifySmoothingCheck(), R"({"alpha": 0.5})"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(RunCheck(CertifySmoothingCheck(), R"({"sigma": 0})"), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::certify
