// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/schemes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "cupel/algorithm/tracking/clear.h"
#include "cupel/algorithm/tracking/hota.h"
#include "cupel/algorithm/tracking/identity.h"
#include "cupel/algorithm/tracking/object_error.h"
#include "cupel/algorithm/tracking/single_object.h"
#include "cupel/algorithm/tracking/units.h"

namespace cupel::algorithm::tracking {
namespace {

using check::Metric;
using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

Result<std::vector<Sequence>> Sequences(const TracksInput& input, const Parameters& parameters) {
  CUPEL_TRY(const Protocol protocol, ParseProtocol(parameters.Text("protocol")));
  return MakeSequences(input.truth(), input.answer(), protocol);
}

std::int64_t TruthBoxes(std::span<const Sequence> sequences) {
  std::int64_t boxes = 0;
  for (const Sequence& sequence : sequences) boxes += sequence.TruthBoxes();
  return boxes;
}

std::int64_t TruthTracks(std::span<const Sequence> sequences) {
  std::int64_t tracks = 0;
  for (const Sequence& sequence : sequences)
    tracks += static_cast<std::int64_t>(sequence.truth_length.size());
  return tracks;
}

/// A figure of summed counts that stands in a struct or is one of its numbers.
template <typename Counts, typename Read>
void Append(Evaluation& evaluation, std::string name, std::string_view scheme,
            const std::vector<Counts>& units, Read read, const Options& options, std::int64_t n) {
  evaluation.metrics.push_back(
      FromUnits(std::move(name), scheme, std::span<const Counts>(units), read, options, n));
}

Json Title(std::string_view en, std::string_view zh) {
  Json text;
  text["en"] = en;
  text["zh"] = zh;
  return text;
}

Json AlphaCurves(const HotaFigures& figures) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = Title("HOTA by localisation threshold", "各定位阈值下的 HOTA");
  figure["xLabel"] = "alpha";
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  for (const auto& [name, values] : {std::pair("HOTA", &figures.hota), std::pair("DetA", &figures.det_a),
                                     std::pair("AssA", &figures.ass_a), std::pair("LocA", &figures.loc_a)}) {
    Json series;
    series["name"] = name;
    for (std::size_t a = 0; a < kAlphas; ++a) {
      series["x"].Append(Alpha(a));
      series["y"].Append((*values)[a]);
    }
    figure["series"].Append(std::move(series));
  }
  return figure;
}

struct HotaMember {
  std::string_view name;
  ByAlpha HotaFigures::* values;
};

}  // namespace

Result<Evaluation> EvaluateHota(const TracksInput& input, const Parameters& parameters,
                                const Options& options) {
  CUPEL_TRY(const std::vector<Sequence> sequences, Sequences(input, parameters));
  const std::vector<HotaCounts> units = CountUnits<HotaCounts>(sequences, CountHota);
  Evaluation evaluation;
  for (const auto& [name, values] :
       {HotaMember{scheme::kValue, &HotaFigures::hota}, HotaMember{"det_a", &HotaFigures::det_a},
        HotaMember{"ass_a", &HotaFigures::ass_a}, HotaMember{"loc_a", &HotaFigures::loc_a},
        HotaMember{"det_re", &HotaFigures::det_re}, HotaMember{"det_pr", &HotaFigures::det_pr},
        HotaMember{"ass_re", &HotaFigures::ass_re}, HotaMember{"ass_pr", &HotaFigures::ass_pr}}) {
    const auto read = [member = values](const HotaCounts& sum) {
      return MeanOverAlphas(ComputeHota(sum).*member);
    };
    Append(evaluation, std::string(name), "hota", units, read, options, TruthBoxes(sequences));
  }
  HotaCounts all;
  for (const HotaCounts& unit : units) all.Add(unit, 1);
  evaluation.figures.push_back(AlphaCurves(ComputeHota(all)));
  evaluation.notes = UnitNotes(sequences);
  return evaluation;
}

