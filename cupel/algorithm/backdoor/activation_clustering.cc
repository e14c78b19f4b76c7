// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/activation_clustering.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/backdoor/checks.h"
#include "cupel/algorithm/backdoor/clustering.h"
#include "cupel/algorithm/backdoor/parameters.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;

constexpr std::string_view kId = "inspect.activation-clustering";

const Text& StrengthTitle() {
  static const Text title = {"Silhouette of two clusters", "两类聚类的轮廓系数"};
  return title;
}

check::Description Describe() {
  check::Description description;
  description.id = std::string(kId);
  description.title = {"Poisoned training data (activation clustering)", "训练数据投毒检测（激活聚类）"};
  description.summary = {
      "Splits the training samples of each class in two by what the network's last hidden layer makes of "
      "them, "
      "and flags a class one half of which its held-out samples do not visit.",
      "按网络最后隐藏层的激活将每类训练样本分为两簇；若其中一簇几乎没有留出样本，则标记该类别。"};
  description.principle = check::Principle::kSecurity;
  description.requirements = {"A2"};
  description.parameters = {
      IntegerParameter("samples", "samples", 2000, 20, 1e6,
                       {"Samples a class at most, on either side", "每类样本数上限（训练与留出各计）"}),
      IntegerParameter("nb_dims", "", 10, 1, 1000, {"Principal components kept", "保留的主成分数"}),
      IntegerParameter("restarts", "", 10, 1, 1000, {"Starts of k-means", "k-means 的起始次数"}),
      RealParameter("silhouette_threshold", "", 0.1, -1, 1,
                    {"Silhouette from which a split counts", "认定分裂有效的轮廓系数下限"}),
      RealParameter(
          "held_out_ratio", "", 0.5, 0.01, 1,
          {"A cluster is suspect when its share of held-out samples is below this part of its share of "
           "training samples",
           "某簇在留出样本中的占比低于其训练占比的该倍数时视为可疑"}),
  };
  description.metrics = FindingsMetrics("silhouette", StrengthTitle());
  description.source =
      "Chen et al.: Detecting backdoor attacks on deep neural networks by activation clustering, 2018 (arXiv "
      "1811.03728)";
  return description;
}

class ActivationClustering : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    check::CheckResult result;
    result.not_applicable = WhyNotApplicable(context);
    if (result.not_applicable) return result;
    ClusteringOptions options;
    options.nb_dims = context.parameters.Integer("nb_dims");
    options.restarts = static_cast<int>(context.parameters.Integer("restarts"));
    options.silhouette_threshold = context.parameters.Real("silhouette_threshold");
    options.held_out_ratio = context.parameters.Real("held_out_ratio");
    options.seed = context.seed;
    CUPEL_TRY(const std::vector<ClassFeatures> classes,
              CollectFeatures(context, kId, context.parameters.Integer("samples")));
    std::vector<ClassFinding> findings;
    for (std::size_t k = 0; k < classes.size(); ++k) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY(ClassFinding finding,
                ClusterClass(classes[k], OriginalIndices(*context.training_data, classes[k].training),
                             static_cast<std::int32_t>(k), options));
      findings.push_back(std::move(finding));
    }
    CUPEL_TRY(result, FindingsResult(findings, "silhouette", StrengthTitle(), context));
    result.notes.push_back(
        {"The held-out data are taken for clean: a cluster is suspect because they do not visit it.",
         "留出数据被视为干净数据：可疑的依据是留出样本几乎不落入该簇。"});
    return result;
  }

 private:
  check::Description description_ = Describe();
};

// The cluster whose share of held-out samples falls furthest behind its share of training samples.
std::int32_t LessVisited(std::span<const std::int32_t> training, std::span<const std::int32_t> held_out) {
  const double training_share =
      static_cast<double>(std::ranges::count(training, 1)) / static_cast<double>(training.size());
  const double held_out_share =
      static_cast<double>(std::ranges::count(held_out, 1)) / static_cast<double>(held_out.size());
  return held_out_share < training_share ? 1 : 0;
}

}  // namespace

Result<ClassFinding> ClusterClass(const ClassFeatures& features, std::span<const std::int64_t> original,
                                  std::int32_t label, const ClusteringOptions& options) {
  ClassFinding finding;
  finding.training = static_cast<std::int64_t>(features.training.size());
  finding.held_out =
      static_cast<std::int64_t>(features.held_out.size()) / std::max<std::int64_t>(features.d, 1);
  if (std::min(finding.training, finding.held_out) < kFewestSamples) return finding;
  finding.examined = true;
  CUPEL_TRY(const PrincipalComponents reduced,
            FindPrincipalComponents(features.features, features.d, options.nb_dims, options.seed));
  const auto k = static_cast<std::int64_t>(reduced.variances.size());
  ReproducibleStream stream(options.seed, kId, static_cast<std::uint64_t>(label));
  const TwoClusters clusters = TwoMeans(reduced.scores, k, options.restarts, stream);
  const std::vector<std::int32_t> visitors = Assign(clusters, reduced.Project(features.held_out), k);
  finding.strength = Silhouette(reduced.scores, k, clusters.member_of);
  const std::int32_t suspect = LessVisited(clusters.member_of, visitors);
  finding.suspects_held_out = std::ranges::count(visitors, suspect);
  const auto distance = [&](std::size_t row, std::int32_t cluster) {
    double sum = 0;
    for (std::int64_t i = 0; i < k; ++i) {
      const double difference =
          reduced.scores[row * static_cast<std::size_t>(k) + static_cast<std::size_t>(i)] -
          clusters.centres[static_cast<std::size_t>(cluster * k + i)];
      sum += difference * difference;
    }
    return std::sqrt(sum);
  };
  std::vector<std::pair<std::int64_t, double>> suspects;
  for (std::size_t row = 0; row < clusters.member_of.size(); ++row) {
    if (clusters.member_of[row] != suspect) continue;
    suspects.emplace_back(original[row], distance(row, 1 - suspect) - distance(row, suspect));
  }
  std::ranges::sort(suspects);
  for (const auto& [sample, score] : suspects) {
    finding.suspects.push_back(sample);
    finding.scores.push_back(score);
  }
  finding.flagged = finding.strength >= options.silhouette_threshold &&
                    ShareIsExcess(static_cast<std::int64_t>(suspects.size()), finding.training,
                                  finding.suspects_held_out, finding.held_out, options.held_out_ratio);
  return finding;
}

const check::Check& ActivationClusteringCheck() {
  static const ActivationClustering check;
  return check;
}

}  // namespace cupel::algorithm::backdoor
