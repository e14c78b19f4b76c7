// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/event/early_detection.h"
#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

std::span<const FrameTable::Row> FramesOf(const FrameTable& table, std::size_t source) {
  return std::span(table.rows).subspan(table.first[source], table.first[source + 1] - table.first[source]);
}

Result<scheme::Evaluation> Nab(const EventInput& input, const check::Parameters& parameters,
                               const scheme::Options& options) {
  CUPEL_TRY(const FrameTable table, TabulateFrames(input, ""));
  const NabProfile profile{.true_positive = parameters.Real("tp_weight"),
                           .false_positive = parameters.Real("fp_weight"),
                           .false_negative = parameters.Real("fn_weight"),
                           .probation = parameters.Real("probation")};
  std::vector<NabParts> parts;
  double windows = 0;
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    parts.push_back(NabOfRecording(FramesOf(table, source), parameters.Real("threshold"), profile));
    windows += parts.back().windows;
  }
  Findings findings(input, "nab_score", options);
  findings.Add(
      "value", [&](Weights weights) { return NabScore(parts, weights, profile); },
      static_cast<std::int64_t>(windows));
  return std::move(findings).Take();
}

/// Where a recording is one subject: its first event of truth and its first answer.
struct Subject {
  bool positive = false;
  bool alarmed = false;
  double k = 0;  ///< Observations until the first answer.
};

std::vector<Subject> Subjects(const EventInput& input, double threshold, double observation) {
  std::vector<Subject> subjects(input.sources.size());
  for (std::size_t source = 0; source < subjects.size(); ++source) {
    Subject& subject = subjects[source];
    subject.positive = !input.truth_of[source].empty();
    for (const std::size_t i : input.answers_of[source]) {
      const Event& answer = input.answers.events[i];
      if (answer.score < threshold) continue;
      const double k = std::floor(answer.start / observation) + 1;
      subject.k = subject.alarmed ? std::min(subject.k, k) : k;
      subject.alarmed = true;
    }
  }
  return subjects;
}

Result<scheme::Evaluation> Erde(const EventInput& input, const check::Parameters& parameters,
                                const scheme::Options& options) {
  const std::vector<Subject> subjects =
      Subjects(input, parameters.Real("threshold"), parameters.Real("observation"));
  const double o = parameters.Real("o");
  const double cost_false = parameters.Real("cost_false");
  Findings findings(input, "erde", options);
  findings.Add(
      "value",
      [&](Weights weights) {
        double sum = 0;
        double n = 0;
        for (std::size_t i = 0; i < subjects.size(); ++i) {
          const Subject& subject = subjects[i];
          sum += weights[i] * ErdeOfRecording(subject.positive, subject.alarmed, subject.k, o, cost_false);
          n += weights[i];
        }
        return sum / n;
      },
      input.size());
  return std::move(findings).Take();
}

Result<scheme::Evaluation> TimeToDetect(const EventInput& input, const check::Parameters& parameters,
                                        const scheme::Options& options) {
  CUPEL_TRY(const FrameTable table, TabulateFrames(input, ""));
  CUPEL_TRY(const std::vector<double> rates, FrameRates(input));
  const double threshold = FrameRanking(table).ThresholdAt(parameters.Real("fpr"));
  std::vector<Noticed> noticed;
  Noticed all;
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    noticed.push_back(NoticedInRecording(FramesOf(table, source), threshold, rates[source]));
    all.windows += noticed.back().windows;
    all.noticed += noticed.back().noticed;
  }
  const auto ratio = [&](Weights weights, double Noticed::* part, double Noticed::* whole) {
    double above = 0;
    double below = 0;
    for (std::size_t i = 0; i < noticed.size(); ++i) {
      above += weights[i] * (noticed[i].*part);
      below += weights[i] * (noticed[i].*whole);
    }
    return below > 0 ? above / below : std::numeric_limits<double>::quiet_NaN();
  };
  Findings findings(input, "time_to_detect", options);
  findings.Add(
      "value", [&](Weights weights) { return ratio(weights, &Noticed::seconds, &Noticed::noticed); },
      static_cast<std::int64_t>(all.noticed));
  findings.Add(
      "noticed", [&](Weights weights) { return ratio(weights, &Noticed::noticed, &Noticed::windows); },
      static_cast<std::int64_t>(all.windows));
  findings.AddNote("The threshold is set once, on all recordings; intervals do not include its choice.",
                   "阈值在全部录像上一次选定；区间不含其选择的不确定性。");
  return std::move(findings).Take();
}

