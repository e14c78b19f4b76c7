// SPDX-License-Identifier: Apache-2.0
// inspect.certify-smoothing: certified L2 radii of the model smoothed by Gaussian noise.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/certify/checks.h"
#include "cupel/algorithm/certify/sample_run.h"
#include "cupel/algorithm/certify/smoothing.h"

namespace cupel::algorithm::certify {
namespace {

using check::ParameterSpec;
using check::ParameterType;

ParameterSpec Number(std::string name, ParameterType type, Json fallback, double low, double high,
                     check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.certify-smoothing";
  description.title = {"Certified robustness (randomised smoothing)", "鲁棒性认证（随机平滑）"};
  description.summary = {
      "Share of samples that the smoothed model, the majority of the model's answers under Gaussian noise, "
      "answers "
      "rightly with a certified L2 radius at least as large. It certifies the smoothed model, not the model "
      "itself.",
      "平滑模型（模型在高斯噪声下的多数答案）回答正确且认证的 L2 "
      "半径不小于给定值的样本比例。认证的是平滑后的模型，而非模型本身。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = SharedParameters({0.1, 0.25, 0.5});
  description.parameters.push_back(
      Number("sigma", ParameterType::kReal, 0.25, 1e-6, 1e6,
             {"Standard deviation of the noise, in data units", "噪声标准差（数据单位）"}));
  description.parameters.push_back(Number("n0", ParameterType::kInteger, 100, 1, 1e6,
                                          {"Draws that choose the class", "用于选定类别的抽样次数"}));
  description.parameters.push_back(
      Number("n", ParameterType::kInteger, 1000, 1, 1e8,
             {"Draws that bound the probability of the class", "用于估计类别概率下界的抽样次数"}));
  description.parameters.push_back(
      Number("alpha", ParameterType::kReal, 0.001, 1e-12, 0.49,
             {"Probability that a sample's certificate is wrong", "单个样本证书出错的概率"}));
  description.metrics = AccuracyMetrics();
  description.metrics.push_back({"abstained", {"Abstained", "弃权比例"}, "", false});
  description.source = "Cohen, Rosenfeld, Kolter 2019; Clopper and Pearson 1934";
  return description;
}

Result<Json> CertifySample(const executor::Classifier& model, const SmoothingOptions& options,
                           const SampleJob& job, std::span<const float> x) {
  CUPEL_TRY(const SmoothedAnswer answer, CertifySmoothed(model, x, job.original, options));
  Json witness;
  witness["certifies"] = "smoothed-model";
  witness["sample"] = job.original;
  witness["label"] = std::int64_t{job.label};
  witness["predicted"] = std::int64_t{answer.predicted};
  witness["abstained"] = answer.abstained;
  witness["certified"] = !answer.abstained && answer.predicted == job.label;
  witness["norm"] = "l2";
  witness["epsilon"] = answer.radius;
  witness["probability"] = answer.probability;
  witness["count"] = answer.count;
  return Json(Json::Array{std::move(witness)});
}

class CertifySmoothing : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const std::vector<double> radii, Radii(context));
    const SmoothingOptions options{.sigma = context.parameters.Real("sigma"),
                                   .n0 = context.parameters.Integer("n0"),
                                   .n = context.parameters.Integer("n"),
                                   .alpha = context.parameters.Real("alpha"),
                                   .seed = context.seed,
                                   .stream = description_.id};
    // The smoothed model may be right where the model is wrong, so every sample is asked.
    CUPEL_TRY(Selection selection, SelectAll(context, context.parameters.Integer("samples")));
    CUPEL_TRY(const std::vector<Json> samples,
              RunOverSamples(context, description_.id, selection.jobs,
                             [&](const SampleJob& job, std::span<const float> x) {
                               return CertifySample(*context.model, options, job, x);
                             }));
    check::CheckResult result;
    Tally tally{.counts = std::vector<std::int64_t>(radii.size(), 0)};
    for (const Json& sample : samples) CUPEL_TRY_STATUS(Take(sample, radii, &tally, &result));
    CUPEL_TRY(const Selection right, SelectRight(context, context.parameters.Integer("samples")));
    AddAccuracy(right, radii, tally.counts, "L2", &result);
    result.metrics.push_back(ShareMetric("abstained", tally.abstained, selection.samples));
    AddNotes(options, &result);
    return result;
  }

 private:
  struct Tally {
    std::vector<std::int64_t> counts;
    std::int64_t abstained = 0;
  };

  static Status Take(const Json& sample, const std::vector<double>& radii, Tally* tally,
                     check::CheckResult* result) {
    for (const Json& witness : sample.AsArray()) {
      CUPEL_TRY(const bool certified, witness.BoolAt("certified"));
      CUPEL_TRY(const bool abstained, witness.BoolAt("abstained"));
      CUPEL_TRY(const double radius, witness.NumberAt("epsilon"));
      if (abstained) ++tally->abstained;
      for (std::size_t i = 0; i < radii.size(); ++i) {
        if (certified && radius >= radii[i]) ++tally->counts[i];
      }
      result->witnesses.push_back(witness);
    }
    return {};
  }

  static void AddNotes(const SmoothingOptions& options, check::CheckResult* result) {
    result->notes.push_back(
        {fmt::format(
             "The certificate is for the model smoothed with noise of sigma {:g}; the model that is deployed "
             "without it is not certified. Each sample's certificate is wrong with a probability of at most "
             "{:g}.",
             options.sigma, options.alpha),
         fmt::format(
             "证书针对以 sigma = {:g} "
             "的噪声平滑后的模型；未作平滑而直接部署的模型未获认证。每个样本的证书出错概率至多为 {:g}。",
             options.sigma, options.alpha)});
    const double most = AnswerFrom(0, options.n, options).radius;
    result->notes.push_back({fmt::format("{} draws cannot certify a radius above {:.4g}.", options.n, most),
                             fmt::format("{} 次抽样最多只能认证 {:.4g} 的半径。", options.n, most)});
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CertifySmoothingCheck() {
  static const CertifySmoothing check;
  return check;
}

}  // namespace cupel::algorithm::certify
