// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/detection/coco_average.h"
#include "cupel/algorithm/detection/figures.h"
#include "cupel/algorithm/detection/greedy_match.h"
#include "cupel/algorithm/detection/parameters.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection {
namespace {

using scheme::Evaluation;
using scheme::kValue;
using scheme::Options;

constexpr Bits kAllThresholds = {0, 10};
constexpr Bits kHalf = {0, 1};
constexpr Bits kThreeQuarters = {5, 1};
constexpr std::size_t kMaxClassFigures = 100;
constexpr std::int64_t kPrintedDetections = 100;  ///< Hard-wired in COCOeval.summarize.

/// Pixels of area, both ends included; 1e5^2 stands for no limit.
struct Size {
  std::string_view name;
  double min_area;
  double max_area;
};
constexpr std::array<Size, 4> kSizes = {
    {{"all", 0, 1e10}, {"small", 0, 1024}, {"medium", 1024, 9216}, {"large", 9216, 1e10}}};

const Size& SizeNamed(std::string_view name) { return *std::ranges::find(kSizes, name, &Size::name); }

std::vector<Ranking> Match(const Detections& detections, const Size& size, std::int64_t max_detections,
                           bool compatible) {
  return MatchGreedily(detections, {.thresholds = CocoThresholds(),
                                    .min_area = size.min_area,
                                    .max_area = size.max_area,
                                    .max_detections = max_detections,
                                    .heed_ignore = !compatible,
                                    .id_zero_is_no_match = compatible});
}

Bits BitsNamed(std::string_view overlap) {
  if (overlap == "0.50") return kHalf;
  return overlap == "0.75" ? kThreeQuarters : kAllThresholds;
}

bool HasObjects(std::span<const Ranking> rankings) {
  return std::ranges::any_of(rankings, [](const Ranking& r) { return !r.object_image.empty(); });
}

void NoteNoObjects(Evaluation& evaluation) {
  evaluation.notes.push_back(
      {"there is no object that counts, so the figure does not exist", "没有参与计数的目标，该指标不存在"});
}

/// Adds the mean precision of these rankings with its interval over images.
void AddPrecision(std::string name, std::span<const Ranking> rankings, Bits bits, std::int64_t n,
                  const Detections& detections, const Options& options, Evaluation& evaluation) {
  CocoAverage average(rankings, bits, std::numeric_limits<std::int32_t>::max());
  const std::string stream = "coco_ap." + name;
  evaluation.metrics.push_back(scheme::Bootstrapped(
      std::move(name), detections.size(), [&](std::span<const double> w) { return average.Precision(w); },
      stream, options, n));
}

void AddClasses(std::span<const Ranking> rankings, Bits bits, const Detections& detections,
                const Options& options, Evaluation& evaluation) {
  if (rankings.size() > kMaxClassFigures) return;
  for (std::size_t k = 0; k < rankings.size(); ++k) {
    const auto objects = static_cast<std::int64_t>(rankings[k].object_image.size());
    if (objects == 0) continue;
    AddPrecision("ap." + detections.truth.categories[k], rankings.subspan(k, 1), bits, objects, detections,
                 options, evaluation);
  }
  evaluation.figures.push_back(
      BarsFigure({"Average precision by class", "各类别平均精度"}, evaluation.metrics, "ap."));
}

/// Precision at 101 recalls, the mean over classes, at three overlaps.
Json PrecisionRecallFigure(std::span<const Ranking> rankings, std::size_t images) {
  const std::vector<double> weights = OnePerImage(images);
  std::vector<Series> series;
  for (const auto& [name, bit] : {std::pair("IoU 0.50", 0), {"IoU 0.75", 5}, {"IoU 0.95", 9}}) {
    Series& curve = series.emplace_back();
    curve.name = name;
    curve.x.assign(CocoRecalls().begin(), CocoRecalls().end());
    curve.y.assign(kCocoRecalls, 0.0);
    double classes = 0;
    std::array<double, kCocoRecalls> precision{};
    for (const Ranking& ranking : rankings) {
      const double objects = ObjectWeight(ranking, weights);
      if (objects <= 0) continue;
      classes += 1;
      PrecisionAtRecalls(RightPoints(ranking, bit, weights), objects, precision);
      for (std::size_t r = 0; r < kCocoRecalls; ++r) curve.y[r] += precision[r];
    }
    for (double& y : curve.y) y /= classes;
  }
  return CurveFigure({"Precision and recall, mean over classes", "精确率-召回率曲线（类别平均）"},
                     {{"Recall", "召回率"}, {"Precision", "精确率"}}, series);
}

}  // namespace

