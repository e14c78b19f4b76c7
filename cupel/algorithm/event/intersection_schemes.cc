// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/intersection.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/tally_report.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

IntersectionRules RulesOf(const check::Parameters& parameters, double cttc) {
  return {.dtc = parameters.Real("dtc"), .gtc = parameters.Real("gtc"), .cttc = cttc};
}

Mode ModeOf(const check::Parameters& parameters) {
  return parameters.Text("mode") == "compatible" ? Mode::kCompatible : Mode::kCorrected;
}

double MeanOfExisting(const std::vector<double>& values) {
  double sum = 0;
  double n = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    n += 1;
  }
  return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

/// Answers of a category that the truth never shows count nowhere; a reader must know.
void NoteForeignCategories(const EventInput& input, const IntersectionCounts& counts, Findings& findings) {
  const auto foreign = std::ranges::count_if(input.answers.events, [&](const Event& event) {
    return !std::ranges::binary_search(counts.categories, event.category);
  });
  if (foreign == 0) return;
  findings.AddNote(fmt::format("{} answers of categories without a true event count nowhere.", foreign),
                   fmt::format("{} 个结果所属类别无真值事件，不计入。", foreign));
}

Result<scheme::Evaluation> IntersectionFScore(const EventInput& input, const check::Parameters& parameters,
                                              const scheme::Options& options) {
  std::int64_t left_out = 0;
  const std::unique_ptr<EventInput> kept = AtThreshold(input, parameters.Real("threshold"), left_out);
  std::vector<std::vector<std::size_t>> all(1);
  for (std::size_t i = 0; i < kept->answers.events.size(); ++i) all[0].push_back(i);
  CUPEL_TRY(const IntersectionCounts counts, CountIntersections(*kept, all, RulesOf(parameters, 1)));
  const Mode mode = ModeOf(parameters);
  const auto n = static_cast<std::int64_t>(kept->truth.events.size());
  Findings findings(*kept, "intersection_f_score", options);
  findings.Add(
      "value", [&](Weights weights) { return MeanOfExisting(IntersectionFScores(counts, weights, mode)); },
      n);
  for (std::size_t i = 0; i < counts.categories.size(); ++i) {
    findings.Add(
        "f_score." + kept->categories[static_cast<std::size_t>(counts.categories[i])],
        [&, i](Weights weights) { return IntersectionFScores(counts, weights, mode)[i]; }, n);
  }
  NoteForeignCategories(*kept, counts, findings);
  NoteLeftOut(left_out, findings);
  return std::move(findings).Take();
}

/// Operating points: answers of at least each of at most `limit` scores, evenly spread over the distinct
/// ones.
std::vector<std::vector<std::size_t>> OperatingPoints(const std::vector<Event>& events, std::size_t limit) {
  std::vector<double> scores;
  for (const Event& event : events) scores.push_back(event.score);
  std::ranges::sort(scores);
  const auto repeated = std::ranges::unique(scores);
  scores.erase(repeated.begin(), repeated.end());
  const std::size_t count = std::min(limit, scores.size());
  std::vector<std::vector<std::size_t>> points;
  for (std::size_t k = 0; k < count; ++k) {
    const double threshold = scores[count == 1 ? 0 : k * (scores.size() - 1) / (count - 1)];
    std::vector<std::size_t>& point = points.emplace_back();
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events[i].score >= threshold) point.push_back(i);
    }
  }
  return points;
}

Result<scheme::Evaluation> Psds(const EventInput& input, const check::Parameters& parameters,
                                const scheme::Options& options) {
  const auto points =
      OperatingPoints(input.answers.events, static_cast<std::size_t>(parameters.Integer("operating_points")));
  CUPEL_TRY(const IntersectionCounts counts,
            CountIntersections(input, points, RulesOf(parameters, parameters.Real("cttc"))));
  const PsdsRules rules{.alpha_ct = parameters.Real("alpha_ct"),
                        .alpha_st = parameters.Real("alpha_st"),
                        .max_efpr = parameters.Real("max_efpr"),
                        .mode = ModeOf(parameters)};
  Findings findings(input, "psds", options);
  findings.Add(
      "value", [&](Weights weights) { return ComputePsds(counts, weights, rules).score; },
      static_cast<std::int64_t>(input.truth.events.size()));
  PsdRoc roc = ComputePsds(counts, std::vector<double>(input.sources.size(), 1.0), rules);
  roc.efpr.push_back(std::max(roc.efpr.back(), rules.max_efpr));
  roc.etpr.push_back(roc.etpr.back());
  Json curve = CurveFigure({"PSD-ROC", "PSD-ROC 曲线"}, "PSD-ROC",
                           {"effective false alarms an hour", "每小时有效误报数"},
                           {"effective true positive ratio", "有效检出率"}, roc.efpr, roc.etpr);
  curve["xMax"] = rules.max_efpr;
  curve["yMin"] = 0;
  curve["yMax"] = 1;
  findings.AddFigure(std::move(curve));
  findings.AddNote(fmt::format("The curve has {} operating points, thresholds on the scores of the answers.",
                               points.size()),
                   fmt::format("曲线由结果得分的 {} 个阈值构成。", points.size()));
  NoteForeignCategories(input, counts, findings);
  return std::move(findings).Take();
}

