// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/spectral_signatures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/parameters.h"
#include "cupel/base/interrupt.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;

constexpr std::string_view kId = "inspect.spectral-signatures";
constexpr double kVerdictLevel = 0.99;

const Text& StrengthTitle() {
  static const Text title = {"Variance along the first direction", "第一方向的方差占比"};
  return title;
}

check::Description Describe() {
  check::Description description;
  description.id = std::string(kId);
  description.title = {"Poisoned training data (spectral signatures)", "训练数据投毒检测（谱特征）"};
  description.summary = {
      "Scores the training samples of each class along the first singular vector of their activations, and "
      "flags "
      "a class many of whose samples lie where its held-out samples do not.",
      "沿激活的第一奇异向量为每类训练样本打分；若大量样本落在该类留出样本之外，则标记该类别。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = {
      IntegerParameter("samples", "samples", 2000, 20, 1e6,
                       {"Samples a class at most, on either side", "每类样本数上限（训练与留出各计）"}),
      RealParameter("false_alarm_rate", "", 0.01, 1e-6, 0.5,
                    {"Share of held-out samples that would be suspects", "留出样本被判可疑的比例"}),
      RealParameter("outlier_share", "", 0.05, 0, 1,
                    {"Share of suspects over which a class is flagged", "可疑比例超过该值的类别被标记"}),
  };
  description.metrics = FindingsMetrics("variance_share", StrengthTitle());
  description.source = "Tran, Li, Madry: Spectral signatures in backdoor attacks, NeurIPS 2018";
  return description;
}

class SpectralSignatures : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    check::CheckResult result;
    result.not_applicable = WhyNotApplicable(context);
    if (result.not_applicable) return result;
    const SpectralOptions options{context.parameters.Real("false_alarm_rate"),
                                  context.parameters.Real("outlier_share"), context.seed};
    CUPEL_TRY(const std::vector<ClassFeatures> classes,
              CollectFeatures(context, kId, context.parameters.Integer("samples")));
    std::vector<ClassFinding> findings;
    for (const ClassFeatures& features : classes) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY(ClassFinding finding,
                SpectralClass(features, OriginalIndices(*context.training_data, features.training), options));
      findings.push_back(std::move(finding));
    }
    CUPEL_TRY(result, FindingsResult(findings, "variance_share", StrengthTitle(), context));
    result.notes.push_back(
        {"The held-out data are taken for clean: suspects are the training samples beyond them.",
         "留出数据被视为干净数据：可疑样本是超出其范围的训练样本。"});
    return result;
  }

 private:
  check::Description description_ = Describe();
};

double MeanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Result<SpectralScores> ScoreClass(const ClassFeatures& features, std::uint64_t seed) {
  CUPEL_TRY(const PrincipalComponents found, FindPrincipalComponents(features.features, features.d, 1, seed));
  SpectralScores scores;
  scores.training = found.scores;
  scores.held_out = found.Project(features.held_out);
  double total = 0;
  const auto d = static_cast<std::size_t>(features.d);
  for (std::size_t i = 0; i < features.features.size(); ++i) {
    const double difference = features.features[i] - found.mean[i % d];
    total += difference * difference;
  }
  if (total > 0)
    scores.variance_share = found.variances[0] * static_cast<double>(features.training.size()) / total;
  const double centre = MeanOf(scores.held_out);
  for (std::vector<double>* side : {&scores.training, &scores.held_out}) {
    for (double& value : *side) value = (value - centre) * (value - centre);
  }
  return scores;
}

Result<ClassFinding> SpectralClass(const ClassFeatures& features, std::span<const std::int64_t> original,
                                   const SpectralOptions& options) {
  ClassFinding finding;
  finding.training = static_cast<std::int64_t>(features.training.size());
  finding.held_out =
      static_cast<std::int64_t>(features.held_out.size()) / std::max<std::int64_t>(features.d, 1);
  if (std::min(finding.training, finding.held_out) < kFewestSamples) return finding;
  finding.examined = true;
  CUPEL_TRY(SpectralScores scores, ScoreClass(features, options.seed));
  finding.strength = scores.variance_share;
  std::ranges::sort(scores.held_out);
  const double limit = stats::SortedQuantile(scores.held_out, 1 - options.false_alarm_rate);
  finding.suspects_held_out =
      std::ranges::count_if(scores.held_out, [&](double score) { return score > limit; });
  std::vector<std::pair<std::int64_t, double>> suspects;
  for (std::size_t row = 0; row < scores.training.size(); ++row) {
    if (scores.training[row] > limit) suspects.emplace_back(original[row], scores.training[row]);
  }
  std::ranges::sort(suspects);
  for (const auto& [sample, score] : suspects) {
    finding.suspects.push_back(sample);
    finding.scores.push_back(score);
  }
  const auto count = static_cast<std::int64_t>(suspects.size());
  finding.flagged = stats::Wilson(count, finding.training, kVerdictLevel).low > options.outlier_share &&
                    ShareIsExcess(count, finding.training, finding.suspects_held_out, finding.held_out, 1);
  return finding;
}

const check::Check& SpectralSignaturesCheck() {
  static const SpectralSignatures check;
  return check;
}

}  // namespace cupel::algorithm::backdoor