std::array<std::optional<double>, 12> CocoStatistics(const Detections& detections, bool compatible) {
  std::array<std::optional<double>, 12> statistics;
  const std::vector<double> weights = OnePerImage(detections.images());
  const auto set = [&](std::size_t at, double value) {
    if (std::isfinite(value)) statistics[at] = value;
  };
  for (std::size_t s = 0; s < kSizes.size(); ++s) {
    const std::vector<Ranking> rankings = Match(detections, kSizes[s], kPrintedDetections, compatible);
    CocoAverage all(rankings, kAllThresholds, kPrintedDetections);
    set(s == 0 ? 0 : s + 2, all.Precision(weights));
    set(s + 8, all.Recall(weights));
    if (s > 0) continue;
    set(1, CocoAverage(rankings, kHalf, kPrintedDetections).Precision(weights));
    set(2, CocoAverage(rankings, kThreeQuarters, kPrintedDetections).Precision(weights));
    set(6, CocoAverage(rankings, kAllThresholds, 1).Recall(weights));
    set(7, CocoAverage(rankings, kAllThresholds, 10).Recall(weights));
  }
  return statistics;
}

Result<Evaluation> CocoAp(const Detections& detections, const check::Parameters& parameters,
                          const Options& options) {
  Evaluation evaluation;
  const bool compatible = IsCompatible(parameters);
  const std::int64_t max_detections = parameters.Integer("max_detections");
  const Bits bits = BitsNamed(parameters.Text("overlap"));
  const std::vector<Ranking> rankings = Match(detections, kSizes[0], max_detections, compatible);
  if (!HasObjects(rankings)) {
    NoteNoObjects(evaluation);
    return evaluation;
  }
  if (compatible && bits.count > 1 && max_detections != kPrintedDetections) {
    evaluation.notes.push_back(
        {fmt::format("pycocotools prints -1 for the average over overlaps at {} detections, because its "
                     "summary asks for 100 whatever was evaluated; mode=corrected gives the figure",
                     max_detections),
         fmt::format("pycocotools 汇总时固定取 100 个检测，上限为 {} 时输出 -1；mode=corrected 给出该指标",
                     max_detections)});
  } else {
    AddPrecision(std::string(kValue), rankings, bits, 0, detections, options, evaluation);
  }
  AddPrecision("ap50", rankings, kHalf, 0, detections, options, evaluation);
  AddPrecision("ap75", rankings, kThreeQuarters, 0, detections, options, evaluation);
  AddClasses(rankings, bits, detections, options, evaluation);
  evaluation.figures.push_back(PrecisionRecallFigure(rankings, detections.images()));
  return evaluation;
}

Result<Evaluation> CocoApBySize(const Detections& detections, const check::Parameters& parameters,
                                const Options& options) {
  Evaluation evaluation;
  const std::vector<Ranking> rankings =
      Match(detections, SizeNamed(parameters.Text("size")), kPrintedDetections, IsCompatible(parameters));
  if (!HasObjects(rankings)) {
    NoteNoObjects(evaluation);
    return evaluation;
  }
  AddPrecision(std::string(kValue), rankings, kAllThresholds, 0, detections, options, evaluation);
  return evaluation;
}

Result<Evaluation> CocoAr(const Detections& detections, const check::Parameters& parameters,
                          const Options& options) {
  Evaluation evaluation;
  const std::int64_t max_detections = parameters.Integer("max_detections");
  const std::vector<Ranking> rankings =
      Match(detections, SizeNamed(parameters.Text("size")), max_detections, IsCompatible(parameters));
  if (!HasObjects(rankings)) {
    NoteNoObjects(evaluation);
    return evaluation;
  }
  CocoAverage average(rankings, kAllThresholds, max_detections);
  evaluation.metrics.push_back(scheme::Bootstrapped(
      std::string(kValue), detections.size(), [&](std::span<const double> w) { return average.Recall(w); },
      "coco_ar.value", options));
  return evaluation;
}

}  // namespace cupel::algorithm::detection