Result<Evaluation> EvaluateClear(const TracksInput& input, const Parameters& parameters,
                                 const Options& options) {
  CUPEL_TRY(const std::vector<Sequence> sequences, Sequences(input, parameters));
  const double threshold = parameters.Real("threshold");
  const ClearMode mode =
      parameters.Text("mode") == "corrected" ? ClearMode::kCorrected : ClearMode::kCompatible;
  const std::vector<ClearCounts> units =
      CountUnits<ClearCounts>(sequences, [&](const Sequence& sequence, std::int64_t blocks) {
        return CountClear(sequence, threshold, mode, blocks);
      });
  Evaluation evaluation;
  struct Figure {
    std::string_view name;
    double ClearFigures::* value;
  };
  for (const auto& [name, value] :
       {Figure{scheme::kValue, &ClearFigures::mota}, Figure{"moda", &ClearFigures::moda},
        Figure{"motp", &ClearFigures::motp}, Figure{"recall", &ClearFigures::recall},
        Figure{"precision", &ClearFigures::precision},
        Figure{"false_alarms_per_frame", &ClearFigures::false_alarms_per_frame}}) {
    const auto read = [member = value](const ClearCounts& sum) { return ComputeClear(sum).*member; };
    Append(evaluation, std::string(name), "mota", units, read, options, TruthBoxes(sequences));
  }
  struct Number {
    std::string_view name;
    double ClearCounts::* value;
    std::int64_t n;
  };
  const std::int64_t boxes = TruthBoxes(sequences), tracks = TruthTracks(sequences);
  for (const auto& [name, value, n] : {Number{"id_switches", &ClearCounts::id_switches, boxes},
                                       Number{"fragments", &ClearCounts::fragments, tracks},
                                       Number{"mostly_tracked", &ClearCounts::mostly_tracked, tracks},
                                       Number{"partly_tracked", &ClearCounts::partly_tracked, tracks},
                                       Number{"mostly_lost", &ClearCounts::mostly_lost, tracks}}) {
    const auto read = [member = value](const ClearCounts& sum) { return sum.*member; };
    Append(evaluation, std::string(name), "mota", units, read, options, n);
  }
  evaluation.notes = UnitNotes(sequences);
  return evaluation;
}

Result<Evaluation> EvaluateIdentity(const TracksInput& input, const Parameters& parameters,
                                    const Options& options) {
  CUPEL_TRY(const std::vector<Sequence> sequences, Sequences(input, parameters));
  const std::int64_t blocks = BlocksOf(sequences);
  std::vector<IdentityCounts> units;
  for (const Sequence& sequence : sequences) {
    CUPEL_TRY(const std::vector<IdentityCounts> counts,
              CountIdentity(sequence, parameters.Real("threshold"), blocks));
    units.insert(units.end(), counts.begin(), counts.end());
  }
  Evaluation evaluation;
  struct Figure {
    std::string_view name;
    double IdentityFigures::* value;
  };
  for (const auto& [name, value] :
       {Figure{scheme::kValue, &IdentityFigures::f1}, Figure{"precision", &IdentityFigures::precision},
        Figure{"recall", &IdentityFigures::recall}}) {
    const auto read = [member = value](const IdentityCounts& sum) { return ComputeIdentity(sum).*member; };
    Append(evaluation, std::string(name), "idf1", units, read, options, TruthBoxes(sequences));
  }
  evaluation.notes = UnitNotes(sequences);
  return evaluation;
}

