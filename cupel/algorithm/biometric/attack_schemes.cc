// SPDX-License-Identifier: Apache-2.0
// H04: presentation attack detection, judged by the worst species.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/presentations.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/figure.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

/// Attacks of each species that were taken for bona fide: [species].
std::vector<Trials> AttackErrors(const Presentations& input, double threshold) {
  std::vector<Trials> species(input.species.size());
  for (const Presentation& p : input.presentations) {
    if (p.species >= 0 && p.has_response) {
      species[static_cast<std::size_t>(p.species)].Add(p.score >= threshold, p.subject);
    }
  }
  return species;
}

Trials BonaFideErrors(const Presentations& input, double threshold) {
  Trials trials;
  for (const Presentation& p : input.presentations) {
    if (p.species < 0 && p.has_response) trials.Add(p.score < threshold, p.subject);
  }
  return trials;
}

Trials NonResponses(const Presentations& input, bool attacks) {
  Trials trials;
  for (const Presentation& p : input.presentations) {
    if ((p.species >= 0) == attacks) trials.Add(!p.has_response, p.subject);
  }
  return trials;
}

/// The worst species and every one. The interval holds the true maximum, whichever species it is: limits of
/// all at a Bonferroni level, their largest lower and largest upper.
struct Worst {
  check::Metric metric;
  std::vector<check::Metric> species;
};

Result<Worst> WorstOf(std::string name, std::string_view prefix, const Presentations& input,
                      const std::vector<Trials>& trials, const Options& options) {
  const auto counted = std::ranges::count_if(trials, [](const Trials& t) { return !t.errors.empty(); });
  if (counted == 0) return Fail(ErrorCode::kInvalidArgument, "there is no attack that can be counted");
  Options shared = options;
  shared.level = 1 - (1 - options.level) / static_cast<double>(counted);
  std::optional<check::Metric> worst;
  stats::Interval simultaneous{0, 0, options.level, counted == 1 ? "" : "worst-of-bonferroni"};
  std::vector<check::Metric> all;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i].errors.empty()) continue;
    all.push_back(RateMetric(fmt::format("{}.{}", prefix, input.species[i]), trials[i], options));
    const check::Metric wide = RateMetric("", trials[i], shared);
    simultaneous.low = std::max(simultaneous.low, wide.interval->low);
    simultaneous.high = std::max(simultaneous.high, wide.interval->high);
    if (!worst || all.back().value > worst->value) worst = all.back();
  }
  if (counted == 1) simultaneous.method = worst->interval->method;
  worst->name = std::move(name);
  worst->interval = simultaneous;
  return Worst{*std::move(worst), std::move(all)};
}

constexpr std::string_view kValueName = scheme::kValue;

Result<check::Metric> Bpcer(std::string name, const Presentations& input, double threshold,
                            const Options& options) {
  const Trials trials = BonaFideErrors(input, threshold);
  if (trials.errors.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no bona fide presentation with a score");
  }
  return RateMetric(std::move(name), trials, options);
}

void AddSpecies(const Worst& worst, Evaluation& evaluation) {
  evaluation.metrics.insert(evaluation.metrics.end(), worst.species.begin(), worst.species.end());
  evaluation.figures.push_back(scheme::BarsFigure(
      {"Attacks taken for bona fide, by species", "按攻击种类的误判率"}, "rate", worst.species));
  for (const check::Metric& metric : worst.species) NoteSmallSample(metric, evaluation.notes);
}

void AddNonResponses(const Presentations& input, bool attacks, const Options& options,
                     Evaluation& evaluation) {
  const Trials trials = NonResponses(input, attacks);
  if (!trials.errors.empty())
    evaluation.metrics.push_back(RateMetric(attacks ? "apnrr" : "bpnrr", trials, options));
}

Result<Evaluation> ApcerAt(const Presentations& input, const check::Parameters& parameters,
                           const Options& options) {
  CUPEL_TRY(const Worst worst, WorstOf(std::string(kValueName), "apcer", input,
                                       AttackErrors(input, parameters.Real("threshold")), options));
  Evaluation evaluation;
  evaluation.metrics.push_back(worst.metric);
  AddSpecies(worst, evaluation);
  AddNonResponses(input, true, options, evaluation);
  return evaluation;
}

