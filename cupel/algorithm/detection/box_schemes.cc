// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/box_schemes.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cupel/algorithm/detection/best_match.h"
#include "cupel/algorithm/detection/class_mean.h"
#include "cupel/algorithm/detection/figures.h"
#include "cupel/algorithm/detection/greedy_match.h"
#include "cupel/algorithm/detection/miss_rate.h"
#include "cupel/algorithm/detection/overlap.h"
#include "cupel/algorithm/detection/parameters.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection {
namespace {

using scheme::Evaluation;
using scheme::Options;
using scheme::Scheme;

constexpr std::size_t kMaxCurves = 16;

/// Sums over the pairs of one image, so that a replicate need not look at pairs.
struct PairSums {
  std::vector<double> sum;    ///< [image]
  std::vector<double> pairs;  ///< [image]
};

using Quality = double (*)(const Box& found, const Box& truth);

PairSums SumPairs(const Detections& detections, double threshold, Quality quality) {
  PairSums sums = {std::vector<double>(detections.images()), std::vector<double>(detections.images())};
  const auto add = [&](const Object& found, const Object& object) {
    sums.sum[static_cast<std::size_t>(object.source)] += quality(found.box, object.box);
    sums.pairs[static_cast<std::size_t>(object.source)] += 1;
  };
  MatchGreedily(detections, {.thresholds = {threshold},
                             .max_detections = std::numeric_limits<std::int32_t>::max(),
                             .on_right = add});
  return sums;
}

Quality QualityNamed(std::string_view kind) {
  if (kind == "giou") return GeneralizedIou;
  if (kind == "diou") return DistanceIou;
  return kind == "ciou" ? CompleteIou : static_cast<Quality>(Iou);
}

Json MissFigure(std::span<const Ranking> rankings, const Annotations& truth) {
  std::vector<Series> series;
  for (std::size_t k = 0; k < rankings.size() && series.size() < kMaxCurves; ++k) {
    if (rankings[k].object_image.empty()) continue;
    Series& curve = series.emplace_back();
    curve.name = truth.categories[k];
    for (const MissPoint& point : MissCurve(rankings[k], truth.sources.size())) {
      curve.x.push_back(point.fppi);
      curve.y.push_back(point.miss_rate);
    }
  }
  return CurveFigure({"Misses against false positives per image", "漏检率与每图误检数"},
                     {{"False positives per image", "每图误检数"}, {"Miss rate", "漏检率"}, true, true},
                     series);
}

/// The step curve of one threshold, for the picture.
Json PrecisionRecallFigure(std::span<const Ranking> rankings, const Annotations& truth) {
  std::vector<Series> series;
  const std::vector<double> weights = OnePerImage(truth.sources.size());
  for (std::size_t k = 0; k < rankings.size() && series.size() < kMaxCurves; ++k) {
    if (rankings[k].object_image.empty()) continue;
    Series& curve = series.emplace_back();
    curve.name = truth.categories[k];
    for (const RightPoint& point : RightPoints(rankings[k], 0, weights)) {
      curve.x.push_back(point.right / static_cast<double>(rankings[k].object_image.size()));
      curve.y.push_back(point.right / point.counted);
    }
  }
  return CurveFigure({"Precision and recall", "精确率-召回率曲线"},
                     {{"Recall", "召回率"}, {"Precision", "精确率"}}, series);
}

Scheme VocScheme() {
  Scheme made;
  made.id = "voc_ap";
  made.row = "D04";
  made.title = {"Pascal VOC average precision", "Pascal VOC 平均精度"};
  made.definition =
      "mean over classes of the area under the falling hull of precision over recall (metric=area, VOC 2010 "
      "on), or of its mean at recalls 0, 0.1, ... 1 (metric=11-point, VOC 2007)";
  made.rules = {
      .matching =
          "per class and image, by falling score, each detection looks only at the object with the largest "
          "IoU; IoU >= overlap: ignored if the object is difficult (ignore or iscrowd), right if nobody took "
          "it, else wrong. The devkit's inclusive corners are boxes of width xmax - xmin + 1. (Python ports "
          "ask for IoU > overlap.)",
      .ties = "equal scores: image id, then order of the file; equal overlaps: the first object",
      .empty = "a class without an object that counts is left out; no such class: no figure",
      .averaging = "plain mean over classes"};
  made.reference = "VOC devkit, by its port py-faster-rcnn voc_eval.py (commit 781a917b), to the last bit";
  made.test = "VocApTest.EqualsTheDevkitsPort";
  made.input = &kDetections;
  made.parameters = {
      Choice("metric", {"area", "11-point"}, {"How precision is averaged", "精确率的平均方式"}),
      OverlapSpec(0.5)};
  made.evaluate = scheme::On<Detections, VocAp>;
  return made;
}

Scheme MissRateScheme() {
  Scheme made;
  made.id = "log_average_miss_rate";
  made.row = "D07";
  made.title = {"Log-average miss rate (MR^-2)", "对数平均漏检率（MR^-2）"};
  made.definition =
      "exp of the mean, over 9 false positives per image 10^-2, 10^-1.75, ... 1, of log max(1e-10, miss rate "
      "at the last detection that does not exceed it); mean over classes";
  made.rules = {
      .matching =
          "per class and image, by falling score: the free object with the largest IoU >= overlap, objects "
          "that count first; an object to ignore (ignore or iscrowd) is a region that may be taken often, by "
          "share of the detection inside it, and what took one is ignored",
      .ties = "equal scores are separate points: image id, then order of the file; equal overlaps: the later",
      .empty = "no detection: 1; a class without an object that counts is left out; no such class: no figure",
      .averaging = "geometric over the nine, plain over classes"};
  made.reference =
      "Caltech pedestrian toolbox, bbGt.m evalRes and compRoc (pdollar/toolbox, commit e8733263)";
  made.test = "MissRateTest.EqualsTheCaltechToolbox";
  made.input = &kDetections;
  made.parameters = {OverlapSpec(0.5)};
  made.higher_is_better = false;
  made.evaluate = scheme::On<Detections, MissRate>;
  return made;
}

Scheme QualityScheme() {
  Scheme made;
  made.id = "box_iou";
  made.row = "D09";
  made.title = {"Mean IoU, GIoU, DIoU or CIoU of found objects", "命中目标的平均 IoU/GIoU/DIoU/CIoU"};
  made.definition =
      "mean, over the detections that found an object, of the overlap of the two boxes; how well boxes fit, "
      "not how many objects are found (share_found says that)";
  made.rules = {.matching = "as coco_ap at one overlap; what took a crowd or an ignored object is left out",
                .ties = "equal scores: order of the file; equal overlaps: the later object",
                .empty = "no pair: no figure",
                .averaging = "plain mean over pairs of all images and classes"};
  made.reference =
      "torchvision 0.14.1 generalized_box_iou, distance_box_iou, complete_box_iou of the pairs, "
      "as torchmetrics aggregates matched boxes (mean of the diagonal)";
  made.test = "BoxQualityTest.PairsEqualTorchvision";
  made.input = &kDetections;
  made.parameters = {Choice("kind", {"giou", "diou", "ciou", "iou"}, {"Which overlap", "重叠度量的种类"}),
                     OverlapSpec(0.5)};
  made.evaluate = scheme::On<Detections, BoxQuality>;
  return made;
}

}  // namespace

