// SPDX-License-Identifier: Apache-2.0
// H06: face verification as LFW and IJB report it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/biometric/comparisons.h"
#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/biometric/verification.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

std::vector<Pair> PairsOf(const Comparisons& input) {
  std::vector<Pair> pairs;
  for (const Attempt& attempt : input.attempts) {
    if (attempt.is_acquired) pairs.push_back({attempt.score, attempt.is_mated});
  }
  return pairs;
}

Result<Evaluation> Accuracy(const Comparisons& input, const check::Parameters& parameters,
                            const Options& options) {
  const std::vector<Pair> pairs = PairsOf(input);
  const std::int64_t folds = parameters.Integer("folds");
  if (static_cast<std::int64_t>(pairs.size()) < folds) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} folds need as many comparisons, got {}", folds, pairs.size()));
  }
  const bool is_compatible = parameters.Text("mode") == "compatible";
  if (is_compatible && std::ranges::any_of(pairs, [](const Pair& p) { return std::abs(p.score) > 1; })) {
    return Fail(ErrorCode::kInvalidArgument, "the compatible mode needs cosine similarities in [-1, 1]", "",
                "use mode=corrected");
  }
  const std::vector<FoldAccuracy> result = CrossValidatedAccuracy(pairs, folds, is_compatible);
  double mean = 0;
  std::int64_t right = 0;
  for (const FoldAccuracy& fold : result) {
    mean += fold.Share() / static_cast<double>(folds);
    right += fold.right;
  }
  double squares = 0;
  for (const FoldAccuracy& fold : result) squares += (fold.Share() - mean) * (fold.Share() - mean);
  Evaluation evaluation;
  check::Metric metric =
      scheme::Share(std::string(scheme::kValue), right, static_cast<std::int64_t>(pairs.size()), options);
  metric.value = mean;
  evaluation.metrics.push_back(metric);
  check::Metric deviation;
  deviation.name = "standard_deviation";
  deviation.value = std::sqrt(squares / static_cast<double>(folds));
  deviation.n = folds;
  evaluation.metrics.push_back(deviation);
  return evaluation;
}

Result<Evaluation> TarAtFar(const Comparisons& input, const check::Parameters& parameters,
                            const Options& options) {
  const std::vector<double> mated = input.Scores(true);
  const std::vector<double> non_mated = input.Scores(false);
  if (mated.empty() || non_mated.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "TAR at FAR needs mated and non-mated comparisons with scores");
  }
  const double target = parameters.Real("far");
  const double threshold = parameters.Text("mode") == "compatible"
                               ? NearestFarThreshold(mated, non_mated, target)
                               : ThresholdAtRate(non_mated, target);
  Trials accepted;
  Trials false_accepts;
  for (const Attempt& attempt : input.attempts) {
    if (!attempt.is_acquired) continue;
    (attempt.is_mated ? accepted : false_accepts).Add(attempt.score >= threshold, attempt.subject);
  }
  Evaluation evaluation;
  evaluation.metrics.push_back(RateMetric(std::string(scheme::kValue), accepted, options));
  evaluation.metrics.push_back(RateMetric("far", false_accepts, options));
  NoteSmallSample(evaluation.metrics.back(), evaluation.notes);
  evaluation.figures.push_back(DetFigure(DetCurve(mated, non_mated)));
  return evaluation;
}

}  // namespace

std::vector<scheme::Scheme> VerificationSchemes() {
  scheme::Scheme accuracy;
  accuracy.id = "verification_accuracy";
  accuracy.row = "H06";
  accuracy.title = {"Verification accuracy, k folds", "k 折验证准确率"};
  accuracy.definition =
      "mean over folds of the accuracy at the threshold that is best on the other folds; folds are blocks of "
      "rows";
  accuracy.rules.ties =
      "corrected: the highest of the best thresholds among the other folds' scores; compatible: the smallest "
      "best "
      "distance of the grid 0, 0.01, ..., 3.99, distance 2 - 2 score below it is a match";
  accuracy.rules.averaging = "value: mean over folds; interval: Wilson on all comparisons";
  accuracy.reference = "InsightFace eval/verification.py calculate_roc (mode=compatible)";
  accuracy.test = "VerificationTest.TenFoldAccuracyEqualsInsightFace";
  accuracy.input = &kComparisons;
  accuracy.parameters = {
      scheme::IntegerParameter("folds", 10, 2, 1000,
                               {"Blocks of rows, in the file's order", "按文件顺序划分的折数"}),
      scheme::ChoiceParameter("mode", {"corrected", "compatible"},
                              {"compatible: InsightFace's grid of squared distances of unit vectors",
                               "compatible：InsightFace 的单位向量平方距离网格"})};
  accuracy.evaluate = scheme::On<Comparisons, Accuracy>;

  scheme::Scheme tar;
  tar.id = "tar_at_far";
  tar.row = "H06";
  tar.title = {"True accept rate at FAR", "给定 FAR 下的正确接受率"};
  tar.definition =
      "share of mated comparisons at or above the smallest threshold with FAR <= the target on this set";
  tar.rules.ties = "equal scores are accepted together";
  tar.rules.averaging =
      "compatible takes the working point whose FAR is nearest to the target, which may exceed it";
  tar.reference = "InsightFace IJB evaluation, scikit-learn roc_curve (mode=compatible)";
  tar.test = "VerificationTest.TarAtFarEqualsInsightFace";
  tar.input = &kComparisons;
  tar.parameters = {scheme::RealParameter("far", 1e-3, 1e-9, 1, {"The FAR not to exceed", "FAR 上限"}),
                    scheme::ChoiceParameter("mode", {"corrected", "compatible"},
                                            {"compatible: the nearest FAR, which may exceed the target",
                                             "compatible：取最接近的 FAR，可能超过目标"})};
  tar.evaluate = scheme::On<Comparisons, TarAtFar>;
  return {accuracy, tar};
}

}  // namespace cupel::algorithm::biometric
