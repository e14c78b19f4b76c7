// SPDX-License-Identifier: Apache-2.0
// C02: how much of the truth the predictions follow.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/regression/correlation.h"
#include "cupel/algorithm/regression/of_sums.h"
#include "cupel/algorithm/regression/themes.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kConstant = "truth or prediction does not vary: the figure has no value";

/// Means of truth y, prediction p and error e, all from their means over the set, so that no digits cancel.
struct Moments {
  double y = 0, p = 0, e = 0, yy = 0, pp = 0, ee = 0, yp = 0, n = 0;
  double VarY() const { return yy - y * y; }
  double VarP() const { return pp - p * p; }
  double VarE() const { return ee - e * e; }
  double Cov() const { return yp - y * p; }
};

Moments MomentsOf(std::span<const double> s) {
  return {s[1] / s[0], s[2] / s[0], s[3] / s[0], s[4] / s[0], s[5] / s[0], s[6] / s[0], s[7] / s[0], s[0]};
}

struct Centres {
  double truth = 0;
  double prediction = 0;
};

Centres CentresOf(const Targets& t) {
  double weights = 0;
  Centres centres;
  for (std::size_t i = 0; i < t.truth.size(); ++i) {
    weights += t.WeightOf(i);
    centres.truth += t.WeightOf(i) * t.truth[i];
    centres.prediction += t.WeightOf(i) * t.prediction[i];
  }
  return {centres.truth / weights, centres.prediction / weights};
}

Result<Evaluation> OfMoments(const Targets& t,
                             const std::function<double(const Moments&, const Centres&)>& value,
                             std::string_view stream, std::string_view why, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  if (t.truth.size() < 2) return Fail(ErrorCode::kInvalidArgument, "at least two samples are needed");
  const Centres c = CentresOf(t);
  const OfSums figure{.terms = 7,
                      .add =
                          [&](std::size_t i, std::span<double> out) {
                            const double y = t.truth[i] - c.truth;
                            const double p = t.prediction[i] - c.prediction;
                            // The error itself is not centred: R2 needs its mean square.
                            const double e = t.truth[i] - t.prediction[i];
                            out[0] = y;
                            out[1] = p;
                            out[2] = e;
                            out[3] = y * y;
                            out[4] = p * p;
                            out[5] = e * e;
                            out[6] = y * p;
                          },
                      .value =
                          [&](std::span<const double> sums) {
                            return sums[0] > 0 ? value(MomentsOf(sums), c) : std::nan("");
                          }};
  return EvaluateSums(t, figure, stream, why, options);
}

Result<Evaluation> R2(const Targets& t, const check::Parameters&, const Options& options) {
  return OfMoments(
      t, [](const Moments& m, const Centres&) { return m.VarY() > 0 ? 1 - m.ee / m.VarY() : std::nan(""); },
      "r2.value", "the truth does not vary: R2 has no value", options);
}

Result<Evaluation> ExplainedVariance(const Targets& t, const check::Parameters&, const Options& options) {
  return OfMoments(
      t,
      [](const Moments& m, const Centres&) { return m.VarY() > 0 ? 1 - m.VarE() / m.VarY() : std::nan(""); },
      "explained_variance.value", "the truth does not vary: explained variance has no value", options);
}

Result<Evaluation> Pearson(const Targets& t, const check::Parameters&, const Options& options) {
  return OfMoments(
      t,
      [](const Moments& m, const Centres&) {
        const double scale = std::sqrt(std::max(0.0, m.VarY()) * std::max(0.0, m.VarP()));
        return scale > 0 ? std::clamp(m.Cov() / scale, -1.0, 1.0) : std::nan("");
      },
      "pearson.value", kConstant, options);
}

/// Lin 1989; the variances divide by n, or by n - 1 as torchmetrics does.
Result<Evaluation> Lin(const Targets& t, const check::Parameters& parameters, const Options& options) {
  const bool is_unbiased = parameters.Text("variance") == "unbiased";
  return OfMoments(
      t,
      [is_unbiased](const Moments& m, const Centres& c) {
        const double factor = is_unbiased ? m.n / (m.n - 1) : 1;
        const double shift = (m.y + c.truth) - (m.p + c.prediction);
        const double scale = factor * (m.VarY() + m.VarP()) + shift * shift;
        return scale > 0 ? 2 * factor * m.Cov() / scale : std::nan("");
      },
      "lin_ccc.value", kConstant, options);
}

