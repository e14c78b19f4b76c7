// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/coco.h"
#include "cupel/algorithm/detection/parameters.h"

namespace cupel::algorithm::detection {
namespace {

constexpr scheme::Rules kRules = {
    .matching =
        "per class and image, by falling score: the object with the largest IoU >= threshold that is not yet "
        "taken, objects that count before ignored ones; overlap with a crowd is the share of the detection "
        "inside it, a crowd can be taken often; what took a crowd or an ignored object is ignored",
    .ties = "equal scores: image id, then order of the file (stable sort); equal overlaps: the later object",
    .empty = "a class without an object that counts is left out; no such class at all: no figure",
    .averaging = "plain mean over thresholds, recalls and classes together, in NumPy's order of summation"};

constexpr std::string_view kReference = "pycocotools 2.0.11 COCOeval (bbox), to the last bit";

check::ParameterSpec Mode() {
  return ModeSpec(
      {"compatible: pycocotools, which disregards an annotation's ignore, counts detections of an object "
       "whose id is 0 as wrong, and averages over overlaps at 100 detections only; corrected: none of the "
       "three",
       "compatible：与 pycocotools 一致（忽略标注的 ignore 字段；id 为 0 的目标被检出仍计为误检；仅在上限 "
       "100 "
       "时汇总）；corrected：更正以上三点"});
}

check::ParameterSpec MaxDetections(std::int64_t fallback) {
  return Count("max_detections", fallback, 1, 100000,
               {"Detections of one class in one image that count, by falling score",
                "每幅图像每个类别按得分取用的检测数上限"});
}

scheme::Scheme Common() {
  scheme::Scheme made;
  made.rules = kRules;
  made.reference = kReference;
  made.input = &kDetections;
  return made;
}

scheme::Scheme Ap() {
  scheme::Scheme made = Common();
  made.id = "coco_ap";
  made.row = "D01";
  made.title = {"COCO average precision", "COCO 平均精度"};
  made.definition =
      "mean over IoU 0.50, 0.55, ... 0.95 (or at one), 101 recalls 0, 0.01, ... 1 and classes of the largest "
      "precision at that recall or beyond";
  made.test = "CocoGoldenTest.TwelveStatisticsAreBitEqualToPycocotools";
  made.parameters = {Choice("overlap", {"0.50:0.95", "0.50", "0.75"},
                            {"Overlaps that are averaged", "参与平均的交并比阈值"}),
                     MaxDetections(100), Mode()};
  made.evaluate = scheme::On<Detections, CocoAp>;
  return made;
}

scheme::Scheme ApBySize() {
  scheme::Scheme made = Common();
  made.id = "coco_ap_size";
  made.row = "D02";
  made.title = {"COCO average precision by size", "COCO 分尺寸平均精度"};
  made.definition =
      "coco_ap of objects of a range of areas (annotated area, not the box's): small <= 32^2, medium 32^2 to "
      "96^2, large >= 96^2 pixels; both ends belong to both; objects outside, and detections outside that "
      "took nothing, are ignored";
  made.test = "CocoGoldenTest.TwelveStatisticsAreBitEqualToPycocotools";
  made.parameters = {Choice("size", {"small", "medium", "large"}, {"Range of areas", "目标面积范围"}),
                     Mode()};
  made.evaluate = scheme::On<Detections, CocoApBySize>;
  return made;
}

scheme::Scheme Ar() {
  scheme::Scheme made = Common();
  made.id = "coco_ar";
  made.row = "D03";
  made.title = {"COCO average recall", "COCO 平均召回率"};
  made.definition =
      "recall of the max_detections best detections of each class and image, mean over IoU 0.50, 0.55, ... "
      "0.95 and classes";
  made.test = "CocoGoldenTest.TwelveStatisticsAreBitEqualToPycocotools";
  made.parameters = {MaxDetections(100),
                     Choice("size", {"all", "small", "medium", "large"}, {"Range of areas", "目标面积范围"}),
                     Mode()};
  made.evaluate = scheme::On<Detections, CocoAr>;
  return made;
}

}  // namespace

std::vector<scheme::Scheme> CocoSchemes() { return {Ap(), ApBySize(), Ar()}; }

}  // namespace cupel::algorithm::detection
