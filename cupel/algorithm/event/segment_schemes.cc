// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/segment_based.h"
#include "cupel/algorithm/event/tally_report.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

constexpr scheme::Rules kRules = {
    .matching =
        "a segment touches floor(start / r) to ceil(end / r); a category is there or not in a segment",
    .ties = "",
    .empty = "0/0 does not exist, except F = 0 when precision and recall are both 0, and `silence`",
    .averaging =
        "micro: all categories, S = min(missed, false) per segment; macro: mean over categories of "
        "which the truth has events, where missed are deletions and false are insertions"};

struct Prepared {
  std::unique_ptr<EventInput> input;
  std::int64_t left_out = 0;
  Tally tally;
};

Result<Prepared> Prepare(const EventInput& input, const check::Parameters& parameters) {
  Prepared prepared;
  prepared.input = AtThreshold(input, parameters.Real("threshold"), prepared.left_out);
  CUPEL_TRY(prepared.tally,
            TallySegments(*prepared.input, {.resolution = parameters.Real("resolution"),
                                            .by_duration = parameters.Text("length") == "duration"}));
  return prepared;
}

Result<scheme::Evaluation> SegmentFScore(const EventInput& input, const check::Parameters& parameters,
                                         const scheme::Options& options) {
  CUPEL_TRY(const Prepared prepared, Prepare(input, parameters));
  Findings findings(input, "segment_f_score", options);
  AddFScores(input, prepared.tally, AveragingOf(parameters), findings);
  NoteLeftOut(prepared.left_out, findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> SegmentErrorRate(const EventInput& input, const check::Parameters& parameters,
                                            const scheme::Options& options) {
  CUPEL_TRY(const Prepared prepared, Prepare(input, parameters));
  Findings findings(input, "segment_error_rate", options);
  AddErrorRates(input, prepared.tally, parameters.Text("average") == "macro", findings);
  NoteLeftOut(prepared.left_out, findings);
  return std::move(findings).Take();
}

Result<scheme::Evaluation> SegmentAccuracy(const EventInput& input, const check::Parameters& parameters,
                                           const scheme::Options& options) {
  CUPEL_TRY(const Prepared prepared, Prepare(input, parameters));
  const Tally& tally = prepared.tally;
  const bool macro = parameters.Text("average") == "macro";
  Findings findings(input, "segment_accuracy", options);
  const Counts all = Overall(tally, std::vector<double>(input.sources.size(), 1.0));
  const auto n = static_cast<std::int64_t>(all.truth + all.rejected + all.False());
  const auto add = [&](const char* name, double (*rate)(const Counts&)) {
    findings.Add(
        name,
        [&tally, macro, rate](Weights weights) {
          return macro ? MacroMean(tally, weights, rate) : rate(Overall(tally, weights));
        },
        n);
  };
  add("value", Accuracy);
  add("balanced_accuracy", BalancedAccuracy);
  findings.AddNote("Accuracy counts empty segments: it rises with the length that is evaluated.",
                   "准确率计入空片段，会随评测时长上升。");
  NoteLeftOut(prepared.left_out, findings);
  return std::move(findings).Take();
}

std::vector<check::ParameterSpec> Parameters(bool with_silence) {
  std::vector<check::ParameterSpec> specs = {AverageSpec()};
  if (with_silence) specs.push_back(SilenceSpec());
  specs.push_back(Real("resolution", 1.0, 0.001, 86400, "s", "length of a segment", "片段长度"));
  specs.push_back(Choice("length", {"events", "duration"},
                         "a recording is as long as its last event, or its duration",
                         "录像长度取最后事件之末，或录像时长"));
  specs.push_back(ThresholdSpec());
  return specs;
}

}  // namespace

Schemes SegmentSchemes() {
  return {{.id = "segment_f_score",
           .row = "F01",
           .title = {"Segment-based F", "基于片段的 F 值"},
           .definition = "F = 2PR/(P+R) of category activity in segments of one length",
           .rules = kRules,
           .reference = "sed_eval SegmentBasedMetrics",
           .test = "SegmentBasedTest.AgreesWithSedEval",
           .input = &EventFormat(),
           .parameters = Parameters(true),
           .unit = "",
           .evaluate = scheme::On<EventInput, SegmentFScore>},
          {.id = "segment_error_rate",
           .row = "F01",
           .title = {"Segment-based error rate", "基于片段的错误率"},
           .definition = "ER = (S + D + I) / N over segments of one length",
           .rules = kRules,
           .reference = "sed_eval SegmentBasedMetrics",
           .test = "SegmentBasedTest.AgreesWithSedEval",
           .input = &EventFormat(),
           .parameters = Parameters(false),
           .higher_is_better = false,
           .unit = "errors per active segment",
           .evaluate = scheme::On<EventInput, SegmentErrorRate>},
          {.id = "segment_accuracy",
           .row = "F01",
           .title = {"Segment-based accuracy", "基于片段的准确率"},
           .definition = "(TP + TN) / (TP + TN + FP + FN) over segments and categories",
           .rules = kRules,
           .reference = "sed_eval SegmentBasedMetrics",
           .test = "SegmentBasedTest.AccuracyDependsOnTheLengthAndErrorRateDoesNot",
           .input = &EventFormat(),
           .parameters = Parameters(false),
           .unit = "",
           .evaluate = scheme::On<EventInput, SegmentAccuracy>}};
}

}  // namespace cupel::algorithm::event
