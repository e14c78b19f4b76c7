// SPDX-License-Identifier: Apache-2.0
// C01, C03, C07: sizes of errors, absolute, relative and within a tolerance.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/regression/of_sums.h"
#include "cupel/algorithm/regression/themes.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Evaluation;
using scheme::Options;

/// The weighted mean of one number a sample, through `finish`.
Result<Evaluation> MeanOf(const Targets& targets, const std::function<double(std::size_t)>& term,
                          double (*finish)(double), std::string_view stream, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(targets));
  const OfSums figure{.terms = 1,
                      .add = [&](std::size_t i, std::span<double> out) { out[0] = term(i); },
                      .value =
                          [finish](std::span<const double> sums) {
                            return sums[0] > 0 ? finish(sums[1] / sums[0]) : std::nan("");
                          }};
  return EvaluateSums(targets, figure, stream, "the errors are too large to add", options);
}

double Same(double mean) { return mean; }
double Root(double mean) { return std::sqrt(mean); }

double ErrorOf(const Targets& t, std::size_t i) { return t.prediction[i] - t.truth[i]; }

Result<Evaluation> Mae(const Targets& t, const check::Parameters&, const Options& options) {
  return MeanOf(t, [&](std::size_t i) { return std::abs(ErrorOf(t, i)); }, Same, "mae.value", options);
}

Result<Evaluation> Mse(const Targets& t, const check::Parameters&, const Options& options) {
  return MeanOf(t, [&](std::size_t i) { return ErrorOf(t, i) * ErrorOf(t, i); }, Same, "mse.value", options);
}

Result<Evaluation> Rmse(const Targets& t, const check::Parameters&, const Options& options) {
  return MeanOf(t, [&](std::size_t i) { return ErrorOf(t, i) * ErrorOf(t, i); }, Root, "rmse.value", options);
}

std::vector<double> SortedErrors(const Targets& t) {
  std::vector<double> errors;
  for (std::size_t i = 0; i < t.truth.size(); ++i) errors.push_back(std::abs(ErrorOf(t, i)));
  std::ranges::sort(errors);
  return errors;
}

Status NeedPlain(const Targets& targets, std::string_view what) {
  CUPEL_TRY_STATUS(NeedPrediction(targets));
  if (targets.weight.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument, std::string(what) + " takes no weights");
}

check::Metric Plain(std::string_view name, double value, std::int64_t n) {
  check::Metric metric;
  metric.name = name;
  metric.value = value;
  metric.n = n;
  return metric;
}

/// The exact interval of a median: order statistics r and n + 1 - r with P(K < r) <= (1 - level) / 2 of
/// Binomial(n, 1/2). Absent when n is too small for any.
std::optional<stats::Interval> MedianInterval(std::span<const double> sorted, double level) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  std::int64_t low = -1;
  std::int64_t high = n / 2;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (stats::BinomialCdf(middle, n, 0.5) <= (1 - level) / 2 ? low : high) = middle;
  }
  if (low < 0) return std::nullopt;
  return stats::Interval{sorted[static_cast<std::size_t>(low)], sorted[static_cast<std::size_t>(n - 1 - low)],
                         level, "order-statistics"};
}

Result<Evaluation> MedianAe(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedPlain(t, "the median"));
  const std::vector<double> errors = SortedErrors(t);
  const std::size_t n = errors.size();
  check::Metric metric = Plain(scheme::kValue, (errors[(n - 1) / 2] + errors[n / 2]) / 2, t.size());
  Evaluation evaluation;
  if (t.unit.empty()) {
    metric.interval = MedianInterval(errors, options.level);
  } else {
    evaluation.notes.push_back(
        {"no interval: order statistics need independent samples, and these come in units",
         "无区间：顺序统计量要求样本独立，而此处样本成组出现"});
  }
  evaluation.metrics.push_back(std::move(metric));
  return evaluation;
}

Result<Evaluation> MaxError(const Targets& t, const check::Parameters&, const Options&) {
  CUPEL_TRY_STATUS(NeedPlain(t, "the maximum"));
  Evaluation evaluation;
  evaluation.metrics.push_back(Plain(scheme::kValue, SortedErrors(t).back(), t.size()));
  evaluation.notes.push_back(
      {"no interval: a sample's maximum bounds the population's from below only, and the "
       "bootstrap of a maximum is not valid",
       "无区间：样本最大值只是总体最大值的下界，对最大值使用自助法无效"});
  return evaluation;
}

Result<Evaluation> Mape(const Targets& t, const check::Parameters&, const Options& options) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  return MeanOf(
      t, [&](std::size_t i) { return std::abs(ErrorOf(t, i)) / std::max(std::abs(t.truth[i]), kEpsilon); },
      Same, "mape.value", options);
}

constexpr double kTorchmetricsEpsilon = 1.17e-6;

Result<Evaluation> Smape(const Targets& t, const check::Parameters&, const Options& options) {
  return MeanOf(
      t,
      [&](std::size_t i) {
        return 2 * std::abs(ErrorOf(t, i)) /
               std::max(std::abs(t.truth[i]) + std::abs(t.prediction[i]), kTorchmetricsEpsilon);
      },
      Same, "smape.value", options);
}

Result<Evaluation> Wmape(const Targets& t, const check::Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  const OfSums figure{
      .terms = 2,
      .add =
          [&](std::size_t i, std::span<double> out) {
            out[0] = std::abs(ErrorOf(t, i));
            out[1] = std::abs(t.truth[i]);
          },
      .value =
          [](std::span<const double> sums) { return sums[1] / std::max(sums[2], kTorchmetricsEpsilon); }};
  return EvaluateSums(t, figure, "wmape.value", "the errors are too large to add", options);
}