Result<Evaluation> BpcerAt(const Presentations& input, const check::Parameters& parameters,
                           const Options& options) {
  CUPEL_TRY(check::Metric metric,
            Bpcer(std::string(kValueName), input, parameters.Real("threshold"), options));
  Evaluation evaluation;
  evaluation.metrics.push_back(std::move(metric));
  NoteSmallSample(evaluation.metrics.front(), evaluation.notes);
  AddNonResponses(input, false, options, evaluation);
  return evaluation;
}

/// The smallest threshold at which no species has more than `rate`: the largest of the species' thresholds.
double ThresholdAtApcer(const Presentations& input, double rate) {
  double threshold = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> scores(input.species.size());
  for (const Presentation& p : input.presentations) {
    if (p.species >= 0 && p.has_response) scores[static_cast<std::size_t>(p.species)].push_back(p.score);
  }
  for (const std::vector<double>& own : scores) {
    if (!own.empty()) threshold = std::max(threshold, ThresholdAtRate(own, rate));
  }
  return threshold;
}

/// The largest threshold at which at most `rate` of the bona fide presentations lie below it.
double ThresholdAtBpcer(const Presentations& input, double rate) {
  std::vector<double> scores;
  for (const Presentation& p : input.presentations) {
    if (p.species < 0 && p.has_response) scores.push_back(p.score);
  }
  const std::int64_t allowed = Allowed(static_cast<std::int64_t>(scores.size()), rate);
  if (allowed >= static_cast<std::int64_t>(scores.size())) return std::numeric_limits<double>::infinity();
  const auto at = scores.begin() + allowed;
  std::ranges::nth_element(scores, at);
  return *at;
}

Result<Evaluation> BpcerAtApcer(const Presentations& input, const check::Parameters& parameters,
                                const Options& options) {
  const double threshold = ThresholdAtApcer(input, parameters.Real("apcer"));
  CUPEL_TRY(check::Metric metric, Bpcer(std::string(kValueName), input, threshold, options));
  CUPEL_TRY(const Worst worst, WorstOf("apcer", "apcer", input, AttackErrors(input, threshold), options));
  Evaluation evaluation;
  evaluation.metrics.push_back(std::move(metric));
  evaluation.metrics.push_back(worst.metric);
  AddSpecies(worst, evaluation);
  return evaluation;
}

Result<Evaluation> ApcerAtBpcer(const Presentations& input, const check::Parameters& parameters,
                                const Options& options) {
  CUPEL_TRY(const check::Metric unused, Bpcer("bpcer", input, 0, options));
  const double threshold = ThresholdAtBpcer(input, parameters.Real("bpcer"));
  CUPEL_TRY(const check::Metric bpcer, Bpcer(unused.name, input, threshold, options));
  CUPEL_TRY(const Worst worst,
            WorstOf(std::string(kValueName), "apcer", input, AttackErrors(input, threshold), options));
  Evaluation evaluation;
  evaluation.metrics.push_back(worst.metric);
  evaluation.metrics.push_back(bpcer);
  AddSpecies(worst, evaluation);
  return evaluation;
}

Result<Evaluation> Acer(const Presentations& input, const check::Parameters& parameters,
                        const Options& options) {
  const double threshold = parameters.Real("threshold");
  CUPEL_TRY(const Worst worst, WorstOf("apcer", "apcer", input, AttackErrors(input, threshold), options));
  CUPEL_TRY(const check::Metric bpcer, Bpcer("bpcer", input, threshold, options));
  Evaluation evaluation;
  check::Metric acer;
  acer.name = kValueName;
  acer.value = (worst.metric.value + bpcer.value) / 2;
  acer.n = input.size();
  // Square-and-add (Newcombe 1998) of the two halves.
  const auto reach = [](double a, double b) { return std::hypot(a, b) / 2; };
  acer.interval =
      stats::Interval{std::max(0.0, acer.value - reach(worst.metric.value - worst.metric.interval->low,
                                                       bpcer.value - bpcer.interval->low)),
                      std::min(1.0, acer.value + reach(worst.metric.interval->high - worst.metric.value,
                                                       bpcer.interval->high - bpcer.value)),
                      options.level, "square-and-add"};
  evaluation.metrics.push_back(std::move(acer));
  evaluation.metrics.push_back(worst.metric);
  evaluation.metrics.push_back(bpcer);
  evaluation.notes.push_back(
      {"ACER hides a bad species behind a good bona fide rate; ISO/IEC 30107-3 asks for APCER and BPCER "
       "apart",
       "ACER 会用较低的 BPCER 掩盖高风险的攻击种类；ISO/IEC 30107-3 要求分别报告 APCER 与 BPCER"});
  return evaluation;
}

