// SPDX-License-Identifier: Apache-2.0
// evaluate.calibration: whether the model's confidence can be believed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/evaluate/bootstrap_metric.h"
#include "cupel/algorithm/evaluate/calibration_error.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::evaluate {
namespace {

using check::Figure;
using check::CheckResult;
using check::Metric;
using data::dataset::Predictions;
using Samples = std::span<const ScoredSample>;
using Indices = std::span<const std::int64_t>;

constexpr std::string_view kId = "evaluate.calibration";

check::ParameterSpec BinsSpec() {
  check::ParameterSpec spec;
  spec.name = "bins";
  spec.type = check::ParameterType::kInteger;
  spec.fallback = 15;
  spec.low = 2;
  spec.high = 100;
  spec.meaning = {"Confidence bins of equal width", "等宽置信度分箱数"};
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Calibration", "校准"};
  description.summary = {
      "Compares the confidence of the most likely class with how often it is right: expected and maximum "
      "calibration error "
      "over bins of equal width, Brier score and negative log-likelihood, with bootstrap intervals.",
      "比较最可能类别的置信度与其实际正确率：等宽分箱的期望与最大校准误差、Brier "
      "分数与负对数似然，并给出自助法区间。"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1"};
  description.parameters = {BinsSpec(), LevelSpec(), ReplicatesSpec(1000)};
  description.metrics = {
      {"ece", {"Expected calibration error", "期望校准误差"}, "", false},
      {"ece_if_calibrated",
       {"Calibration error that a perfectly calibrated model would show", "完美校准的模型也会显示的校准误差"},
       "",
       false},
      {"mce", {"Maximum calibration error", "最大校准误差"}, "", false},
      {"brier", {"Brier score (sum over classes)", "Brier 分数（各类别之和）"}, "score", false},
      {"nll", {"Negative log-likelihood", "负对数似然"}, "nat", false},
      {"mean_confidence", {"Mean confidence", "平均置信度"}, "", true},
  };
  description.needs_model = false;
  description.source = "Guo et al. 2017; Brier 1950; Broecker and Smith 2007 (consistency resampling)";
  return description;
}

/// Whether nothing but the answered classes is known: all confidences are 1, and every score is one of the
/// two constants that a predictions file gives. A model that is always certain has scores of its own; it has
/// a confidence, and one to be checked.
bool AreDecisions(const Predictions& predictions, Samples samples) {
  const float low = std::ranges::min(predictions.scores);
  const float high = std::ranges::max(predictions.scores);
  return std::ranges::all_of(samples, [](const ScoredSample& sample) { return sample.confidence == 1; }) &&
         std::ranges::all_of(predictions.scores,
                             [low, high](float score) { return score == low || score == high; });
}

double MeanOf(Samples samples, Indices indices, double ScoredSample::* member) {
  double sum = 0;
  for (const std::int64_t index : indices) sum += samples[static_cast<std::size_t>(index)].*member;
  return sum / static_cast<double>(indices.size());
}

/// The mean ECE of a model with these confidences that is right exactly that often: what ECE shows by chance
/// alone.
double EceIfCalibrated(Samples samples, Indices indices, std::size_t bins, std::int64_t replicates,
                       std::uint64_t seed) {
  std::vector<ScoredSample> drawn(samples.begin(), samples.end());
  double sum = 0;
  for (std::int64_t replicate = 0; replicate < replicates; ++replicate) {
    ReproducibleStream stream(seed, "evaluate.calibration.calibrated", static_cast<std::uint64_t>(replicate));
    for (ScoredSample& sample : drawn) sample.correct = stream.UniformDouble() < sample.confidence ? 1 : 0;
    sum += ExpectedCalibrationError(BinSamples(drawn, indices, bins));
  }
  return sum / static_cast<double>(replicates);
}

Json ReliabilityFigure(std::span<const CalibrationBin> bins) {
  Json figure = Figure("reliability", {"Reliability of the confidence", "置信度可靠性"});
  Json::Array rows;
  const double count = static_cast<double>(bins.size());
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const double n = static_cast<double>(bins[b].count);
    Json row;
    row["lower"] = static_cast<double>(b) / count;
    row["upper"] = static_cast<double>(b + 1) / count;
    row["confidence"] = JsonOrNull(bins[b].confidence / n);
    row["accuracy"] = JsonOrNull(bins[b].correct / n);
    row["count"] = bins[b].count;
    rows.push_back(std::move(row));
  }
  figure["bins"] = std::move(rows);
  return figure;
}

class Calibration : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const Predictions* predictions, UsablePredictions(context));
    const std::vector<ScoredSample> samples = ScoreSamples(*predictions);
    CheckResult result;
    if (AreDecisions(*predictions, samples)) {
      result.not_applicable =
          check::Text{"the predictions are decisions without scores: there is no confidence to check",
                      "预测仅为判定结果而无分数：没有可检验的置信度"};
      return result;
    }
    const auto bins = static_cast<std::size_t>(context.parameters.Integer("bins"));
    std::vector<std::int64_t> all(samples.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const auto n = static_cast<std::int64_t>(samples.size());
    const auto binned = [&](Indices indices) { return BinSamples(samples, indices, bins); };
    const auto mean = [&](double ScoredSample::* member) -> stats::Statistic {
      return [&samples, member](Indices indices) { return MeanOf(samples, indices, member); };
    };
    result.metrics = {
        BootstrapMetric(
            "ece", n, [&](Indices i) { return ExpectedCalibrationError(binned(i)); }, context, kId),
        BootstrapMetric(
            "mce", n, [&](Indices i) { return MaximumCalibrationError(binned(i)); }, context, kId),
        BootstrapMetric("brier", n, mean(&ScoredSample::brier), context, kId),
        BootstrapMetric("nll", n, mean(&ScoredSample::nll), context, kId),
        BootstrapMetric("mean_confidence", n, mean(&ScoredSample::confidence), context, kId),
    };
    AddChanceLevel(samples, all, bins, context, result);
    result.figures.push_back(ReliabilityFigure(binned(all)));
    return result;
  }

 private:
  static void AddChanceLevel(Samples samples, Indices all, std::size_t bins, const check::Context& context,
                             CheckResult& result) {
    // A mean needs fewer replicates than a quantile: 100 put it within a few percent of itself.
    const double chance = EceIfCalibrated(samples, all, bins, 100, context.seed);
    const double ece = result.metrics.front().value;
    result.metrics.push_back(
        {.name = "ece_if_calibrated", .value = chance, .n = static_cast<std::int64_t>(samples.size())});
    result.notes.push_back({fmt::format("a sum of absolute values cannot be 0 by chance: a perfectly "
                                        "calibrated model would show an ECE of {:.4f} "
                                        "on {} samples; {:.4f} was found, so about {:.4f} is real",
                                        chance, samples.size(), ece, std::max(0.0, ece - chance)),
                            fmt::format("绝对值之和不会偶然为零：完美校准的模型在 {} 个样本上也会显示 {:.4f} "
                                        "的 ECE；实测 {:.4f}，其中约 {:.4f} 是真实的",
                                        samples.size(), chance, ece, std::max(0.0, ece - chance))});
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CalibrationCheck() {
  static const Calibration check;
  return check;
}

}  // namespace cupel::algorithm::evaluate