Result<Evaluation> Nrmse(const Targets& t, const check::Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  const std::string& by = parameters.Text("by");
  const auto [low, high] = std::ranges::minmax(t.truth);
  const double range = high - low;
  double centre = 0;
  for (const double truth : t.truth) centre += truth / static_cast<double>(t.truth.size());
  const OfSums figure{.terms = 3,
                      .add =
                          [&](std::size_t i, std::span<double> out) {
                            const double away = t.truth[i] - centre;
                            out[0] = ErrorOf(t, i) * ErrorOf(t, i);
                            out[1] = away;
                            out[2] = away * away;
                          },
                      .value =
                          [by, range, centre](std::span<const double> s) {
                            const double mean = s[1 + 1] / s[0];
                            const double spread = by == "mean"    ? mean + centre
                                                  : by == "range" ? range
                                                                  : std::sqrt(s[3] / s[0] - mean * mean);
                            return spread != 0 ? std::sqrt(s[1] / s[0]) / spread : std::nan("");
                          }};
  return EvaluateSums(t, figure, "nrmse.value", "the truth's " + by + " is 0", options);
}

Result<Evaluation> CumulativeScore(const Targets& t, const check::Parameters& parameters,
                                   const Options& options) {
  CUPEL_TRY_STATUS(NeedPrediction(t));
  const double years = parameters.Real("years");
  if (!t.unit.empty() || !t.weight.empty()) {
    return MeanOf(
        t, [&](std::size_t i) { return std::abs(ErrorOf(t, i)) <= years ? 1.0 : 0.0; }, Same,
        "cumulative_score.value", options);
  }
  std::int64_t within = 0;
  for (std::size_t i = 0; i < t.truth.size(); ++i) within += std::abs(ErrorOf(t, i)) <= years ? 1 : 0;
  Evaluation evaluation;
  evaluation.metrics.push_back(scheme::Share(std::string(scheme::kValue), within, t.size(), options));
  return evaluation;
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
  entry.higher_is_better = false;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> ErrorSchemes() {
  const auto sklearn = [](std::string_view row, std::string_view id, check::Text title,
                          std::string_view definition, std::string_view reference, auto evaluate) {
    scheme::Scheme entry = Entry(row, id, std::move(title), definition, reference);
    entry.evaluate = evaluate;
    return entry;
  };
  std::vector<scheme::Scheme> schemes = {
      sklearn("C01", "mae", {"Mean absolute error", "平均绝对误差"}, "mean |prediction - truth|",
              "scikit-learn mean_absolute_error", scheme::On<Targets, Mae>),
      sklearn("C01", "mse", {"Mean squared error", "均方误差"}, "mean (prediction - truth)^2",
              "scikit-learn mean_squared_error", scheme::On<Targets, Mse>),
      sklearn("C01", "rmse", {"Root mean squared error", "均方根误差"}, "root of the mean squared error",
              "scikit-learn mean_squared_error(squared=False)", scheme::On<Targets, Rmse>),
      sklearn("C01", "median_ae", {"Median absolute error", "绝对误差中位数"}, "median |prediction - truth|",
              "scikit-learn median_absolute_error", scheme::On<Targets, MedianAe>),
      sklearn("C01", "max_error", {"Largest error", "最大误差"}, "largest |prediction - truth|",
              "scikit-learn max_error", scheme::On<Targets, MaxError>),
      sklearn("C03", "mape", {"Mean absolute percentage error", "平均绝对百分比误差"},
              "mean |error| / |truth|", "scikit-learn mean_absolute_percentage_error",
              scheme::On<Targets, Mape>),
      sklearn("C03", "smape", {"Symmetric MAPE", "对称平均绝对百分比误差"},
              "mean 2 |error| / (|truth| + |prediction|)",
              "torchmetrics symmetric_mean_absolute_percentage_error", scheme::On<Targets, Smape>),
      sklearn("C03", "wmape", {"Weighted MAPE", "加权平均绝对百分比误差"}, "sum |error| / sum |truth|",
              "torchmetrics weighted_mean_absolute_percentage_error", scheme::On<Targets, Wmape>),
      sklearn("C03", "nrmse", {"Normalised RMSE", "归一化均方根误差"},
              "RMSE / (mean, range or deviation of truth)", "torchmetrics normalized_root_mean_squared_error",
              scheme::On<Targets, Nrmse>),
      sklearn("C07", "cumulative_score", {"Cumulative score CS(k)", "累积得分 CS(k)"},
              "share of samples with |error| <= k years", "NumPy from the definition",
              scheme::On<Targets, CumulativeScore>)};
  for (const std::size_t i : {std::size_t{3}, std::size_t{4}}) schemes[i].rules.averaging = "no weights";
  schemes[3].rules.empty = "an even number of samples: the mean of the two in the middle";
  schemes[5].rules.empty =
      "|truth| below 2.2e-16 counts as that: a zero truth dominates the mean, as in the reference";
  schemes[6].rules.empty = "a sum of absolute values below 1.17e-6 counts as that";
  schemes[7].rules.empty = schemes[6].rules.empty;
  schemes[8].parameters = {
      scheme::ChoiceParameter("by", {"mean", "range", "std"},
                              {"What the RMSE is divided by; the range is taken as given by the bootstrap",
                               "归一化的除数；自助法中极差视为已知"})};
  schemes[9].higher_is_better = true;
  schemes[9].parameters = {scheme::RealParameter("years", 5, 0, 1e9, {"Tolerance k", "容差 k"})};
  return schemes;
}

}  // namespace cupel::algorithm::regression
