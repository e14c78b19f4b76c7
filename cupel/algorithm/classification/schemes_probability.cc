// SPDX-License-Identifier: Apache-2.0
// Schemes of probabilities: scoring rules, tests of calibration, net benefit.
#include <fmt/format.h>

#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/curves.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/probability.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kTest = "ProbabilitySchemesTest.AgreeWithScikitLearnAndDefinitions";

/// Of the positive class, whether or not both classes occur.
Result<Binary> ProbabilitiesOf(const Labelled& input, const Parameters& parameters) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  CUPEL_TRY(const std::size_t positive, PositiveClass(input, parameters));
  Binary binary = OneVersusRest(input, positive);
  for (std::size_t i = 0; i < binary.scores.size(); ++i) binary.scores[i] = input.Score(i, positive);
  return binary;
}

Result<Evaluation> LogLossScheme(const Labelled& input, const Parameters&, const Options& options) {
  CUPEL_TRY_STATUS(RequireProbabilities(input));
  std::vector<double> losses;
  std::vector<double> row(static_cast<std::size_t>(input.c));
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = input.Score(i, k);
    losses.push_back(LogLossOf(row, static_cast<std::size_t>(input.labels[i])));
  }
  Answer answer("log_loss", input, options);
  answer.OfMean("value", losses);
  return answer.Finish();
}

Result<Evaluation> BrierScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY(const Binary binary, ProbabilitiesOf(input, parameters));
  std::vector<double> losses;
  for (std::size_t i = 0; i < binary.scores.size(); ++i) {
    const double error = (binary.positives[i] != 0 ? 1 : 0) - binary.scores[i];
    losses.push_back(error * error);
  }
  Answer answer("brier_score", input, options);
  answer.OfMean("value", losses);
  const auto part = [&](std::string name, double Murphy::* member) {
    answer.OfSamples(std::move(name), [&, member](std::span<const double> weights) {
      return MurphyOf(binary.scores, binary.positives, weights).*member;
    });
  };
  part("reliability", &Murphy::reliability);
  part("resolution", &Murphy::resolution);
  part("uncertainty", &Murphy::uncertainty);
  return answer.Finish();
}

/// A test's figures have no interval: the p-value is what the samples say.
void AddTest(const Test& test, const Labelled& input, Answer& answer) {
  answer.Add({.name = "value", .value = test.statistic, .n = input.n});
  answer.Add({.name = "p_value", .value = test.p_value, .n = input.n});
  answer.Note(
      "a statistic of a test has no interval; a small p-value speaks against calibration, a large one "
      "does not show it",
      "检验统计量没有区间；p 值小说明校准不佳，p 值大并不证明校准良好");
}

Result<Evaluation> HosmerScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  CUPEL_TRY(const Binary binary, ProbabilitiesOf(input, parameters));
  Answer answer("hosmer_lemeshow", input, options);
  AddTest(
      HosmerLemeshow(binary.scores, binary.positives, static_cast<std::size_t>(parameters.Integer("groups"))),
      input, answer);
  return answer.Finish();
}

Result<Evaluation> SpiegelhalterScheme(const Labelled& input, const Parameters& parameters,
                                       const Options& options) {
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  CUPEL_TRY(const Binary binary, ProbabilitiesOf(input, parameters));
  Answer answer("spiegelhalter_z", input, options);
  AddTest(SpiegelhalterZ(binary.scores, binary.positives), input, answer);
  return answer.Finish();
}

Result<Evaluation> NetBenefitScheme(const Labelled& input, const Parameters& parameters,
                                    const Options& options) {
  CUPEL_TRY_STATUS(RequireNoWeights(input));
  CUPEL_TRY(const Binary binary, ProbabilitiesOf(input, parameters));
  const double threshold = parameters.Real("threshold");
  const double odds = threshold / (1 - threshold);
  std::vector<double> benefits;
  std::vector<double> of_all;
  for (std::size_t i = 0; i < binary.scores.size(); ++i) {
    of_all.push_back(binary.positives[i] != 0 ? 1 : -odds);
    benefits.push_back(binary.scores[i] >= threshold ? of_all.back() : 0);
  }
  Answer answer("net_benefit", input, options);
  answer.OfMean("value", benefits);
  answer.OfMean("act_on_all", of_all);
  answer.Figure(DecisionFigure(binary.scores, binary.positives));
  return answer.Finish();
}

