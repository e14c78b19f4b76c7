// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/faces.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cupel/algorithm/detection/best_match.h"
#include "cupel/algorithm/detection/class_mean.h"
#include "cupel/algorithm/detection/coco_average.h"
#include "cupel/algorithm/detection/overlap.h"
#include "cupel/algorithm/detection/parameters.h"

namespace cupel::algorithm::detection {
namespace {

constexpr std::size_t kThresholds = 1000;

/// WIDER FACE adds one to every side: its right edge is a pixel that belongs to the box.
Box Inclusive(const Box& box) { return {box.x, box.y, box.w + 1, box.h + 1}; }

/// The scores stretched so that they reach from 0 to 1, as far as they do not already.
void Stretch(std::vector<Object>& found) {
  double low = 1;
  double high = 0;
  for (const Object& object : found) {
    low = std::min(low, object.score);
    high = std::max(high, object.score);
  }
  for (Object& object : found) object.score = high > low ? (object.score - low) / (high - low) : 1;
}

/// Area under the hull of points of rising recall.
double AreaUnderHull(std::span<const double> recall, std::span<const double> precision) {
  std::vector<double> parts;
  double best = 0;
  std::vector<double> hull(precision.size());
  for (std::size_t i = precision.size(); i > 0; --i) {
    best = std::max(best, precision[i - 1]);
    hull[i - 1] = best;
  }
  double before = 0;
  for (std::size_t i = 0; i < recall.size(); ++i) {
    if (recall[i] != before) parts.push_back((recall[i] - before) * hull[i]);
    before = recall[i];
  }
  if (before != 1) parts.push_back(0);
  return NumpySum(parts);
}

/// Drops what was found in images without a face.
void DropFacelessImages(const Detections& detections, std::vector<Object>& found) {
  std::vector<bool> has_face(detections.images(), false);
  for (const Object& face : detections.truth.objects) has_face[static_cast<std::size_t>(face.source)] = true;
  std::erase_if(found,
                [&](const Object& object) { return !has_face[static_cast<std::size_t>(object.source)]; });
}

}  // namespace

double WiderFaceAveragePrecision(const Ranking& ranking, std::span<const double> weights) {
  const double faces = ObjectWeight(ranking, weights);
  if (faces <= 0) return std::numeric_limits<double>::quiet_NaN();
  std::array<double, kThresholds> recall{};
  std::array<double, kThresholds> precision{};
  double right = 0;
  double counted = 0;
  std::size_t next = 0;
  for (std::size_t t = 0; t < kThresholds; ++t) {
    const double threshold = 1 - static_cast<double>(t + 1) / static_cast<double>(kThresholds);
    for (; next < ranking.size() && ranking.score[next] >= threshold; ++next) {
      if (ranking.ignored[next] != 0) continue;
      const double weight = weights[static_cast<std::size_t>(ranking.image[next])];
      counted += weight;
      if (ranking.right[next] != 0) right += weight;
    }
    recall[t] = right / faces;
    precision[t] = counted > 0 ? right / counted : 0;
  }
  return AreaUnderHull(recall, precision);
}

Result<scheme::Evaluation> WiderFace(const Detections& detections, const check::Parameters& parameters,
                                     const scheme::Options& options) {
  if (detections.classes() != 1) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("faces are one class, the truth has {}", detections.classes()), "",
                "keep the category of faces alone");
  }
  std::vector<Object> found = detections.found;
  Stretch(found);
  if (IsCompatible(parameters)) DropFacelessImages(detections, found);
  const auto overlap = [&](std::size_t i, std::size_t object) {
    return Iou(Inclusive(found[i].box), Inclusive(detections.truth.objects[object].box));
  };
  const std::vector<Ranking> rankings =
      MatchBest(detections.truth, found, {.threshold = parameters.Real("overlap")}, overlap);
  scheme::Evaluation evaluation;
  AddClassMean({.rankings = rankings,
                .names = detections.truth.categories,
                .images = detections.images(),
                .figure = WiderFaceAveragePrecision,
                .stream = "wider_face_ap"},
               options, evaluation);
  return evaluation;
}

std::vector<scheme::Scheme> FaceSchemes() {
  scheme::Scheme made;
  made.id = "wider_face_ap";
  made.row = "D10";
  made.title = {"WIDER FACE average precision", "WIDER FACE 平均精度"};
  made.definition =
      "area under the falling hull of precision over recall at 1000 thresholds of the score, stretched to "
      "[0, "
      "1] over the whole set; easy, medium and hard are three truth files that ignore the faces left out";
  made.rules = {
      .matching =
          "per image, by falling score, each detection looks only at the face with the largest IoU (sides "
          "longer by one pixel); IoU >= overlap: ignored if the face is, right if nobody took it, else wrong",
      .ties = "equal scores: order of the file; equal overlaps: the first face",
      .empty =
          "a threshold above which nothing counts has precision 0 (NaN in the reference); no face: no "
          "figure",
      .averaging = "none: one class"};
  made.reference =
      "WiderFace-Evaluation evaluation.py (wondervictor, commit 53474e0d), the port of the official "
      "MATLAB tool";
  made.test = "WiderFaceTest.EqualsTheEvaluationTool";
  made.input = &kDetections;
  made.parameters = {
      OverlapSpec(0.5),
      ModeSpec({"compatible: detections in images without any face do not count, as in the reference; "
                "corrected: they are wrong",
                "compatible：无人脸图像中的检测不计（与参考实现一致）；corrected：计为误检"})};
  made.evaluate = scheme::On<Detections, WiderFace>;
  return {made};
}

}  // namespace cupel::algorithm::detection