Schemes NabSchemes() {
  return {
      {.id = "nab_score",
       .row = "F18",
       .title = {"NAB score", "NAB 得分"},
       .definition = "(raw - silent) / (perfect - silent) of the Numenta sigmoid reward; NAB's score / 100",
       .rules = {.matching = "a run of positive frames is a window; its best detection counts",
                 .ties = "a frame of exactly the threshold is a detection",
                 .empty = "no window beyond probation: does not exist",
                 .averaging = "sum over recordings before normalisation"},
       .reference = "NAB Sweeper.scoreDataSet",
       .test = "EarlyDetectionTest.NabAgreesWithNumenta",
       .input = &EventFormat(),
       .parameters = {Real("threshold", 0.5, 0, 0, "", "lowest score of a detection", "检出的最低得分"),
                      Real("tp_weight", 1, 0.001, 1e6, "", "weight of a window found", "检出窗口的权重"),
                      Real("fp_weight", 0.11, 0, 1e6, "", "weight of a false detection", "误检的权重"),
                      Real("fn_weight", 1, 0, 1e6, "", "weight of a missed window", "漏检窗口的权重"),
                      Real("probation", 0.15, 0, 1, "", "share of a recording that does not count at first",
                           "录像起始不计分的比例")},
       .unit = "",
       .evaluate = scheme::On<EventInput, Nab>}};
}

}  // namespace

Schemes EarlySchemes() {
  Schemes schemes = NabSchemes();
  schemes.push_back(
      {.id = "erde",
       .row = "F18",
       .title = {"Early risk detection error", "早期风险检测误差 ERDE"},
       .definition = "mean over recordings of 1 - 1/(1 + e^(k - o)) for a right alarm after k observations, "
                     "1 for a miss, cost_false for a false alarm, 0 otherwise",
       .rules = {.matching =
                     "a recording is a subject: positive when the truth has an event; its first answer "
                     "is the alarm",
                 .ties = "",
                 .empty = "",
                 .averaging = "mean over recordings"},
       .reference = "formula of Losada and Crestani 2016; worked by hand",
       .test = "EarlyDetectionTest.ErdeFollowsItsFormula",
       .input = &EventFormat(),
       .parameters = {Real("o", 5, 0, 1e9, "observations", "where the cost of lateness is one half",
                           "时延代价为一半处"),
                      Real("observation", 1, 0.000001, 1e9, "s", "length of one observation", "单次观测时长"),
                      Real("cost_false", 0.1, 0, 1, "", "cost of a false alarm", "误报代价"),
                      ThresholdSpec()},
       .higher_is_better = false,
       .unit = "",
       .evaluate = scheme::On<EventInput, Erde>});
  schemes.push_back(
      {.id = "time_to_detect",
       .row = "F18",
       .title = {"Time to detect at a false positive rate", "给定误报率下的检出时延"},
       .definition =
           "mean seconds from a run of positive frames to its first frame at the threshold that keeps "
           "the frame false positive rate",
       .rules = {.matching = "a run of positive frames is one event",
                 .ties = "a frame of exactly the threshold is noticed",
                 .empty = "runs that are never noticed are counted beside, not averaged",
                 .averaging = "over noticed runs of all recordings"},
       .reference = "defined by Cupel; worked by hand",
       .test = "EarlyDetectionTest.TimeToDetectIsTakenAtTheFalsePositiveRate",
       .input = &EventFormat(),
       .parameters = {Real("fpr", 0.01, 0, 1, "", "false positive rate of frames", "帧误报率")},
       .higher_is_better = false,
       .unit = "s",
       .evaluate = scheme::On<EventInput, TimeToDetect>});
  return schemes;
}

}  // namespace cupel::algorithm::event