Result<Evaluation> Iapar(const Presentations& input, const check::Parameters&, const Options& options) {
  std::vector<Trials> species(input.species.size());
  for (const Presentation& p : input.presentations) {
    if (p.species >= 0 && p.accepted >= 0) {
      species[static_cast<std::size_t>(p.species)].Add(p.accepted == 1, p.subject);
    }
  }
  CUPEL_TRY(const Worst worst, WorstOf(std::string(kValueName), "iapar", input, species, options));
  Evaluation evaluation;
  evaluation.metrics.push_back(worst.metric);
  AddSpecies(worst, evaluation);
  return evaluation;
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H04";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.matching = "a presentation is taken for bona fide when score >= threshold";
  entry.rules.empty = "non-responses are left out of APCER and BPCER and published as apnrr and bpnrr";
  entry.rules.averaging =
      "the worst species, never an average; interval simultaneous over species (Bonferroni)";
  entry.reference = "ISO/IEC 30107-3, computed by NumPy from the definitions";
  entry.test = "AttackSchemesTest.RatesEqualNumPy";
  entry.input = &kPresentations;
  entry.higher_is_better = false;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> AttackSchemes() {
  const check::ParameterSpec threshold = scheme::RealParameter(
      "threshold", 0.5, 0, 0,
      {"A presentation is bona fide at or above this score", "得分不低于该值即判为真人"});
  scheme::Scheme apcer =
      Entry("apcer", {"Attack presentation classification error rate", "攻击呈现分类错误率"},
            "largest share, over species, of attacks taken for bona fide");
  apcer.parameters = {threshold};
  apcer.evaluate = scheme::On<Presentations, ApcerAt>;
  scheme::Scheme bpcer =
      Entry("bpcer", {"Bona fide presentation classification error rate", "真人呈现分类错误率"},
            "share of bona fide presentations taken for attacks");
  bpcer.parameters = {threshold};
  bpcer.evaluate = scheme::On<Presentations, BpcerAt>;
  scheme::Scheme bpcer_at = Entry("bpcer_at_apcer", {"BPCER at a given APCER", "给定 APCER 下的 BPCER"},
                                  "BPCER at the smallest threshold at which no species exceeds the APCER");
  bpcer_at.parameters = {scheme::RealParameter("apcer", 0.05, 0, 1,
                                               {"The APCER not to exceed: 0.05 is BPCER20, 0.01 is BPCER100",
                                                "APCER 上限：0.05 即 BPCER20，0.01 即 BPCER100"})};
  bpcer_at.evaluate = scheme::On<Presentations, BpcerAtApcer>;
  scheme::Scheme apcer_at =
      Entry("apcer_at_bpcer", {"APCER at a given BPCER", "给定 BPCER 下的 APCER"},
            "worst species at the largest threshold whose BPCER does not exceed the target");
  apcer_at.parameters = {
      scheme::RealParameter("bpcer", 0.05, 0, 1, {"The BPCER not to exceed", "BPCER 上限"})};
  apcer_at.evaluate = scheme::On<Presentations, ApcerAtBpcer>;
  scheme::Scheme acer =
      Entry("acer", {"Average classification error rate", "平均分类错误率"}, "(APCER + BPCER) / 2");
  acer.parameters = {threshold};
  acer.evaluate = scheme::On<Presentations, Acer>;
  scheme::Scheme iapar = Entry("iapar", {"Impostor attack presentation accept rate", "冒充攻击呈现接受率"},
                               "largest share, over species, of attacks that the whole system accepted");
  iapar.rules.matching = "the column accepted";
  iapar.evaluate = scheme::On<Presentations, Iapar>;
  return {apcer, bpcer, bpcer_at, apcer_at, acer, iapar};
}

}  // namespace cupel::algorithm::biometric
