// SPDX-License-Identifier: Apache-2.0
// C04, C05: predicted quantiles, intervals and ensembles.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cupel/algorithm/regression/of_sums.h"
#include "cupel/algorithm/regression/themes.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Evaluation;
using scheme::Options;

double PinballLoss(double truth, double prediction, double alpha) {
  const double excess = truth - prediction;
  return excess >= 0 ? alpha * excess : (alpha - 1) * excess;
}

double Mean(std::span<const double> sums) { return sums[0] > 0 ? sums[1] / sums[0] : std::nan(""); }

Result<Evaluation> MeanOf(const Targets& t, const std::function<double(std::size_t)>& term,
                          std::string_view stream, const Options& options) {
  const OfSums figure{
      .terms = 1, .add = [&](std::size_t i, std::span<double> out) { out[0] = term(i); }, .value = Mean};
  return EvaluateSums(t, figure, stream, "the losses are too large to add", options);
}

Result<Evaluation> Pinball(const Targets& t, const check::Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  const double alpha = parameters.Real("alpha");
  return MeanOf(
      t, [&](std::size_t i) { return PinballLoss(t.truth[i], t.prediction[i], alpha); }, "pinball.value",
      options);
}

/// scikit-learn's: type 7 without weights, else the smallest truth whose cumulative weight reaches the share.
double QuantileOfTruth(const Targets& t, double alpha) {
  std::vector<std::size_t> order(t.truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return t.truth[a] < t.truth[b]; });
  if (t.weight.empty()) {
    std::vector<double> sorted;
    for (const std::size_t i : order) sorted.push_back(t.truth[i]);
    return stats::SortedQuantile(sorted, alpha);
  }
  const double all = std::accumulate(t.weight.begin(), t.weight.end(), 0.0);
  double sum = 0;
  for (const std::size_t i : order) {
    sum += t.weight[i];
    if (sum >= alpha * all) return t.truth[i];
  }
  return t.truth[order.back()];
}

Result<Evaluation> D2Pinball(const Targets& t, const check::Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  if (t.truth.size() < 2) return Fail(ErrorCode::kInvalidArgument, "at least two samples are needed");
  const double alpha = parameters.Real("alpha");
  const double baseline = QuantileOfTruth(t, alpha);
  const OfSums figure{
      .terms = 2,
      .add =
          [&](std::size_t i, std::span<double> out) {
            out[0] = PinballLoss(t.truth[i], t.prediction[i], alpha);
            out[1] = PinballLoss(t.truth[i], baseline, alpha);
          },
      .value = [](std::span<const double> s) { return s[2] > 0 ? 1 - s[1] / s[2] : std::nan(""); }};
  return EvaluateSums(t, figure, "d2_pinball.value", "the truth does not vary: D2 has no value", options);
}

Status NeedInterval(const Targets& t) {
  if (!t.low.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument, "the file has no columns \"low\" and \"high\"");
}

Result<Evaluation> Coverage(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedInterval(t));
  const auto covers = [&](std::size_t i) { return t.low[i] <= t.truth[i] && t.truth[i] <= t.high[i]; };
  if (!t.unit.empty() || !t.weight.empty()) {
    return MeanOf(
        t, [&](std::size_t i) { return covers(i) ? 1.0 : 0.0; }, "interval_coverage.value", options);
  }
  std::int64_t covered = 0;
  for (std::size_t i = 0; i < t.truth.size(); ++i) covered += covers(i) ? 1 : 0;
  Evaluation evaluation;
  evaluation.metrics.push_back(scheme::Share(std::string(scheme::kValue), covered, t.size(), options));
  return evaluation;
}

Result<Evaluation> Width(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedInterval(t));
  return MeanOf(t, [&](std::size_t i) { return t.high[i] - t.low[i]; }, "interval_width.value", options);
}

