// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/segmental.h"

namespace cupel::algorithm::event {
namespace {

using Weights = std::span<const double>;

Result<scheme::Evaluation> Edit(const EventInput& input, const check::Parameters&,
                                const scheme::Options& options) {
  CUPEL_TRY(const std::vector<RecordingSegments> all, AllSegments(input));
  std::vector<double> scores;
  std::int64_t n = 0;
  for (const RecordingSegments& recording : all) {
    scores.push_back(EditScore(recording));
    n += std::isnan(scores.back()) ? 0 : 1;
  }
  Findings findings(input, "edit_score", options);
  findings.Add(
      "value",
      [&](Weights weights) {
        double sum = 0;
        double counted = 0;
        for (std::size_t i = 0; i < scores.size(); ++i) {
          if (std::isnan(scores[i])) continue;
          sum += weights[i] * scores[i];
          counted += weights[i];
        }
        return counted > 0 ? sum / counted : std::numeric_limits<double>::quiet_NaN();
      },
      n);
  return std::move(findings).Take();
}

double FOf(const std::vector<SegmentHits>& hits, Weights weights) {
  SegmentHits sum;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    sum.right += weights[i] * hits[i].right;
    sum.wrong += weights[i] * hits[i].wrong;
    sum.missed += weights[i] * hits[i].missed;
  }
  return 2 * sum.right / (2 * sum.right + sum.wrong + sum.missed);
}

Result<scheme::Evaluation> SegmentalF1(const EventInput& input, const check::Parameters& parameters,
                                       const scheme::Options& options) {
  CUPEL_TRY(const std::vector<RecordingSegments> all, AllSegments(input));
  const std::vector<double> overlaps = parameters.Reals("overlaps");
  std::vector<std::vector<SegmentHits>> hits;
  std::int64_t n = 0;
  for (const RecordingSegments& recording : all) n += static_cast<std::int64_t>(recording.truth.size());
  for (const double overlap : overlaps) {
    std::vector<SegmentHits>& row = hits.emplace_back();
    for (const RecordingSegments& recording : all) row.push_back(CountSegmentHits(recording, overlap));
  }
  Findings findings(input, "segmental_f1", options);
  findings.Add(
      "value",
      [&](Weights weights) {
        double sum = 0;
        for (const auto& row : hits) sum += FOf(row, weights);
        return sum / static_cast<double>(hits.size());
      },
      n);
  for (std::size_t i = 0; i < overlaps.size(); ++i) {
    findings.Add(
        fmt::format("f1.{:.4g}", overlaps[i]), [&, i](Weights weights) { return FOf(hits[i], weights); }, n);
  }
  return std::move(findings).Take();
}

check::ParameterSpec OverlapsSpec() {
  check::ParameterSpec spec;
  spec.name = "overlaps";
  spec.type = check::ParameterType::kRealList;
  spec.fallback = Json::Array{0.1, 0.25, 0.5};
  spec.low = 0.001;
  spec.high = 1;
  spec.meaning = {"intersection over union of a right segment", "正确片段的交并比"};
  return spec;
}

}  // namespace

Schemes SegmentalSchemes() {
  return {
      {.id = "edit_score",
       .row = "F19",
       .title = {"Segmental edit score", "片段编辑得分"},
       .definition = "1 - Levenshtein distance of the label sequences / the longer length; MS-TCN's / 100",
       .rules = {.matching = "order of labels only; touching neighbours of one category are one segment",
                 .ties = "",
                 .empty = "a recording without any segment is left out",
                 .averaging = "mean over recordings"},
       .reference = "MS-TCN eval.py edit_score",
       .test = "SegmentalTest.AgreesWithMsTcn",
       .input = &EventFormat(),
       .parameters = {},
       .unit = "",
       .evaluate = scheme::On<EventInput, Edit>},
      {.id = "segmental_f1",
       .row = "F19",
       .title = {"Segmental F1 at overlaps", "片段 F1"},
       .definition = "F1 of segments with IoU of at least k; the value is the mean over k",
       .rules = {.matching = "each answer in order against the true segment of its category with the "
                             "largest IoU; a true segment counts once",
                 .ties = "equal IoU: the earlier true segment",
                 .empty = "no segment at all: does not exist",
                 .averaging = "counts of all recordings together"},
       .reference = "MS-TCN eval.py f_score",
       .test = "SegmentalTest.AgreesWithMsTcn",
       .input = &EventFormat(),
       .parameters = {OverlapsSpec()},
       .unit = "",
       .evaluate = scheme::On<EventInput, SegmentalF1>}};
}

}  // namespace cupel::algorithm::event