/// A rank correlation with the interval of its Fisher transform; without one where samples come in units.
Result<Evaluation> Ranked(const Targets& t, double value, double variance, std::string_view method,
                          const Options& options) {
  if (!std::isfinite(value)) return Fail(ErrorCode::kInvalidArgument, std::string(kConstant));
  Evaluation evaluation;
  check::Metric metric;
  metric.name = scheme::kValue;
  metric.value = value;
  metric.n = t.size();
  if (!t.unit.empty()) {
    evaluation.notes.push_back({"no interval: its formula needs independent samples, and these come in units",
                                "无区间：公式要求样本独立，而此处样本成组出现"});
  } else if (variance > 0 && std::abs(value) < 1) {
    metric.interval = FisherInterval(value, variance, options.level, std::string(method));
  }
  evaluation.metrics.push_back(std::move(metric));
  return evaluation;
}

Status NeedNoWeights(const Targets& t) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  if (t.weight.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument, "rank correlations take no weights");
}

Result<Evaluation> Spearman(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedNoWeights(t));
  const double rho = SpearmanRho(t.truth, t.prediction);
  const double n = static_cast<double>(t.size());
  return Ranked(t, rho, n > 3 ? (1 + rho * rho / 2) / (n - 3) : 0, "bonett-wright", options);
}

Result<Evaluation> Kendall(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedNoWeights(t));
  const double n = static_cast<double>(t.size());
  return Ranked(t, KendallTauB(t.truth, t.prediction), n > 4 ? 0.437 / (n - 4) : 0, "fieller", options);
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition,
                     std::string_view reference) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "C02";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.empty = "a truth (or a prediction) that does not vary is an error, never 0 or 1";
  entry.rules.averaging = "weighted by the column weight; bootstrap over units";
  entry.reference = reference;
  entry.test = "RegressionGoldenTest.EqualsTheReferences";
  entry.input = &kTargets;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> AgreementSchemes() {
  scheme::Scheme r2 = Entry("r2", {"Coefficient of determination", "决定系数"},
                            "1 - sum (error)^2 / sum (truth - mean)^2", "scikit-learn r2_score");
  r2.evaluate = scheme::On<Targets, R2>;
  scheme::Scheme explained =
      Entry("explained_variance", {"Explained variance", "可解释方差"},
            "1 - variance of the errors / variance of the truth", "scikit-learn explained_variance_score");
  explained.evaluate = scheme::On<Targets, ExplainedVariance>;
  scheme::Scheme pearson = Entry("pearson", {"Pearson correlation", "皮尔逊相关系数"},
                                 "covariance / deviations", "scipy pearsonr");
  pearson.evaluate = scheme::On<Targets, Pearson>;
  scheme::Scheme spearman = Entry("spearman", {"Spearman correlation", "斯皮尔曼相关系数"},
                                  "Pearson correlation of the ranks", "scipy spearmanr");
  spearman.rules.ties = "equal values share the mean of their ranks";
  spearman.rules.averaging = "no weights; interval by the Fisher transform (Bonett and Wright 2000)";
  spearman.evaluate = scheme::On<Targets, Spearman>;
  scheme::Scheme kendall =
      Entry("kendall_tau_b", {"Kendall's tau-b", "肯德尔 tau-b"},
            "(concordant - discordant) / root of (pairs untied in truth) (pairs untied in "
            "prediction)",
            "scipy kendalltau(variant=\"b\")");
  kendall.rules.ties = "a pair that is tied in either counts in neither";
  kendall.rules.averaging =
      "no weights; interval by the Fisher transform (Fieller, Hartley and Pearson 1957)";
  kendall.evaluate = scheme::On<Targets, Kendall>;
  scheme::Scheme lin =
      Entry("lin_ccc", {"Lin's concordance", "林氏一致性相关系数"},
            "2 covariance / (variances + (difference of means)^2)",
            "Lin 1989 (variance=population); torchmetrics concordance_corrcoef (variance=unbiased)");
  lin.parameters = {scheme::ChoiceParameter("variance", {"population", "unbiased"},
                                            {"Divide variances by n, or by n - 1", "方差除以 n 或 n - 1"})};
  lin.evaluate = scheme::On<Targets, Lin>;
  return {r2, explained, pearson, spearman, kendall, lin};
}

}  // namespace cupel::algorithm::regression
