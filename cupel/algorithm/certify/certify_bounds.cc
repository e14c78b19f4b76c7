// SPDX-License-Identifier: Apache-2.0
// inspect.certify-bounds: for which samples it is proven that no input in a ball makes the model err.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/certify/certifier.h"
#include "cupel/algorithm/certify/checks.h"
#include "cupel/algorithm/certify/sample_run.h"

namespace cupel::algorithm::certify {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<ParameterSpec> OwnParameters() {
  ParameterSpec norm;
  norm.name = "norm";
  norm.type = ParameterType::kText;
  norm.fallback = "linf";
  norm.choices = {"linf", "l2"};
  norm.meaning = {"Norm in which a radius is measured", "度量半径的范数"};

  ParameterSpec method;
  method.name = "method";
  method.type = ParameterType::kText;
  method.fallback = "crown";
  method.choices = {"ibp", "crown-ibp", "crown"};
  method.meaning = {
      "Interval bounds, CROWN over interval bounds, or CROWN throughout: each tighter and slower than the "
      "last",
      "区间界、基于区间界的 CROWN，或完整的 CROWN：依次更紧也更慢"};
  return {norm, method};
}

check::Description Describe() {
  check::Description description;
  description.id = "inspect.certify-bounds";
  description.title = {"Certified robustness (bounds)", "鲁棒性认证（界传播）"};
  description.summary = {
      "Share of samples for which it is proven, float32 rounding included, that no input within the radius "
      "and "
      "the box changes the answer: a lower bound of the true robust accuracy.",
      "已证明（含 float32 "
      "舍入误差）在半径与取值范围内任何输入都不改变答案的样本比例：真实鲁棒准确率的下界。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = SharedParameters({0.5 / 255, 1.0 / 255, 2.0 / 255});
  for (ParameterSpec& spec : OwnParameters()) description.parameters.push_back(std::move(spec));
  description.metrics = AccuracyMetrics();
  description.source = "Gowal et al. 2018 (IBP); Zhang et al. 2018, 2020 (CROWN, CROWN-IBP); Higham 2002";
  return description;
}

// Radii rise: where a sample is not proven, it is not at any larger one.
Result<Json> CertifySample(const Certifier& certifier, inspect::ThreatModel threat, BoundMethod method,
                           const std::vector<double>& radii, const SampleJob& job, std::span<const float> x) {
  Json witnesses = Json::Array{};
  for (const double radius : radii) {
    threat.epsilon = radius;
    CUPEL_TRY(const Certificate certificate, certifier.Certify(threat, x, job.label, method));
    Json witness;
    witness["certifies"] = "model";
    witness["sample"] = job.original;
    witness["label"] = std::int64_t{job.label};
    witness["certified"] = certificate.certified;
    witness["norm"] = NormName(threat.norm);
    witness["epsilon"] = radius;
    witness["margin"] = JsonOrNull(certificate.margin);
    witness["rival"] = std::int64_t{certificate.rival};
    witness["method"] = BoundMethodName(method);
    witnesses.Append(std::move(witness));
    if (!certificate.certified) break;
  }
  return witnesses;
}

class CertifyBounds : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    CUPEL_TRY(const std::vector<double> radii, Radii(context));
    CUPEL_TRY(const BoundMethod method, ParseBoundMethod(context.parameters.Text("method")));
    inspect::ThreatModel threat{.box_low = context.data->info().box_low,
                                .box_high = context.data->info().box_high};
    CUPEL_TRY(threat.norm, inspect::ParseNorm(context.parameters.Text("norm")));
    CUPEL_TRY(const Certifier certifier, Certifier::Create(*context.model));
    CUPEL_TRY(const Selection selection, SelectRight(context, context.parameters.Integer("samples")));
    CUPEL_TRY(const std::vector<Json> samples,
              RunOverSamples(context, description_.id, selection.jobs,
                             [&](const SampleJob& job, std::span<const float> x) {
                               return CertifySample(certifier, threat, method, radii, job, x);
                             }));
    check::CheckResult result;
    std::vector<std::int64_t> counts(radii.size(), 0);
    for (const Json& sample : samples) CUPEL_TRY_STATUS(Take(sample, radii, &counts, &result));
    AddAccuracy(selection, radii, counts, threat.norm == inspect::Norm::kLinf ? "Linf" : "L2", &result);
    result.notes.push_back(
        {"A sample without a certificate is not broken: the bounds may only be too loose. The true robust "
         "accuracy "
         "lies between the certified one and the accuracy under attack.",
         "没有证书的样本并非已被攻破：可能只是界不够紧。真实鲁棒准确率介于认证准确率与受攻击准确率之间。"});
    return result;
  }

 private:
  static Status Take(const Json& sample, const std::vector<double>& radii, std::vector<std::int64_t>* counts,
                     check::CheckResult* result) {
    for (const Json& witness : sample.AsArray()) {
      CUPEL_TRY(const bool certified, witness.BoolAt("certified"));
      CUPEL_TRY(const double radius, witness.NumberAt("epsilon"));
      const auto place = std::ranges::find(radii, radius) - radii.begin();
      if (certified && place < std::ssize(radii)) ++(*counts)[static_cast<std::size_t>(place)];
      result->witnesses.push_back(witness);
    }
    return {};
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CertifyBoundsCheck() {
  static const CertifyBounds check;
  return check;
}

}  // namespace cupel::algorithm::certify