Result<Evaluation> EvaluateObjectError(const TracksInput& input, const Parameters& parameters,
                                       const Options& options) {
  CUPEL_TRY(const std::vector<Sequence> sequences, Sequences(input, parameters));
  const ObjectSweep sweep = SweepObjects(sequences, parameters.Real("overlap"), BlocksOf(sequences));
  if (sweep.steps.empty()) return Fail(ErrorCode::kInvalidArgument, "there is no answer in any video");
  const ObjectCosts costs = {.miss = parameters.Real("cost_miss"),
                             .false_alarm = parameters.Real("cost_false_alarm"),
                             .id_switch = parameters.Real("cost_switch")};
  Evaluation evaluation;
  const auto add = [&](std::string name, const auto& read) {
    const std::string stream = "object_error." + name;
    evaluation.metrics.push_back(scheme::Bootstrapped(
        std::move(name), static_cast<std::int64_t>(sweep.truth.size()),
        [&](std::span<const double> weights) {
          const std::vector<ObjectPoint> points = ObjectPoints(sweep, weights, costs);
          return points.empty() ? kNoValue : read(points);
        },
        stream, options, TruthBoxes(sequences)));
  };
  const auto least = [](double ObjectPoint::* member) {
    return [member](const std::vector<ObjectPoint>& points) {
      return (*std::ranges::min_element(points, {}, member)).*member;
    };
  };
  add(std::string(scheme::kValue), least(&ObjectPoint::mode));
  add("min_mote", least(&ObjectPoint::mote));
  for (const double rate : parameters.Reals("rates")) {
    add(fmt::format("p_miss_at.{}", rate),
        [rate](const std::vector<ObjectPoint>& points) { return MissAtFalseAlarms(points, rate); });
  }
  evaluation.notes = UnitNotes(sequences);
  return evaluation;
}

namespace {

Json SingleCurve(const check::Text& title, std::string_view x_label, std::string_view y_label,
                 std::span<const double> values, double step) {
  Json series;
  series["name"] = y_label;
  for (std::size_t k = 0; k < values.size(); ++k) {
    series["x"].Append(static_cast<double>(k) * step);
    series["y"].Append(values[k]);
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"] = Title(title.en, title.zh);
  figure["xLabel"] = x_label;
  figure["yLabel"] = y_label;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  figure["series"].Append(std::move(series));
  return figure;
}

struct SingleEvaluation {
  Evaluation evaluation;
  SingleObject single;
};

Result<SingleEvaluation> EvaluateSingle(const TracksInput& input, const Options& options,
                                        std::string_view scheme, double SingleCounts::* rate, double pixels) {
  CUPEL_TRY(const std::vector<Sequence> sequences,
            MakeSequences(input.truth(), input.answer(), Protocol::kPlain));
  SingleEvaluation answer;
  CUPEL_TRY(answer.single, CountSingle(input.truth(), input.answer(), BlocksOf(sequences), pixels));
  const auto read = [rate](const SingleCounts& sum) {
    return sum.weight > 0 ? sum.*rate / sum.weight : kNoValue;
  };
  Append(answer.evaluation, std::string(scheme::kValue), scheme, answer.single.units, read, options,
         answer.single.frames);
  answer.evaluation.notes = UnitNotes(sequences);
  return answer;
}

}  // namespace

Result<Evaluation> EvaluateSuccess(const TracksInput& input, const Parameters& /*parameters*/,
                                   const Options& options) {
  CUPEL_TRY(SingleEvaluation answer,
            EvaluateSingle(input, options, "success_auc", &SingleCounts::success, kOtbPixels));
  answer.evaluation.figures.push_back(SingleCurve({"Success by overlap", "各重叠阈值下的成功率"}, "overlap",
                                                  "success", answer.single.success_curve, 0.05));
  return std::move(answer.evaluation);
}

Result<Evaluation> EvaluateCentre(const TracksInput& input, const Parameters& parameters,
                                  const Options& options) {
  CUPEL_TRY(SingleEvaluation answer, EvaluateSingle(input, options, "centre_precision",
                                                    &SingleCounts::precision, parameters.Real("pixels")));
  answer.evaluation.figures.push_back(SingleCurve({"Precision by centre distance", "各中心距离下的精度"},
                                                  "pixels", "precision", answer.single.precision_curve, 1));
  return std::move(answer.evaluation);
}

}  // namespace cupel::algorithm::tracking