Result<Evaluation> VocAp(const Detections& detections, const check::Parameters& parameters,
                         const Options& options) {
  const VocMetric metric = parameters.Text("metric") == "area" ? VocMetric::kArea : VocMetric::kElevenPoints;
  const auto overlap = [&](std::size_t found, std::size_t object) {
    return Iou(detections.found[found].box, detections.truth.objects[object].box);
  };
  const std::vector<Ranking> rankings =
      MatchBest(detections.truth, detections.found, {.threshold = parameters.Real("overlap")}, overlap);
  Evaluation evaluation;
  AddClassMean({.rankings = rankings,
                .names = detections.truth.categories,
                .images = detections.images(),
                .figure = [metric](const Ranking& r,
                                   std::span<const double> w) { return VocAveragePrecision(r, metric, w); },
                .stream = "voc_ap"},
               options, evaluation);
  if (!evaluation.metrics.empty()) {
    evaluation.figures.push_back(PrecisionRecallFigure(rankings, detections.truth));
  }
  return evaluation;
}

Result<Evaluation> MissRate(const Detections& detections, const check::Parameters& parameters,
                            const Options& options) {
  const std::vector<Ranking> rankings =
      MatchGreedily(detections, {.thresholds = {parameters.Real("overlap")},
                                 .max_detections = std::numeric_limits<std::int32_t>::max(),
                                 .ignored_are_regions = true});
  Evaluation evaluation;
  AddClassMean({.rankings = rankings,
                .names = detections.truth.categories,
                .images = detections.images(),
                .figure = LogAverageMissRate,
                .stream = "log_average_miss_rate"},
               options, evaluation);
  if (!evaluation.metrics.empty()) evaluation.figures.push_back(MissFigure(rankings, detections.truth));
  return evaluation;
}

Result<Evaluation> BoxQuality(const Detections& detections, const check::Parameters& parameters,
                              const Options& options) {
  const PairSums sums =
      SumPairs(detections, parameters.Real("overlap"), QualityNamed(parameters.Text("kind")));
  Evaluation evaluation;
  double pairs = 0;
  for (const double count : sums.pairs) pairs += count;
  const std::int64_t objects = std::ranges::count_if(
      detections.truth.objects, [](const Object& object) { return !object.ignore && !object.crowd; });
  if (pairs == 0) {
    evaluation.notes.push_back({"no detection found an object, so there is no pair of boxes to compare",
                                "没有命中任何目标，无可比较的框"});
    return evaluation;
  }
  const auto mean = [&](std::span<const double> weights) {
    double sum = 0;
    double count = 0;
    for (std::size_t image = 0; image < weights.size(); ++image) {
      sum += weights[image] * sums.sum[image];
      count += weights[image] * sums.pairs[image];
    }
    return sum / count;
  };
  evaluation.metrics.push_back(scheme::Bootstrapped(std::string(scheme::kValue), detections.size(), mean,
                                                    "box_iou.value", options,
                                                    static_cast<std::int64_t>(pairs)));
  evaluation.metrics.push_back(
      scheme::Share("share_found", static_cast<std::int64_t>(pairs), objects, options));
  return evaluation;
}

std::vector<Scheme> BoxSchemes() { return {VocScheme(), MissRateScheme(), QualityScheme()}; }

}  // namespace cupel::algorithm::detection
