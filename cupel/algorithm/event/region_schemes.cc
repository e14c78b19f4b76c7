// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/regions.h"
#include "cupel/algorithm/event/schemes.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

Result<scheme::Evaluation> Evaluate(const EventInput& input, const check::Parameters& parameters,
                                    const scheme::Options& options, std::string_view id,
                                    RegionTurn::Kind kind) {
  RegionRules rules;
  rules.region_iou = parameters.Real("iou");
  if (kind == RegionTurn::Kind::kTrack) rules.track_share = parameters.Real("share");
  CUPEL_TRY(const RegionOutcome outcome, MatchRegions(input, rules));
  double n = 0;
  for (const double count : kind == RegionTurn::Kind::kTrack ? outcome.tracks : outcome.regions) n += count;
  Findings findings(input, id, options);
  findings.Add(
      "value", [&](Weights weights) { return CurveOf(outcome, kind, weights).area; },
      static_cast<std::int64_t>(n));
  const RegionCurve curve = CurveOf(outcome, kind, std::vector<double>(input.sources.size(), 1.0));
  if (n > 0) {
    Json figure = CurveFigure({"Detected against false positives", "检出率与误报"}, std::string(id),
                              {"false positives a frame", "每帧误报数"}, {"detected share", "检出率"},
                              curve.fpr, curve.rate);
    figure["xMax"] = 1;
    findings.AddFigure(std::move(figure));
  }
  return std::move(findings).Take();
}

Result<scheme::Evaluation> Rbdc(const EventInput& input, const check::Parameters& parameters,
                                const scheme::Options& options) {
  return Evaluate(input, parameters, options, "rbdc", RegionTurn::Kind::kRegion);
}

Result<scheme::Evaluation> Tbdc(const EventInput& input, const check::Parameters& parameters,
                                const scheme::Options& options) {
  return Evaluate(input, parameters, options, "tbdc", RegionTurn::Kind::kTrack);
}

check::ParameterSpec IouSpec() {
  return Real("iou", 0.1, 0.001, 1, "",
              "intersection over union that an answered box needs with a true region",
              "结果框与真值区域所需的交并比");
}

constexpr scheme::Rules kRules = {
    .matching =
        "a true region is detected by any answered box of its frame that overlaps it enough; a box "
        "that overlaps none is a false positive; categories are not told apart",
    .ties = "equal scores pass the threshold together",
    .empty = "beyond the last threshold the curve is flat",
    .averaging = "false positives per frame of all recordings"};

}  // namespace

Schemes RegionSchemes() {
  return {{.id = "rbdc",
           .row = "F15",
           .title = {"Region-based detection criterion", "基于区域的检测准则 RBDC"},
           .definition = "area under the share of true regions detected from 0 to 1 false positive a frame",
           .rules = kRules,
           .reference = "definition of Ramachandra and Jones 2020, by brute force",
           .test = "RegionsTest.AgreesWithTheDefinitionByBruteForce",
           .input = &EventFormat(),
           .parameters = {IouSpec()},
           .unit = "",
           .evaluate = scheme::On<EventInput, Rbdc>},
          {.id = "tbdc",
           .row = "F15",
           .title = {"Track-based detection criterion", "基于轨迹的检测准则 TBDC"},
           .definition = "area under the share of tracks detected from 0 to 1 false positive a frame",
           .rules = kRules,
           .reference = "definition of Ramachandra and Jones 2020, by brute force",
           .test = "RegionsTest.AgreesWithTheDefinitionByBruteForce",
           .input = &EventFormat(),
           .parameters = {IouSpec(),
                          Real("share", 0.1, 0.001, 1, "", "share of a track's regions that must be detected",
                               "轨迹中须检出的区域比例")},
           .unit = "",
           .evaluate = scheme::On<EventInput, Tbdc>}};
}

}  // namespace cupel::algorithm::event
