// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/rotated.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/detection/best_match.h"
#include "cupel/algorithm/detection/class_mean.h"
#include "cupel/algorithm/detection/csv_rows.h"
#include "cupel/algorithm/detection/parameters.h"

namespace cupel::algorithm::detection {
namespace {

constexpr std::array<std::array<std::string_view, 2>, 4> kCorners = {
    {{"x1", "y1"}, {"x2", "y2"}, {"x3", "y3"}, {"x4", "y4"}}};

Result<Quadrilateral> CornersOf(const CsvRow& row) {
  Quadrilateral corners;
  for (std::size_t i = 0; i < 4; ++i) {
    CUPEL_TRY(corners[i].x, row.Number(kCorners[i][0]));
    CUPEL_TRY(corners[i].y, row.Number(kCorners[i][1]));
  }
  if (!IsConvex(corners)) {
    CUPEL_TRY_STATUS(row.Wrong("the corners must go round a convex shape that has an area"));
  }
  return corners;
}

Box HullOf(const Quadrilateral& corners) {
  const auto [left, right] = std::ranges::minmax_element(corners, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax_element(corners, {}, &Point::y);
  return {left->x, top->y, right->x - left->x, bottom->y - top->y};
}

Status ReadTruth(const std::filesystem::path& path, RotatedBoxes& input, NameIndex& images,
                 NameIndex& classes) {
  const CsvHeader header = {{"image", "class", "x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4"}, {}};
  return ReadRows(path, header, [&](const CsvRow& row) -> Status {
    Object object;
    object.source = images.Add(row.Text("image"));
    if (row.IsEmpty("class") && row.IsEmpty("x1")) return {};
    object.category = classes.Add(row.Text("class"));
    CUPEL_TRY(const Quadrilateral corners, CornersOf(row));
    CUPEL_TRY(object.ignore, row.Flag("difficult"));
    object.box = HullOf(corners);
    object.area = Area(corners);
    input.truth.objects.push_back(object);
    input.corners.push_back(corners);
    return {};
  });
}

Status ReadFound(const std::filesystem::path& path, RotatedBoxes& input, const NameIndex& images,
                 const NameIndex& classes) {
  const CsvHeader header = {{"image", "class", "score", "x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4"}, {}};
  return ReadRows(path, header, [&](const CsvRow& row) -> Status {
    Object object;
    object.source = images.Find(row.Text("image"));
    if (object.source < 0) {
      return row.Wrong(fmt::format("image \"{}\" is not in the truth", row.Text("image")));
    }
    object.category = classes.Find(row.Text("class"));
    if (object.category < 0) {
      return row.Wrong(fmt::format("class \"{}\" is not in the truth", row.Text("class")));
    }
    CUPEL_TRY(object.score, row.Number("score"));
    CUPEL_TRY(const Quadrilateral corners, CornersOf(row));
    object.box = HullOf(corners);
    object.area = Area(corners);
    input.found.push_back(object);
    input.found_corners.push_back(corners);
    return {};
  });
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "rotated boxes need a truth file", "", "name it with --truth");
  }
  auto input = std::make_unique<RotatedBoxes>();
  NameIndex images;
  NameIndex classes;
  CUPEL_TRY_STATUS(ReadTruth(*sources.truth, *input, images, classes));
  CUPEL_TRY_STATUS(ReadFound(sources.predictions, *input, images, classes));
  if (images.names().empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no image to evaluate", sources.truth->string());
  }
  for (const std::string& name : images.names()) {
    data::annotation::Source& source = input->truth.sources.emplace_back();
    source.name = name;
  }
  input->truth.categories = classes.names();
  return input;
}

}  // namespace

Result<scheme::Evaluation> RotatedAp(const RotatedBoxes& input, const check::Parameters& parameters,
                                     const scheme::Options& options) {
  const VocMetric metric = parameters.Text("metric") == "area" ? VocMetric::kArea : VocMetric::kElevenPoints;
  const auto overlap = [&](std::size_t found, std::size_t object) {
    const bool apart = IntersectionArea(input.found[found].box, input.truth.objects[object].box) <= 0;
    return apart ? 0 : Iou(input.found_corners[found], input.corners[object]);
  };
  const std::vector<Ranking> rankings =
      MatchBest(input.truth, input.found,
                {.threshold = parameters.Real("overlap"), .reached_suffices = false}, overlap);
  scheme::Evaluation evaluation;
  AddClassMean({.rankings = rankings,
                .names = input.truth.categories,
                .images = input.truth.sources.size(),
                .figure = [metric](const Ranking& r,
                                   std::span<const double> w) { return VocAveragePrecision(r, metric, w); },
                .stream = "rotated_ap"},
               options, evaluation);
  return evaluation;
}

std::vector<scheme::Scheme> RotatedSchemes() {
  scheme::Scheme made;
  made.id = "rotated_ap";
  made.row = "D09";
  made.title = {"Average precision of turned boxes", "旋转框平均精度"};
  made.definition =
      "VOC average precision (mean at recalls 0, 0.1, ... 1, or area) with the IoU of convex quadrilaterals; "
      "mean over classes";
  made.rules = {
      .matching =
          "per class and image, by falling score, each detection looks only at the object with the largest "
          "IoU; IoU > overlap: ignored if the object is difficult, right if nobody took it, else wrong",
      .ties =
          "equal scores: order of images in the truth, then of the file; equal overlaps: the first object",
      .empty = "a class without an object that counts is left out; no such class: no figure",
      .averaging = "plain mean over classes"};
  made.reference = "DOTA devkit dota_evaluation_task1.py with polyiou.cpp (commit 99388551), to 1e-9";
  made.test = "RotatedApTest.EqualsTheDotaDevkit";
  made.input = &kRotatedBoxes;
  made.parameters = {
      Choice("metric", {"11-point", "area"}, {"How precision is averaged", "精确率的平均方式"}),
      OverlapSpec(0.5)};
  made.evaluate = scheme::On<RotatedBoxes, RotatedAp>;
  return {made};
}

const scheme::InputFormat kRotatedBoxes = {
    .name = "rotated-boxes",
    .meaning =
        {"Predictions: CSV with image, class, score, x1, y1, ... x4, y4 (corners in order round a convex "
         "shape). Truth: CSV with image, class, x1 ... y4, difficult (optional, 0 or 1); a row with the "
         "image alone stands for an image without objects.",
         "预测：CSV，列为 image、class、score、x1、y1 … x4、y4（凸四边形角点依次排列）。真值：CSV，列为 "
         "image、class、x1 … y4、difficult（可选，0 或 1）；仅有 image 的行表示无目标图像。"},
    .needs_truth = true,
    .read = Read};

}  // namespace cupel::algorithm::detection
