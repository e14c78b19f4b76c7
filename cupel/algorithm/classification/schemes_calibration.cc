// SPDX-License-Identifier: Apache-2.0
// Schemes of calibration: does a confidence of 80 % mean right in 80 % of the cases?
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/probability.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kTorchmetrics = "TorchmetricsTest.CalibrationAgrees";
constexpr std::string_view kKumar = "UncertaintyCalibrationTest.GoldenNumbers";

/// Confidences and whether they came true.
struct Forecasts {
  std::vector<double> probs;
  std::vector<std::uint8_t> events;
};

Forecasts OfClass(const Labelled& input, std::size_t label) {
  Forecasts forecasts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    forecasts.probs.push_back(input.Score(i, label));
    forecasts.events.push_back(static_cast<std::size_t>(input.labels[i]) == label ? 1 : 0);
  }
  return forecasts;
}

/// The answer with the largest probability, the lowest class among equals.
Forecasts OfTopLabel(const Labelled& input) {
  Forecasts forecasts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    std::size_t top = 0;
    for (std::size_t k = 1; k < static_cast<std::size_t>(input.c); ++k) {
      if (input.Score(i, k) > input.Score(i, top)) top = k;
    }
    forecasts.probs.push_back(input.Score(i, top));
    forecasts.events.push_back(static_cast<std::size_t>(input.labels[i]) == top ? 1 : 0);
  }
  return forecasts;
}

Result<Forecasts> ForecastsOf(const Labelled& input, const Parameters& parameters) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  if (parameters.Text("target") == "top") return OfTopLabel(input);
  CUPEL_TRY(const std::size_t positive, PositiveClass(input, parameters));
  return OfClass(input, positive);
}

using ErrorOfBins = double (*)(std::span<const Bin>);

template <ErrorOfBins kError>
Result<Evaluation> UniformScheme(const Labelled& input, const Parameters& parameters,
                                 const Options& options) {
  CUPEL_TRY(const Forecasts forecasts, ForecastsOf(input, parameters));
  const auto bins = static_cast<std::size_t>(parameters.Integer("bins"));
  const Edges edges = parameters.Text("edges") == "left" ? Edges::kLeft : Edges::kRight;
  Answer answer("calibration_error", input, options);
  answer.OfSamples("value", [&](std::span<const double> counts) {
    return kError(UniformBins(forecasts.probs, forecasts.events, counts, bins, edges));
  });
  answer.Figure(ReliabilityFigure(UniformBins(forecasts.probs, forecasts.events, {}, bins, edges)));
  return answer.Finish();
}

/// Bins stay those of the whole sample while it is resampled.
template <ErrorOfBins kError>
Result<Evaluation> EqualMassScheme(const Labelled& input, const Parameters& parameters,
                                   const Options& options) {
  CUPEL_TRY(const Forecasts forecasts, ForecastsOf(input, parameters));
  const std::vector<double> edges =
      EqualMassEdges(forecasts.probs, static_cast<std::size_t>(parameters.Integer("bins")));
  Answer answer("equal_mass_calibration_error", input, options);
  answer.OfSamples("value", [&](std::span<const double> counts) {
    return kError(BinsBetween(edges, forecasts.probs, forecasts.events, counts));
  });
  answer.Figure(ReliabilityFigure(BinsBetween(edges, forecasts.probs, forecasts.events, {})));
  return answer.Finish();
}

Result<Evaluation> ClasswiseScheme(const Labelled& input, const Parameters& parameters,
                                   const Options& options) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  const auto bins = static_cast<std::size_t>(parameters.Integer("bins"));
  const bool equal_mass = parameters.Text("binning") == "equal_mass";
  std::vector<Forecasts> classes;
  std::vector<std::vector<double>> edges;
  for (std::size_t label = 0; label < static_cast<std::size_t>(input.c); ++label) {
    classes.push_back(OfClass(input, label));
    edges.push_back(equal_mass ? EqualMassEdges(classes.back().probs, bins) : UniformEdges(bins));
  }
  Answer answer("classwise_calibration_error", input, options);
  answer.OfSamples("value", [&](std::span<const double> counts) {
    double sum = 0;
    for (std::size_t k = 0; k < classes.size(); ++k) {
      sum += ExpectedError(BinsBetween(edges[k], classes[k].probs, classes[k].events, counts));
    }
    return sum / static_cast<double>(classes.size());
  });
  return answer.Finish();
}

Result<Evaluation> CurveScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Forecasts forecasts, ForecastsOf(input, parameters));
  const auto bins = static_cast<std::size_t>(parameters.Integer("bins"));
  const std::vector<double> edges =
      parameters.Text("strategy") == "uniform" ? UniformEdges(bins) : QuantileEdges(forecasts.probs, bins);
  const std::vector<Bin> binned = BinsBetween(edges, forecasts.probs, forecasts.events, {});
  Answer answer("reliability_curve", input, options);
  answer.OfSamples("value", [&](std::span<const double> counts) {
    return ExpectedError(BinsBetween(edges, forecasts.probs, forecasts.events, counts));
  });
  std::size_t shown = 0;
  for (const Bin& bin : binned) {
    if (bin.count == 0) continue;
    answer.Add(scheme::Share(fmt::format("observed.{}", shown), std::llround(bin.events),
                             std::llround(bin.count), options));
    answer.Add({.name = fmt::format("predicted.{}", shown),
                .value = bin.confidence / bin.count,
                .n = std::llround(bin.count)});
    ++shown;
  }
  answer.Figure(ReliabilityFigure(binned));
  return answer.Finish();
}

