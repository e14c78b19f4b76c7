// SPDX-License-Identifier: Apache-2.0
// evaluate.calibration: whether the model's confidence can be believed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/evaluate/bootstrap_metric.h"
#include "cupel/algorithm/evaluate/calibration_error.h"
#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/figures.h"
#include "cupel/algorithm/evaluate/parameter_specs.h"
#include "cupel/algorithm/evaluate/predictions_input.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::evaluate {
namespace {

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
  spec.meaning = {"Confidence bins of equal width", "\u7b49\u5bbd\u7f6e\u4fe1\u5ea6\u5206\u7bb1\u6570"};
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Calibration", "\u6821\u51c6"};
  description.summary = {
      "Compares the confidence of the most likely class with how often it is right: expected and maximum calibration error "
      "over bins of equal width, Brier score and negative log-likelihood, with bootstrap intervals.",
      "\u6bd4\u8f83\u6700\u53ef\u80fd\u7c7b\u522b\u7684\u7f6e\u4fe1\u5ea6\u4e0e\u5176\u5b9e\u9645\u6b63\u786e\u7387\uff1a\u7b49\u5bbd\u5206\u7bb1\u7684\u671f\u671b\u4e0e\u6700\u5927\u6821\u51c6\u8bef\u5dee\u3001Brier \u5206\u6570\u4e0e\u8d1f\u5bf9\u6570\u4f3c\u7136\uff0c\u5e76\u7ed9\u51fa\u81ea\u52a9\u6cd5\u533a\u95f4\u3002"};
  description.principle = check::Principle::kReliability;
  description.requirements = {"A1"};
  description.parameters = {BinsSpec(), LevelSpec(), ReplicatesSpec(1000)};
  description.metrics = {
      {"ece", {"Expected calibration error", "\u671f\u671b\u6821\u51c6\u8bef\u5dee"}, "", false},
      {"ece_if_calibrated",
       {"Calibration error that a perfectly calibrated model would show", "\u5b8c\u7f8e\u6821\u51c6\u7684\u6a21\u578b\u4e5f\u4f1a\u663e\u793a\u7684\u6821\u51c6\u8bef\u5dee"},
       "",
       false},
      {"mce", {"Maximum calibration error", "\u6700\u5927\u6821\u51c6\u8bef\u5dee"}, "", false},
      {"brier", {"Brier score (sum over classes)", "Brier \u5206\u6570\uff08\u5404\u7c7b\u522b\u4e4b\u548c\uff09"}, "score", false},
      {"nll", {"Negative log-likelihood", "\u8d1f\u5bf9\u6570\u4f3c\u7136"}, "nat", false},
      {"mean_confidence", {"Mean confidence", "\u5e73\u5747\u7f6e\u4fe1\u5ea6"}, "", true},
  };
  description.needs_model = false;
  description.source = "Guo et al. 2017; Brier 1950; Broecker and Smith 2007 (consistency resampling)";
  return description;
}

double MeanOf(Samples samples, Indices indices, double ScoredSample::*member) {
  double sum = 0;
  for (const std::int64_t index : indices) sum += samples[static_cast<std::size_t>(index)].*member;
  return sum / static_cast<double>(indices.size());
}

/// The mean ECE of a model with these confidences that is right exactly that often: what ECE shows by chance alone.
double EceIfCalibrated(Samples samples, Indices indices, std::size_t bins, std::int64_t replicates, std::uint64_t seed) {
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
  Json figure = Figure("reliability", {"Reliability of the confidence", "\u7f6e\u4fe1\u5ea6\u53ef\u9760\u6027"});
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
    if (std::ranges::all_of(samples, [](const ScoredSample& sample) { return sample.confidence == 1; })) {
      result.not_applicable = check::Text{"the predictions are decisions without scores: there is no confidence to check",
                                          "\u9884\u6d4b\u4ec5\u4e3a\u5224\u5b9a\u7ed3\u679c\u800c\u65e0\u5206\u6570\uff1a\u6ca1\u6709\u53ef\u68c0\u9a8c\u7684\u7f6e\u4fe1\u5ea6"};
      return result;
    }
    const auto bins = static_cast<std::size_t>(context.parameters.Integer("bins"));
    std::vector<std::int64_t> all(samples.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const auto n = static_cast<std::int64_t>(samples.size());
    const auto binned = [&](Indices indices) { return BinSamples(samples, indices, bins); };
    const auto mean = [&](double ScoredSample::*member) -> stats::Statistic {
      return [&samples, member](Indices indices) { return MeanOf(samples, indices, member); };
    };
    result.metrics = {
        BootstrapMetric("ece", n, [&](Indices i) { return ExpectedCalibrationError(binned(i)); }, context, kId),
        BootstrapMetric("mce", n, [&](Indices i) { return MaximumCalibrationError(binned(i)); }, context, kId),
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
    result.notes.push_back(
        {fmt::format("a sum of absolute values cannot be 0 by chance: a perfectly calibrated model would show an ECE of {:.4f} "
                     "on {} samples; {:.4f} was found, so about {:.4f} is real",
                     chance, samples.size(), ece, std::max(0.0, ece - chance)),
         fmt::format("\u7edd\u5bf9\u503c\u4e4b\u548c\u4e0d\u4f1a\u5076\u7136\u4e3a\u96f6\uff1a\u5b8c\u7f8e\u6821\u51c6\u7684\u6a21\u578b\u5728 {} \u4e2a\u6837\u672c\u4e0a\u4e5f\u4f1a\u663e\u793a {:.4f} \u7684 ECE\uff1b\u5b9e\u6d4b {:.4f}\uff0c\u5176\u4e2d\u7ea6 {:.4f} \u662f\u771f\u5b9e\u7684",
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
