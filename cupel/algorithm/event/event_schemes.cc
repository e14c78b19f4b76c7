// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/event_based.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/segment_based.h"
#include "cupel/algorithm/event/tally_report.h"

namespace cupel::algorithm::event {
namespace {

constexpr scheme::Rules kRules = {
    .matching =
        "one to one within a category: |onset difference| <= collar and, with offsets, |offset "
        "difference| <= max(collar, offset_share * true length); largest matching, or greedy in the "
        "order of the file; left-over pairs in time are substitutions",
    .ties = "Hopcroft-Karp in sed_eval's order",
    .empty = "0/0 does not exist, except F = 0 when precision and recall are both 0, and `silence`",
    .averaging =
        "micro: all events; macro: mean over categories of which the truth has events, where missed "
        "are deletions and false are insertions"};

EventRules RulesOf(const check::Parameters& parameters, bool offsets) {
  return {.collar = parameters.Real("collar"),
          .offset_share = offsets ? parameters.Real("offset_share") : 0,
          .offsets = offsets,
          .greedy = parameters.Text("matching") == "greedy"};
}

scheme::Evaluation Evaluate(const EventInput& input, const check::Parameters& parameters,
                            const scheme::Options& options, std::string_view id, bool offsets, bool errors) {
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  const EventMatch match = MatchEvents(*kept, RulesOf(parameters, offsets));
  Findings findings(*kept, id, options);
  if (errors) {
    AddErrorRates(*kept, match.tally, parameters.Text("average") == "macro", findings);
  } else {
    AddFScores(*kept, match.tally, AveragingOf(parameters), findings);
  }
  findings.AddFigure(Timeline(*kept, match.truth_found, match.answer_is_hit));
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> EventFScore(const EventInput& input, const check::Parameters& parameters,
                                       const scheme::Options& options) {
  return Evaluate(input, parameters, options, "event_f_score", true, false);
}

Result<scheme::Evaluation> EventErrorRate(const EventInput& input, const check::Parameters& parameters,
                                          const scheme::Options& options) {
  return Evaluate(input, parameters, options, "event_error_rate", true, true);
}

Result<scheme::Evaluation> OnsetFScore(const EventInput& input, const check::Parameters& parameters,
                                       const scheme::Options& options) {
  return Evaluate(input, parameters, options, "onset_f_score", false, false);
}

/// F04: the mean over categories and every category's own figures, of segments, events or onsets.
Result<scheme::Evaluation> ClassWiseFScore(const EventInput& input, const check::Parameters& parameters,
                                           const scheme::Options& options) {
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  Tally tally;
  if (parameters.Text("basis") == "segment") {
    CUPEL_TRY(tally, TallySegments(*kept, {.resolution = parameters.Real("resolution")}));
  } else {
    tally = MatchEvents(*kept, RulesOf(parameters, parameters.Text("basis") == "event")).tally;
  }
  Findings findings(*kept, "class_wise_f_score", options);
  const Averaging averaging{.macro = true, .silence = SilenceOf(parameters)};
  AddFScores(*kept, tally, averaging, findings);
  findings.Add(
      "error_rate", [&](std::span<const double> weights) { return MacroMean(tally, weights, ErrorRate); },
      static_cast<std::int64_t>(kept->truth.events.size()));
  findings.Add(
      "micro",
      [&](std::span<const double> weights) { return FScore(Overall(tally, weights), averaging.silence); },
      static_cast<std::int64_t>(kept->truth.events.size()));
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

std::vector<check::ParameterSpec> MatchingParameters(bool offsets) {
  std::vector<check::ParameterSpec> specs;
  specs.push_back(Real("collar", 0.2, 0.000001, 3600, "s", "tolerance of onsets, least tolerance of offsets",
                       "起点容差，亦为终点容差下限"));
  if (offsets) {
    specs.push_back(Real("offset_share", 0.5, 0, 1, "of the true length", "tolerance of offsets",
                         "终点容差（占真值长度）"));
  }
  specs.push_back(Choice("matching", {"optimal", "greedy"}, "largest matching, or first come first served",
                         "最大匹配，或先到先得"));
  specs.push_back(ThresholdSpec());
  return specs;
}

std::vector<check::ParameterSpec> Parameters(bool offsets, bool with_silence) {
  std::vector<check::ParameterSpec> specs = MatchingParameters(offsets);
  if (with_silence) specs.insert(specs.begin(), SilenceSpec());
  specs.insert(specs.begin(), AverageSpec());
  return specs;
}

std::vector<check::ParameterSpec> ClassWiseParameters() {
  std::vector<check::ParameterSpec> specs = MatchingParameters(true);
  specs.push_back(SilenceSpec());
  specs.push_back(
      Choice("basis", {"event", "onset", "segment"}, "what is counted in each category", "各类别的计数对象"));
  specs.push_back(Real("resolution", 1.0, 0.001, 86400, "s", "length of a segment", "片段长度"));
  return specs;
}

}  // namespace

Schemes EventSchemes() {
  return {{.id = "event_f_score",
           .row = "F02",
           .title = {"Event-based F", "基于事件的 F 值"},
           .definition = "F = 2PR/(P+R) of events whose onset and offset are in time",
           .rules = kRules,
           .reference = "sed_eval EventBasedMetrics",
           .test = "EventBasedTest.AgreesWithSedEval",
           .input = &EventFormat(),
           .parameters = Parameters(true, true),
           .unit = "",
           .evaluate = scheme::On<EventInput, EventFScore>},
          {.id = "event_error_rate",
           .row = "F02",
           .title = {"Event-based error rate", "基于事件的错误率"},
           .definition = "ER = (S + D + I) / N over events whose onset and offset are in time",
           .rules = kRules,
           .reference = "sed_eval EventBasedMetrics",
           .test = "EventBasedTest.AgreesWithSedEval",
           .input = &EventFormat(),
           .parameters = Parameters(true, false),
           .higher_is_better = false,
           .unit = "errors per event",
           .evaluate = scheme::On<EventInput, EventErrorRate>},
          {.id = "onset_f_score",
           .row = "F03",
           .title = {"Onset-only F", "仅起点的 F 值"},
           .definition = "F = 2PR/(P+R) of events whose onset is in time",
           .rules = kRules,
           .reference = "sed_eval EventBasedMetrics, evaluate_offset=False",
           .test = "EventBasedTest.AgreesWithSedEval",
           .input = &EventFormat(),
           .parameters = Parameters(false, true),
           .unit = "",
           .evaluate = scheme::On<EventInput, OnsetFScore>},
          {.id = "class_wise_f_score",
           .row = "F04",
           .title = {"F by category and its mean", "各类别 F 值及其平均"},
           .definition = "mean over categories of F of events, onsets or segments",
           .rules = kRules,
           .reference = "sed_eval results_class_wise_average_metrics",
           .test = "EventBasedTest.MeansOverCategoriesAgreeWithSedEval",
           .input = &EventFormat(),
           .parameters = ClassWiseParameters(),
           .unit = "",
           .evaluate = scheme::On<EventInput, ClassWiseFScore>}};
}

}  // namespace cupel::algorithm::event