/// Mean |member - truth| - half the mean |member - member'|, over all pairs or over pairs of two members.
double EnsembleCrps(std::span<const double> members, double truth, bool is_fair) {
  std::vector<double> sorted(members.begin(), members.end());
  std::ranges::sort(sorted);
  const auto m = static_cast<double>(sorted.size());
  double near = 0;
  double spread = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    near += std::abs(sorted[i] - truth);
    // The sum over pairs of |difference| from the sorted members: each is added and taken off so often.
    spread += (2 * static_cast<double>(i) + 1 - m) * (sorted[i] - truth);
  }
  return near / m - spread / (is_fair ? m * (m - 1) : m * m);
}

Result<Evaluation> Crps(const Targets& t, const check::Parameters& parameters, const Options& options) {
  if (t.members.empty()) return Fail(ErrorCode::kInvalidArgument, "the file has no columns \"member_...\"");
  const bool is_fair = parameters.Text("estimator") == "fair";
  const auto each = static_cast<std::size_t>(t.members_each);
  return MeanOf(
      t,
      [&](std::size_t i) {
        return EnsembleCrps(std::span(t.members).subspan(i * each, each), t.truth[i], is_fair);
      },
      "crps.value", options);
}

scheme::Scheme Entry(std::string_view row, std::string_view id, check::Text title,
                     std::string_view definition, std::string_view reference) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = row;
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.averaging = "weighted by the column weight; bootstrap over units";
  entry.reference = reference;
  entry.test = "RegressionGoldenTest.EqualsTheReferences";
  entry.input = &kTargets;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> DistributionSchemes() {
  const check::ParameterSpec alpha =
      scheme::RealParameter("alpha", 0.5, 0.001, 0.999, {"The quantile that is predicted", "所预测的分位数"});
  scheme::Scheme pinball =
      Entry("C04", "pinball", {"Pinball loss", "分位数损失"},
            "mean of alpha excess where the truth is above, (1 - alpha) excess where below",
            "scikit-learn mean_pinball_loss");
  pinball.parameters = {alpha};
  pinball.higher_is_better = false;
  pinball.evaluate = scheme::On<Targets, Pinball>;
  scheme::Scheme d2 = Entry("C04", "d2_pinball", {"D2 of the pinball loss", "分位数损失的 D2"},
                            "1 - pinball loss / pinball loss of the truth's own quantile; alpha 0.5 is "
                            "d2_absolute_error_score",
                            "scikit-learn d2_pinball_score, d2_absolute_error_score");
  d2.rules.empty = "a truth that does not vary is an error";
  d2.rules.averaging = "weighted; the bootstrap takes the truth's quantile as given";
  d2.parameters = {alpha};
  d2.evaluate = scheme::On<Targets, D2Pinball>;
  scheme::Scheme coverage = Entry("C04", "interval_coverage", {"Interval coverage", "区间覆盖率"},
                                  "share of samples with low <= truth <= high", "NumPy from the definition");
  coverage.evaluate = scheme::On<Targets, Coverage>;
  scheme::Scheme width = Entry("C04", "interval_width", {"Mean interval width", "平均区间宽度"},
                               "mean high - low", "NumPy from the definition");
  width.higher_is_better = false;
  width.evaluate = scheme::On<Targets, Width>;
  scheme::Scheme crps =
      Entry("C05", "crps", {"Continuous ranked probability score", "连续排名概率评分"},
            "mean |member - truth| - half the mean |member - member'|",
            "properscoring crps_ensemble (estimator=ensemble); NumPy from the definition (fair)");
  crps.higher_is_better = false;
  crps.parameters = {
      scheme::ChoiceParameter("estimator", {"ensemble", "fair"},
                              {"fair: pairs of two different members only, unbiased in their number",
                               "fair：仅计不同成员的配对，对成员数无偏"})};
  crps.evaluate = scheme::On<Targets, Crps>;
  return {pinball, d2, coverage, width, crps};
}

}  // namespace cupel::algorithm::regression
