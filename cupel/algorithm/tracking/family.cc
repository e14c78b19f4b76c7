// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/family.h"

#include <utility>

#include "cupel/algorithm/tracking/schemes.h"
#include "cupel/algorithm/tracking/single_object.h"

namespace cupel::algorithm::tracking {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using scheme::On;
using scheme::Scheme;

ParameterSpec Choice(std::string name, std::vector<std::string> choices, check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ParameterType::kText;
  spec.fallback = choices.front();
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

ParameterSpec ProtocolSpec() {
  return Choice("protocol", {"plain", "mot17", "mot20"},
                {"plain: all boxes of the truth but those marked as ignored; mot17, mot20: pedestrians, and "
                 "answers matched with distractors are removed first",
                 "plain：除标记为忽略外的全部真值框；mot17、mot20：仅行人，并先去除与干扰物匹配的结果"});
}

ParameterSpec ThresholdSpec() {
  ParameterSpec spec;
  spec.name = "threshold";
  spec.unit = "IoU";
  spec.fallback = 0.5;
  spec.low = 0.01;
  spec.high = 1;
  spec.meaning = {"overlap from which boxes may be matched", "可匹配的最小重叠"};
  return spec;
}

Scheme Hota() {
  Scheme made;
  made.id = "hota";
  made.row = "G01";
  made.title = {"Higher order tracking accuracy (HOTA)", "高阶跟踪精度（HOTA）"};
  made.definition =
      "mean over alpha of sqrt(DetA AssA), alpha = 0.05, 0.10, ..., 0.95; DetA = TP/(TP+FN+FP), AssA = mean "
      "over "
      "TP of TPA/(TPA+FNA+FPA)";
  made.rules = {
      .matching =
          "one assignment a frame for all alphas, maximal in overlap times the global alignment of the "
          "two tracks; pairs below alpha are dropped afterwards",
      .ties = "as scipy's linear_sum_assignment; overlap >= alpha - 2^-52",
      .empty = "0/0 is 0; LocA without a match is 1; a truth without boxes is refused",
      .averaging = "counts summed over videos (AssA by true positives), then the mean over alphas"};
  made.reference = "TrackEval HOTA, combined over sequences";
  made.test = "TrackEvalTest.HotaAgreesOnGeneratedVideos";
  made.input = &kTracks;
  made.parameters = {ProtocolSpec()};
  made.evaluate = On<TracksInput, EvaluateHota>;
  return made;
}

Scheme Mota() {
  Scheme made;
  made.id = "mota";
  made.row = "G02";
  made.title = {"CLEAR MOT: MOTA, MOTP, identity switches, fragments",
                "CLEAR MOT：MOTA、MOTP、身份切换、断裂"};
  made.definition = "(TP - FP - IDSW) / (TP + FN)";
  made.rules = {
      .matching =
          "an assignment a frame over pairs with overlap >= threshold that keeps the pairings of the "
          "frame before first and maximises overlap second",
      .ties = "as scipy's linear_sum_assignment; overlap >= threshold - 2^-52",
      .empty =
          "a frame without truth or without answers leaves the frame before as it was; MOTP without a match "
          "is 0; a truth without boxes is refused",
      .averaging =
          "counts summed over videos; mostly tracked above 80 % of the track's boxes, mostly lost below "
          "20 %"};
  made.reference = "TrackEval CLEAR, combined over sequences";
  made.test = "TrackEvalTest.ClearAgreesOnGeneratedVideos";
  made.input = &kTracks;
  made.parameters = {
      ProtocolSpec(), ThresholdSpec(),
      Choice(
          "mode", {"compatible", "corrected"},
          {"compatible: as TrackEval, which leaves frames of videos without answers out of false alarms per "
           "frame; corrected: counts them",
           "compatible：与 TrackEval 相同，无结果视频的帧不计入每帧误报；corrected：计入"})};
  made.evaluate = On<TracksInput, EvaluateClear>;
  return made;
}

Scheme Idf1() {
  Scheme made;
  made.id = "idf1";
  made.row = "G03";
  made.title = {"Identity F1, precision and recall", "身份 F1、精确率与召回率"};
  made.definition = "2 IDTP / (boxes of the truth + boxes of the answer)";
  made.rules = {
      .matching = "one assignment of whole tracks a video, maximal in boxes with overlap >= threshold",
      .ties = "the figure does not depend on them",
      .empty = "0/0 is 0; a truth without boxes is refused",
      .averaging = "counts summed over videos"};
  made.reference = "TrackEval Identity, combined over sequences";
  made.test = "TrackEvalTest.IdentityAgreesOnGeneratedVideos";
  made.input = &kTracks;
  made.parameters = {ProtocolSpec(), ThresholdSpec()};
  made.evaluate = On<TracksInput, EvaluateIdentity>;
  return made;
}

ParameterSpec RealSpec(std::string name, std::string unit, double fallback, double high,
                       check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.unit = std::move(unit);
  spec.fallback = fallback;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

Scheme ObjectError() {
  Scheme made;
  made.id = "object_error";
  made.row = "G07";
  made.title = {"Object detection and tracking error over thresholds (minMODE, minMOTE)",
                "各阈值下的目标检测与跟踪误差（minMODE、minMOTE）"};
  made.definition =
      "smallest over scores of (cost_miss misses + cost_false_alarm false alarms) / boxes of the truth; "
      "minMOTE adds "
      "cost_switch switches; PMiss at a rate of false alarms a frame";
  made.rules = {.matching =
                    "one assignment a frame over pairs with IoU > overlap, maximal in number, then score, "
                    "then overlap; a match below the threshold is a miss",
                .ties = "as scipy's linear_sum_assignment",
                .empty = "without any answer there is no figure; PMiss is 1 before the first point",
                .averaging = "counts summed over videos; objects of whole videos, not of aligned activities"};
  made.reference =
      "ActEV_Scorer perform_alignment, build_sweeper, mode, mote, get_points_along_confidence_curve";
  made.test = "ObjectErrorTest.AgreesWithTheActevScorer";
  made.input = &kTracks;
  ParameterSpec rates;
  rates.name = "rates";
  rates.type = ParameterType::kRealList;
  rates.unit = "false alarms a frame";
  rates.fallback = Json::Array{0.5, 0.2, 0.1, 0.033};
  rates.high = 1e6;
  rates.meaning = {"where PMiss is read", "读取漏检率的每帧误报数"};
  made.parameters = {ProtocolSpec(),
                     RealSpec("overlap", "IoU", 0.5, 1, {"overlap that a match exceeds", "匹配须超过的重叠"}),
                     RealSpec("cost_miss", "", 1, 1e6, {"of a miss", "漏检代价"}),
                     RealSpec("cost_false_alarm", "", 1, 1e6, {"of a false alarm", "误报代价"}),
                     RealSpec("cost_switch", "", 1, 1e6, {"of a switch of identity", "身份切换代价"}),
                     rates};
  made.higher_is_better = false;
  made.evaluate = On<TracksInput, EvaluateObjectError>;
  return made;
}

Scheme Success() {
  Scheme made;
  made.id = "success_auc";
  made.row = "G09";
  made.title = {"Single object: area under the success curve", "单目标跟踪：成功率曲线下面积"};
  made.definition = "mean over o = 0, 0.05, ..., 1 of the share of frames whose overlap is > o";
  made.rules = {.matching = "one box a frame on either side",
                .ties = "overlap equal to o is no success",
                .empty = "a frame without an answer has overlap 0; frames without truth do not count",
                .averaging = "share of each video, then the mean over videos"};
  made.reference = "got10k toolkit ExperimentOTB success_score";
  made.test = "SingleObjectTest.AgreesWithTheGot10kToolkit";
  made.input = &kTracks;
  made.evaluate = On<TracksInput, EvaluateSuccess>;
  return made;
}

Scheme Centre() {
  Scheme made;
  made.id = "centre_precision";
  made.row = "G09";
  made.title = {"Single object: precision at a centre distance", "单目标跟踪：中心距离精度"};
  made.definition = "share of frames in which the centres are at most `pixels` apart";
  made.rules = {
      .matching = "one box a frame on either side",
      .ties = "a distance equal to pixels counts",
      .empty = "a frame without an answer does not count as near; frames without truth do not count",
      .averaging = "share of each video, then the mean over videos"};
  made.reference = "got10k toolkit ExperimentOTB precision_score";
  made.test = "SingleObjectTest.AgreesWithTheGot10kToolkit";
  made.input = &kTracks;
  made.parameters = {
      RealSpec("pixels", "pixels", kOtbPixels, 1e6, {"largest distance of the centres", "中心的最大距离"})};
  made.evaluate = On<TracksInput, EvaluateCentre>;
  return made;
}

}  // namespace

const scheme::Family& Family() {
  static const std::vector<Scheme> schemes = {Hota(), Mota(), Idf1(), ObjectError(), Success(), Centre()};
  static const scheme::Family family = {
      .id = "tracking", .title = {"Tracking", "目标跟踪"}, .schemes = schemes};
  return family;
}

}  // namespace cupel::algorithm::tracking