check::ParameterSpec BinsSpec() {
  return IntegerSpec("bins", 15, 1, 1000, {.en = "How many bins.", .zh = "分箱数。"});
}

std::vector<check::ParameterSpec> TargetSpecs(std::string first, std::string second) {
  return {ChoiceSpec("target", {std::move(first), std::move(second)},
                     {.en = "top: the most probable class; positive: one class.",
                      .zh = "top 为概率最大的类；positive 为指定正类。"}),
          PositiveSpec()};
}

std::vector<check::ParameterSpec> Joined(std::vector<check::ParameterSpec> first,
                                         const std::vector<check::ParameterSpec>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

Line UniformEntry(Line line) {
  line.row = "B13";
  line.rules = {.matching = "",
                .ties =
                    "edges left: [low, high), exactly 1 a bin of its own; right: (low, high], the first with "
                    "0; the lowest of equally probable classes is the top",
                .empty = "an empty bin counts nothing",
                .averaging = ""};
  line.reference = "torchmetrics calibration_error (edges=left)";
  line.test = kTorchmetrics;
  line.parameters = Joined({BinsSpec(), ChoiceSpec("edges", {"left", "right"},
                                                   {.en = "left: torchmetrics; right: Guo et al. 2017.",
                                                    .zh = "left 同 torchmetrics；right 同 Guo 等 2017。"})},
                           TargetSpecs("top", "positive"));
  line.higher_is_better = false;
  return line;
}

Line KumarEntry(Line line, std::string_view averaging) {
  line.row = "B14";
  line.rules = {.matching = "",
                .ties = "equally full bins (low, high], edges midway between neighbours, equal edges are one",
                .empty = "an empty bin counts nothing",
                .averaging = averaging};
  line.test = kKumar;
  line.higher_is_better = false;
  return line;
}

std::vector<scheme::Scheme> EqualMassSchemes() {
  return {
      Entry<EqualMassScheme<ExpectedError>>(
          KumarEntry({.id = "adaptive_calibration_error",
                      .title = {.en = "Adaptive calibration error", .zh = "自适应校准误差"},
                      .definition = "sum n_b / n |accuracy_b - confidence_b| over equally full bins",
                      .reference = "uncertainty-calibration get_ece_em",
                      .parameters = Joined({BinsSpec()}, TargetSpecs("top", "positive"))},
                     "")),
      Entry<ClasswiseScheme>(KumarEntry(
          {.id = "classwise_calibration_error",
           .title = {.en = "Class-wise calibration error", .zh = "逐类校准误差"},
           .definition = "mean over classes of the expected calibration error of the class's probability",
           .reference = "uncertainty-calibration get_ece, get_ece_em (mode=\"marginal\")",
           .parameters = {BinsSpec(),
                          ChoiceSpec("binning", {"uniform", "equal_mass"},
                                     {.en = "Equal widths or equally full.", .zh = "等宽或等频分箱。"})}},
          "unweighted over classes")),
      Entry<EqualMassScheme<DebiasedError>>(KumarEntry(
          {.id = "debiased_calibration_error",
           .title = {.en = "Debiased calibration error", .zh = "去偏校准误差"},
           .definition = "sqrt(max(0, sum n_b / n (gap_b^2 - a_b (1 - a_b) / (n_b - 1)))) over equally "
                         "full bins, a_b the accuracy",
           .reference = "uncertainty-calibration lower_bound_scaling_ce (p=2, debias)",
           .parameters = Joined({BinsSpec()}, TargetSpecs("top", "positive"))},
          "")),
  };
}

}  // namespace

std::vector<scheme::Scheme> CalibrationSchemes() {
  std::vector<scheme::Scheme> schemes = {
      Entry<UniformScheme<ExpectedError>>(
          UniformEntry({.id = "expected_calibration_error",
                        .title = {.en = "Expected calibration error", .zh = "期望校准误差"},
                        .definition = "sum n_b / n |accuracy_b - confidence_b| over bins of equal width"})),
      Entry<UniformScheme<MaximumError>>(
          UniformEntry({.id = "maximum_calibration_error",
                        .title = {.en = "Maximum calibration error", .zh = "最大校准误差"},
                        .definition = "largest |accuracy_b - confidence_b| of a bin that is not empty"})),
      Entry<UniformScheme<RootMeanSquareError>>(
          UniformEntry({.id = "rms_calibration_error",
                        .title = {.en = "Root mean square calibration error", .zh = "均方根校准误差"},
                        .definition = "sqrt(sum n_b / n (accuracy_b - confidence_b)^2)"})),
  };
  for (scheme::Scheme& scheme : EqualMassSchemes()) schemes.push_back(std::move(scheme));
  schemes.push_back(Entry<CurveScheme>(
      {.id = "reliability_curve",
       .row = "B15",
       .title = {.en = "Reliability curve", .zh = "可靠性曲线"},
       .definition = "observed.<i> and predicted.<i> of the i-th bin that is not empty; value is their mean "
                     "distance by count",
       .rules = {.matching = "",
                 .ties = "bins (low, high], the first with 0; quantiles interpolate linearly",
                 .empty = "empty bins are left out",
                 .averaging = ""},
       .reference = "scikit-learn calibration_curve",
       .test = "ProbabilitySchemesTest.AgreeWithScikitLearnAndDefinitions",
       .parameters =
           Joined({BinsSpec(), ChoiceSpec("strategy", {"uniform", "quantile"},
                                          {.en = "Equal widths or quantiles.", .zh = "等宽或分位数。"})},
                  TargetSpecs("positive", "top")),
       .higher_is_better = false}));
  return schemes;
}

}  // namespace cupel::algorithm::classification