scheme::Rules EmptyRule(std::string_view empty) {
  return {.matching = "", .ties = "", .empty = empty, .averaging = ""};
}

}  // namespace

std::vector<scheme::Scheme> ProbabilitySchemes() {
  return {
      Entry<LogLossScheme>(
          {.id = "log_loss",
           .row = "B11",
           .title = {.en = "Log loss", .zh = "对数损失"},
           .definition = "mean of -log of the true class's share of its row",
           .rules = EmptyRule("probabilities are cut to [2^-52, 1 - 2^-52] and then divided by "
                              "their sum"),
           .reference = "scikit-learn log_loss(eps=\"auto\"), labels = all classes",
           .test = kTest,
           .higher_is_better = false,
           .unit = "nat"}),
      Entry<BrierScheme>(
          {.id = "brier_score",
           .row = "B12",
           .title = {.en = "Brier score", .zh = "Brier 分数"},
           .definition =
               "mean (y - p)^2 of the positive class; with Murphy's reliability - resolution + uncertainty",
           .rules = {.matching = "",
                     .ties = "Murphy's bins are the distinct forecasts, so the three parts sum to the score",
                     .empty = "",
                     .averaging = ""},
           .reference = "scikit-learn brier_score_loss; Murphy 1973 by its definition",
           .test = kTest,
           .parameters = {PositiveSpec()},
           .higher_is_better = false}),
      Entry<HosmerScheme>(
          {.id = "hosmer_lemeshow",
           .row = "B16",
           .title = {.en = "Hosmer-Lemeshow test", .zh = "Hosmer-Lemeshow 检验"},
           .definition =
               "chi-squared of events and non-events over groups between quantiles of the forecasts, "
               "groups - 2 degrees of freedom",
           .rules = {.matching = "",
                     .ties =
                         "equal quantiles (type 7) are one break; groups are (low, high], the first closed",
                     .empty = "left out when a group expects no event or no non-event",
                     .averaging = ""},
           .reference = "R ResourceSelection hoslem.test, by its definition in NumPy and SciPy",
           .test = kTest,
           .parameters = {IntegerSpec("groups", 10, 3, 1000, {.en = "How many groups.", .zh = "分组数。"}),
                          PositiveSpec()},
           .higher_is_better = false,
           .unit = "chi-squared"}),
      Entry<SpiegelhalterScheme>(
          {.id = "spiegelhalter_z",
           .row = "B16",
           .title = {.en = "Spiegelhalter's Z", .zh = "Spiegelhalter Z 检验"},
           .definition = "sum (y - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p (1 - p)), two-sided",
           .rules = EmptyRule("left out when every forecast is 0, 1/2 or 1"),
           .reference = "R rms val.prob, by its definition in NumPy and SciPy",
           .test = kTest,
           .parameters = {PositiveSpec()},
           .higher_is_better = false,
           .unit = "z"}),
      Entry<NetBenefitScheme>(
          {.id = "net_benefit",
           .row = "B18",
           .title = {.en = "Net benefit", .zh = "净获益"},
           .definition =
               "tp / n - fp / n * pt / (1 - pt), acting on probabilities >= pt; act_on_all beside it",
           .rules = {.matching = "",
                     .ties = "a probability of exactly pt is acted on",
                     .empty = "",
                     .averaging = ""},
           .reference = "R dcurves, by its definition in NumPy",
           .test = kTest,
           .parameters = {RealSpec("threshold", 0.5, 1e-9, 0.999999,
                                   {.en = "Threshold probability.", .zh = "阈概率。"}),
                          PositiveSpec()},
           .unit = "true positives per sample"}),
  };
}

}  // namespace cupel::algorithm::classification
