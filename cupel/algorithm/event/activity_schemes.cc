// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <limits>

#include "cupel/algorithm/event/activity_alignment.h"
#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;
using Alignments = std::vector<ActivityAlignment>;
/// A figure of one activity's curve; NaN: it does not exist.
using OfCurve = std::function<double(std::span<const SweepPoint>)>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Result<Alignments> Align(const EventInput& input, const check::Parameters& parameters,
                         const NmideRules& nmide = {}) {
  return AlignActivities(
      input,
      {.overlap_seconds = parameters.Real("overlap"), .overlap_share = parameters.Real("overlap_share")},
      nmide);
}

bool HasTruth(const ActivityAlignment& alignment, Weights weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] * alignment.truths[i] > 0) return true;
  }
  return false;
}

double OfActivity(const ActivityAlignment& alignment, Weights weights, const OfCurve& figure) {
  return HasTruth(alignment, weights) ? figure(Sweep(alignment, weights)) : kNan;
}

double MeanOverActivities(const Alignments& alignments, Weights weights, const OfCurve& figure) {
  double sum = 0;
  double n = 0;
  for (const ActivityAlignment& alignment : alignments) {
    const double value = OfActivity(alignment, weights, figure);
    if (std::isnan(value)) continue;
    sum += value;
    n += 1;
  }
  return n > 0 ? sum / n : kNan;
}

/// Mean and every activity's own figure.
void AddFigures(const EventInput& input, const Alignments& alignments, const OfCurve& figure,
                const std::string& name, Findings& findings) {
  findings.Add(
      "value", [&](Weights weights) { return MeanOverActivities(alignments, weights, figure); },
      static_cast<std::int64_t>(input.truth.events.size()));
  for (const ActivityAlignment& alignment : alignments) {
    double truths = 0;
    for (const double count : alignment.truths) truths += count;
    findings.Add(
        name + "." + input.categories[alignment.category],
        [&](Weights weights) { return OfActivity(alignment, weights, figure); },
        static_cast<std::int64_t>(truths));
  }
}