check::ParameterSpec OperatingPointsSpec() {
  check::ParameterSpec spec;
  spec.name = "operating_points";
  spec.type = check::ParameterType::kInteger;
  spec.fallback = 50;
  spec.low = 1;
  spec.high = 10000;
  spec.meaning = {"most thresholds that make the curve", "构成曲线的阈值数上限"};
  return spec;
}

std::vector<check::ParameterSpec> Shared(double dtc, double gtc, std::string en, std::string zh) {
  return {Real("dtc", dtc, 0, 1, "", "share of an answer that true events must cover",
               "结果中须被真值覆盖的比例"),
          Real("gtc", gtc, 0, 1, "", "share of a true event that answers must cover", "真值中须被覆盖的比例"),
          Choice("mode", {"corrected", "compatible"}, std::move(en), std::move(zh))};
}

std::vector<check::ParameterSpec> FScoreParameters() {
  std::vector<check::ParameterSpec> specs =
      Shared(0.5, 0.5, "a category of which nothing was found has F 0; compatible: it drops out of the mean",
             "未检出任何事件的类别 F 为 0；兼容模式：不计入平均");
  specs.push_back(ThresholdSpec());
  return specs;
}

std::vector<check::ParameterSpec> PsdsParameters() {
  std::vector<check::ParameterSpec> specs =
      Shared(0.5, 0.5, "cross triggers: mean over the other categories; compatible: over all, itself as 0",
             "交叉触发：对其他类别取平均；兼容模式：对全部类别取平均，自身计 0");
  specs.push_back(Real("cttc", 0.3, 0, 1, "", "share of a false answer that makes it a cross trigger",
                       "误报计为交叉触发的覆盖比例"));
  specs.push_back(Real("alpha_ct", 0, 0, 1, "", "weight of cross triggers", "交叉触发的权重"));
  specs.push_back(
      Real("alpha_st", 0, 0, 100, "", "weight of the spread between categories", "类别间离散度的权重"));
  specs.push_back(Real("max_efpr", 100, 0.001, 1e9, "an hour", "end of the area", "面积积分上限"));
  specs.push_back(OperatingPointsSpec());
  return specs;
}

constexpr std::string_view kMatching =
    "an answer is valid when true events of its category cover dtc of it; a true event is found when valid "
    "answers cover gtc of it; coverages are summed";

}  // namespace

Schemes IntersectionSchemes() {
  return {{.id = "intersection_f_score",
           .row = "F05",
           .title = {"Intersection-based F", "基于交叠的 F 值"},
           .definition = "mean over categories of 2TP/(2TP + FN + FP) by intersection criteria",
           .rules = {.matching = kMatching,
                     .ties = "",
                     .empty = "a category without a true event is not evaluated; see `mode`",
                     .averaging = "macro"},
           .reference = "psds_eval compute_macro_f_score (mode compatible)",
           .test = "IntersectionTest.FScoresAgreeWithPsdsEval",
           .input = &EventFormat(),
           .parameters = FScoreParameters(),
           .unit = "",
           .evaluate = scheme::On<EventInput, IntersectionFScore>},
          {.id = "psds",
           .row = "F06",
           .title = {"Polyphonic sound detection score", "多声部声音检测得分 PSDS"},
           .definition = "area of the PSD-ROC up to max_efpr, eFPR = FPR + alpha_ct CTR, eTPR = mean - "
                         "alpha_st * standard deviation over categories",
           .rules = {.matching = kMatching,
                     .ties = "equal scores are one operating point",
                     .empty = "a category without a true event is not evaluated; no answer: 0",
                     .averaging = "mean and population standard deviation over categories"},
           .reference = "psds_eval PSDSEval.psds (mode compatible)",
           .test = "IntersectionTest.PsdsAgreesWithPsdsEval",
           .input = &EventFormat(),
           .parameters = PsdsParameters(),
           .unit = "",
           .evaluate = scheme::On<EventInput, Psds>}};
}

}  // namespace cupel::algorithm::event