/// DET curves of at most 16 activities, from a miss probability of 1 at no false alarm.
Json DetFigure(const EventInput& input, const Alignments& alignments, double SweepPoint::* x,
               const check::Text& x_label) {
  constexpr std::size_t kMaxCurves = 16;
  const std::vector<double> all(input.sources.size(), 1.0);
  Json figure;
  for (std::size_t k = 0; k < std::min(alignments.size(), kMaxCurves); ++k) {
    std::vector<double> xs = {0};
    std::vector<double> ys = {1};
    for (const SweepPoint& point : Sweep(alignments[k], all)) {
      xs.push_back(point.*x);
      ys.push_back(point.pmiss);
    }
    Json one =
        CurveFigure({"Missed against false alarms", "漏检与误报"}, input.categories[alignments[k].category],
                    x_label, {"missed share", "漏检率"}, xs, ys);
    if (figure.IsNull()) {
      figure = std::move(one);
    } else {
      figure["series"].Append(one["series"].AsArray().front());
    }
  }
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

Result<scheme::Evaluation> PmissAtRfa(const EventInput& input, const check::Parameters& parameters,
                                      const scheme::Options& options) {
  CUPEL_TRY(const Alignments alignments, Align(input, parameters));
  const double target = parameters.Real("rfa");
  Findings findings(input, "actev_pmiss_at_rfa", options);
  AddFigures(
      input, alignments,
      [target](auto points) { return ValueAt(points, &SweepPoint::rfa, &SweepPoint::pmiss, target, 1); },
      "p_miss", findings);
  findings.AddFigure(
      DetFigure(input, alignments, &SweepPoint::rfa, {"false alarms a minute", "每分钟误报数"}));
  return std::move(findings).Take();
}

Result<scheme::Evaluation> WeightedPmissAtRfa(const EventInput& input, const check::Parameters& parameters,
                                              const scheme::Options& options) {
  CUPEL_TRY(const Alignments alignments, Align(input, parameters));
  const double target = parameters.Real("rfa");
  Findings findings(input, "actev_weighted_pmiss_at_rfa", options);
  AddFigures(
      input, alignments,
      [target](auto points) { return ValueAt(points, &SweepPoint::rfa, &SweepPoint::wpmiss, target, 1); },
      "w_p_miss", findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> Naudc(const EventInput& input, const check::Parameters& parameters,
                                 const scheme::Options& options) {
  CUPEL_TRY(const Alignments alignments, Align(input, parameters));
  const double limit = parameters.Real("limit");
  const bool by_time = parameters.Text("axis") == "tfa";
  double SweepPoint::* x = by_time ? &SweepPoint::tfa : &SweepPoint::rfa;
  Findings findings(input, "actev_naudc", options);
  AddFigures(
      input, alignments, [x, limit](auto points) { return NormalisedArea(points, x, limit); }, "naudc",
      findings);
  findings.AddFigure(DetFigure(input, alignments, x,
                               by_time ? check::Text{"time-based false alarm", "基于时间的误报率"}
                                       : check::Text{"false alarms a minute", "每分钟误报数"}));
  return std::move(findings).Take();
}

Result<scheme::Evaluation> TimeFalseAlarm(const EventInput& input, const check::Parameters& parameters,
                                          const scheme::Options& options) {
  CUPEL_TRY(const Alignments alignments, Align(input, parameters));
  const double threshold = parameters.Real("threshold");
  Findings findings(input, "actev_time_false_alarm", options);
  AddFigures(
      input, alignments,
      [threshold](auto points) {
        double value = 0;
        for (const SweepPoint& point : points) {
          if (point.score >= threshold) value = point.tfa;
        }
        return value;
      },
      "tfa", findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> Nmide(const EventInput& input, const check::Parameters& parameters,
                                 const scheme::Options& options) {
  CUPEL_TRY(const Alignments alignments, Align(input, parameters,
                                               {.cost_miss = parameters.Real("cost_miss"),
                                                .cost_false = parameters.Real("cost_false"),
                                                .collar = parameters.Real("collar")}));
  Findings findings(input, "actev_nmide", options);
  double rejected = 0;
  for (const ActivityAlignment& alignment : alignments) {
    for (const AlignedAnswer& answer : alignment.answers) {
      rejected += answer.correct && std::isnan(answer.nmide) ? 1 : 0;
    }
  }
  const auto of_pairs = [&](Weights weights) {
    double sum = 0;
    double pairs = 0;
    for (const ActivityAlignment& alignment : alignments) {
      for (const AlignedAnswer& answer : alignment.answers) {
        if (std::isnan(answer.nmide)) continue;
        sum += weights[answer.source] * answer.nmide;
        pairs += weights[answer.source];
      }
    }
    return pairs > 0 ? sum / pairs : kNan;
  };
  findings.Add("value", of_pairs, static_cast<std::int64_t>(input.truth.events.size()));
  const OfCurve last = [](auto points) { return points.empty() ? kNan : points.back().nmide; };
  findings.Add(
      "mean_over_activities", [&](Weights weights) { return MeanOverActivities(alignments, weights, last); },
      static_cast<std::int64_t>(input.truth.events.size()));
  findings.AddCount("rejected_pairs", static_cast<std::int64_t>(rejected));
  return std::move(findings).Take();
}

std::vector<check::ParameterSpec> With(std::vector<check::ParameterSpec> specs) {
  specs.push_back(Real("overlap", 1.0, 0.001, 3600, "s", "overlap that an answer needs with a true instance",
                       "结果与真值所需的交叠时长"));
  specs.push_back(Real("overlap_share", 0.5, 0, 1, "",
                       "share of a true instance shorter than that which it needs",
                       "真值短于该时长时所需的交叠比例"));
  return specs;
}

check::ParameterSpec RfaSpec() {
  return Real("rfa", 0.1, 0.000001, 1e6, "a minute", "rate of false alarms", "误报率");
}

constexpr scheme::Rules kRules = {
    .matching =
        "within recording and activity, pairs that overlap enough with the largest sum of 1 + score; "
        "which of several fitting instances an answer takes is not determined by the weight",
    .ties = "equal scores pass the threshold together",
    .empty = "an activity without a true instance is not evaluated; without an answer PMiss = 1",
    .averaging = "mean over activities"};

}  // namespace

Schemes ActivitySchemes() {
  return {
      {.id = "actev_pmiss_at_rfa",
       .row = "F08",
       .title = {"Missed activities at a rate of false alarms", "给定误报率下的漏检率"},
       .definition = "PMiss = MD/(MD + CD) where false alarms a minute reach rfa, interpolated",
       .rules = kRules,
       .reference = "NIST ActEV_Scorer, protocol ActEV_SDL_V2, mean-p_miss@rfa",
       .test = "ActivityAlignmentTest.AgreesWithActevScorer",
       .input = &EventFormat(),
       .parameters = With({RfaSpec()}),
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, PmissAtRfa>},
      {.id = "actev_weighted_pmiss_at_rfa",
       .row = "F09",
       .title = {"Weighted missed activities at a rate of false alarms", "给定误报率下的加权漏检率"},
       .definition = "(MD + 8)/(MD + CD + 10) where false alarms a minute reach rfa, interpolated",
       .rules = kRules,
       .reference = "NIST ActEV_Scorer, protocol ActEV_SDL_V2, mean-w_p_miss@rfa",
       .test = "ActivityAlignmentTest.AgreesWithActevScorer",
       .input = &EventFormat(),
       .parameters = With({RfaSpec()}),
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, WeightedPmissAtRfa>},
      {.id = "actev_naudc",
       .row = "F09",
       .title = {"Normalised area under the DET curve", "归一化 DET 曲线下面积"},
       .definition = "area under PMiss from 0 to limit of Tfa or Rfa, divided by limit",
       .rules = kRules,
       .reference = "NIST ActEV_Scorer, protocol ActEV_SDL_V2, mean-nAUDC@tfa",
       .test = "ActivityAlignmentTest.AgreesWithActevScorer",
       .input = &EventFormat(),
       .parameters = With({Choice("axis", {"tfa", "rfa"}, "time-based or rate of false alarms",
                                  "基于时间的误报率，或每分钟误报数"),
                           Real("limit", 0.2, 0.000001, 1e6, "", "end of the area", "面积积分上限")}),
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, Naudc>},
      {.id = "actev_time_false_alarm",
       .row = "F10",
       .title = {"Time-based false alarm", "基于时间的误报率"},
       .definition = "time that answers claim beyond true instances, with multiplicity, over unlabelled time",
       .rules = kRules,
       .reference = "NIST ActEV_Scorer, protocol ActEV_SDL_V2, tfa by activity and threshold",
       .test = "ActivityAlignmentTest.AgreesWithActevScorer",
       .input = &EventFormat(),
       .parameters = With({ThresholdSpec()}),
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, TimeFalseAlarm>},
      {.id = "actev_nmide",
       .row = "F11",
       .title = {"Normalised multiple-instance detection error in time", "归一化时间定位误差 N-MIDE"},
       .definition = "mean over pairs of C_miss missed/(true - collar) + C_fa false/(video - true - collar)",
       .rules = {.matching = kRules.matching,
                 .ties = kRules.ties,
                 .empty =
                     "a pair with a zero denominator is rejected and counted; no pair: does not exist; "
                     "the scorer charges cost_miss for false time too, which shows only where costs differ",
                 .averaging = "over pairs of all activities"},
       .reference = "NIST ActEV_Scorer, protocol ActEV_SDL_V2, n-mide",
       .test = "ActivityAlignmentTest.AgreesWithActevScorer",
       .input = &EventFormat(),
       .parameters = With({Real("cost_miss", 1, 0, 1e6, "", "cost of missed time", "漏检时间代价"),
                           Real("cost_false", 1, 0, 1e6, "", "cost of false time", "误报时间代价"),
                           Real("collar", 0, 0, 3600, "s", "no score so close to a true border",
                                "真值边界附近不计分的范围")}),
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, Nmide>}};
}

}  // namespace cupel::algorithm::event
