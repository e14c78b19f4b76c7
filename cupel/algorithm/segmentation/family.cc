// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/family.h"

#include <utility>

#include "cupel/algorithm/segmentation/parameters.h"
#include "cupel/algorithm/segmentation/schemes.h"

namespace cupel::algorithm::segmentation {
namespace {

using scheme::On;
using scheme::Rules;
using scheme::Scheme;

constexpr std::string_view kClassesThenPictures =
    "the mean over the classes of a picture that have a value, then over pictures";
constexpr std::string_view kOwnPixels = "pixel by pixel";
constexpr std::string_view kNearestBorder = "each border point with the nearest of the other side";

Scheme MeanIou() {
  Scheme made;
  made.id = "mean_iou";
  made.row = "E01";
  made.title = {"Mean intersection over union and pixel accuracy", "平均交并比与像素准确率"};
  made.definition = "mean over classes of TP / (TP + FP + FN), pixels of all pictures together";
  made.rules = {.matching = kOwnPixels,
                .ties = "",
                .empty = "a class on neither side is left out; a class only in the answer has 0",
                .averaging = "pixels of all pictures, then the mean over classes"};
  made.reference = "scikit-learn jaccard_score(average=macro) over pixels";
  made.test = "RegionTest.AgreesWithScikitLearn";
  made.input = &kLabelMaps;
  made.parameters = {IgnoreParameter()};
  made.evaluate = On<LabelsInput, EvaluateMeanIou>;
  return made;
}

Scheme Dice() {
  Scheme made;
  made.id = "dice";
  made.row = "E02";
  made.title = {"Dice coefficient", "Dice 系数"};
  made.definition = "2 TP / (2 TP + FP + FN) of each class in each picture";
  made.rules = {.matching = kOwnPixels,
                .ties = "",
                .empty =
                    "empty=skip: a class that the truth of a picture lacks has no value there; empty=one: it "
                    "has 1 if the answer lacks it too, else 0",
                .averaging = kClassesThenPictures};
  made.reference = "MONAI DiceHelper, ignore_empty = (empty is skip)";
  made.test = "RegionTest.DiceAgreesWithMonai";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter(), IgnoreParameter(),
                     ChoiceParameter("empty", {"skip", "one"},
                                     {"classes that the truth of a picture lacks", "图像真值中没有的类别"})};
  made.evaluate = On<LabelsInput, EvaluateDice>;
  return made;
}

Scheme GeneralisedDice() {
  Scheme made;
  made.id = "generalised_dice";
  made.row = "E02";
  made.title = {"Generalised Dice score", "广义 Dice 系数"};
  made.definition = "2 sum_c w_c TP_c / sum_c w_c (truth_c + answer_c), w_c = 1 / truth_c^2, of each picture";
  made.rules = {.matching = kOwnPixels,
                .ties = "",
                .empty =
                    "a class without truth gets the largest weight of the others; without any truth 1 if the "
                    "answer is empty too, else 0",
                .averaging = "the mean over pictures"};
  made.reference = "MONAI compute_generalized_dice(sum_over_classes=True)";
  made.test = "RegionTest.GeneralisedDiceAgreesWithMonai";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter(), IgnoreParameter()};
  made.evaluate = On<LabelsInput, EvaluateGeneralisedDice>;
  return made;
}

Scheme Distance(std::string_view id, check::Text title, std::string_view definition,
                std::string_view reference) {
  Scheme made;
  made.id = id;
  made.row = "E03";
  made.title = std::move(title);
  made.definition = definition;
  made.rules = {.matching = kNearestBorder,
                .ties = "",
                .empty = "a class on neither side is left out; on one side: parameter empty",
                .averaging = kClassesThenPictures};
  made.reference = reference;
  made.test = "SurfaceTest.AgreesWithMonaiAndSurfaceDistance";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter(), SpacingParameter(), BorderParameter(), DistanceEmptyParameter()};
  made.higher_is_better = false;
  made.unit = "mm";
  return made;
}

Scheme Hausdorff() {
  Scheme made =
      Distance("hausdorff", {"Hausdorff distance at a percentile", "Hausdorff 距离（百分位）"},
               "the percentile of the distances from either border to the other, the larger of both",
               "MONAI compute_hausdorff_distance; surface-distance compute_robust_hausdorff");
  made.parameters.push_back(RealParameter("percentile", "%", 95, 1, 100,
                                          {"100 is the Hausdorff distance itself", "100 即 Hausdorff 距离"}));
  made.evaluate = On<LabelsInput, EvaluateHausdorff>;
  return made;
}

Scheme SurfaceDistance() {
  Scheme made = Distance("surface_distance", {"Average symmetric surface distance", "平均对称表面距离"},
                         "the mean distance of both borders' points to the other border",
                         "MONAI compute_average_surface_distance(symmetric); surface-distance "
                         "compute_average_surface_distance, both directions by their lengths");
  made.evaluate = On<LabelsInput, EvaluateSurfaceDistance>;
  return made;
}

Scheme SurfaceDice() {
  Scheme made =
      Distance("surface_dice", {"Normalised surface Dice at a tolerance", "归一化表面 Dice（容差）"},
               "the share of both borders that is within the tolerance of the other",
               "MONAI compute_surface_dice; surface-distance compute_surface_dice_at_tolerance");
  made.rules.empty = "a class on neither side is left out; on one side it has 0";
  made.parameters.pop_back();
  made.parameters.push_back(RealParameter("tolerance", "mm", 1, 0, 1e6,
                                          {"largest distance that counts as near", "视为重合的最大距离"}));
  made.higher_is_better = true;
  made.unit = "";
  made.evaluate = On<LabelsInput, EvaluateSurfaceDice>;
  return made;
}

Scheme BoundaryIou() {
  Scheme made;
  made.id = "boundary_iou";
  made.row = "E04";
  made.title = {"Boundary IoU", "边界交并比"};
  made.definition = "IoU of the pixels within ratio x diagonal of either mask's border";
  made.rules = {.matching = kOwnPixels,
                .ties = "the width is rounded half to even, at least 1 pixel",
                .empty = "a class on neither side is left out; on one side it has 0",
                .averaging = kClassesThenPictures};
  made.reference = "boundary-iou-api mask_to_boundary";
  made.test = "BoundaryTest.AgreesWithTheBoundaryIouApi";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter(),
                     RealParameter("ratio", "diagonals", 0.02, 1e-4, 1, {"width of the border", "边界宽度"})};
  made.evaluate = On<LabelsInput, EvaluateBoundaryIou>;
  return made;
}

Scheme Panoptic() {
  Scheme made;
  made.id = "panoptic_quality";
  made.row = "E05";
  made.title = {"Panoptic quality", "全景分割质量"};
  made.definition = "PQ = sum of IoU over TP / (TP + FP / 2 + FN / 2), SQ = mean IoU of TP, RQ = PQ / SQ";
  made.rules = {.matching = "segments of one category with IoU > 0.5, void pixels of the truth taken out",
                .ties = "there can be none",
                .empty =
                    "a category without TP, FP and FN is left out; an answer of which more than half lies on "
                    "void is not counted",
                .averaging = "counts of all pictures, then the mean over categories"};
  made.reference = "panopticapi pq_compute_single_core, without crowds";
  made.test = "PanopticTest.AgreesWithPanopticapi";
  made.input = &kLabelMaps;
  made.parameters = {LabelParameter("divisor", 1000,
                                    {"a label is category x divisor + number of the object",
                                     "标签为 类别 x divisor + 实例号"}),
                     LabelParameter("void", 0, {"this label is no segment", "该标签不属于任何分割段"})};
  made.parameters.front().low = 1;
  made.evaluate = On<LabelsInput, EvaluatePanoptic>;
  return made;
}

Scheme Aji() {
  Scheme made;
  made.id = "aji";
  made.row = "E06";
  made.title = {"Aggregated Jaccard index", "聚合 Jaccard 指数"};
  made.definition = "sum of intersections / (sum of unions + areas of unpaired objects), of each picture";
  made.rules = {.matching =
                    "pairing=largest: each true object takes the answered one of largest IoU, several may "
                    "take the same; one-to-one: assignment of largest summed IoU",
                .ties = "the smaller label; one-to-one as scipy's linear_sum_assignment",
                .empty = "a picture without objects on either side is left out",
                .averaging = "the mean over pictures"};
  made.reference = "hover_net get_fast_aji, get_fast_aji_plus";
  made.test = "InstancesTest.AgreesWithHoverNetAndFullNet";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter(),
                     ChoiceParameter("pairing", {"largest", "one-to-one"},
                                     {"largest: AJI of Kumar 2017; one-to-one: AJI+",
                                      "largest：Kumar 2017 的 AJI；one-to-one：AJI+"})};
  made.evaluate = On<LabelsInput, EvaluateAji>;
  return made;
}

Scheme ObjectDiceScheme() {
  Scheme made;
  made.id = "object_dice";
  made.row = "E06";
  made.title = {"Object-level Dice", "对象级 Dice"};
  made.definition =
      "half the sum over the objects of both sides of area share x Dice with the partner that shares most "
      "pixels";
  made.rules = {.matching = "each object with the one of the other side that shares most pixels",
                .ties = "the smaller label",
                .empty = "a picture without objects on either side is left out; on one side it has 0",
                .averaging = "the mean over pictures"};
  made.reference = "FullNet-varCE gland_accuracy_object_level";
  made.test = "InstancesTest.AgreesWithHoverNetAndFullNet";
  made.input = &kLabelMaps;
  made.parameters = {BackgroundParameter()};
  made.evaluate = On<LabelsInput, EvaluateObjectDice>;
  return made;
}

Scheme ObjectHausdorffScheme() {
  Scheme made = ObjectDiceScheme();
  made.id = "object_hausdorff";
  made.title = {"Object-level Hausdorff distance", "对象级 Hausdorff 距离"};
  made.definition =
      "half the sum over the objects of both sides of area share x Hausdorff distance to the partner that "
      "shares "
      "most pixels, or to the nearest object where none does";
  made.rules.empty = "a picture in which a side has no object is left out";
  made.higher_is_better = false;
  made.unit = "pixels";
  made.evaluate = On<LabelsInput, EvaluateObjectHausdorff>;
  return made;
}

std::vector<check::ParameterSpec> NormaliserParameters(std::vector<std::string> choices, double left,
                                                       double right) {
  check::ParameterSpec first =
      ListParameter("left", "", Json::Array{left}, {"points of one end of normaliser=pair", "pair 一端的点"});
  check::ParameterSpec second =
      ListParameter("right", "", Json::Array{right}, {"points of its other end", "pair 另一端的点"});
  for (check::ParameterSpec* spec : {&first, &second}) spec->high = 10000;
  return {ChoiceParameter(
              "normaliser", std::move(choices),
              {"head: head_size; box: longer side; area: sqrt(w h); pair: distance of two points or of "
               "the means of two groups",
               "head：head_size；box：长边；area：sqrt(w h)；pair：两点（或两组点均值）的距离"}),
          first, second};
}

Scheme Pck() {
  Scheme made;
  made.id = "pck";
  made.row = "E07";
  made.title = {"Share of correct keypoints (PCK)", "关键点正确率（PCK）"};
  made.definition = "share of annotated points whose distance is <= fraction x normaliser";
  made.rules = {
      .matching = "answers name their annotation",
      .ties = "a distance equal to the limit counts",
      .empty = "points that are not annotated do not count; an annotation without an answer is all wrong",
      .averaging = "all points of all pictures together"};
  made.reference = "MPII protocol (PCKh@0.5) as in HRNet's lib/dataset/mpii.py";
  made.test = "KeypointsTest.PckAgreesWithTheMpiiProtocol";
  made.input = &kKeypoints;
  made.parameters = NormaliserParameters({"head", "box", "area", "pair"}, 0, 1);
  made.parameters.push_back(
      RealParameter("fraction", "", 0.5, 1e-6, 100, {"of the normaliser", "相对归一化长度的比例"}));
  check::ParameterSpec skip =
      ListParameter("skip", "", Json::Array{}, {"points that do not count", "不计入的点"});
  skip.high = 10000;
  made.parameters.push_back(skip);
  made.evaluate = On<KeypointsInput, EvaluatePck>;
  return made;
}

Scheme Similarity() {
  Scheme made;
  made.id = "keypoint_similarity";
  made.row = "E07";
  made.title = {"Mean object keypoint similarity (OKS)", "平均关键点相似度（OKS）"};
  made.definition = "mean over annotations of mean over points of exp(-d^2 / (2 area (2 sigma)^2))";
  made.rules = {.matching = "answers name their annotation",
                .ties = "",
                .empty = "annotations without annotated points are left out; without an answer 0",
                .averaging = "the mean over annotations"};
  made.reference = "COCOeval.computeOks";
  made.test = "KeypointsTest.OksAgreesWithCocoeval";
  made.input = &kKeypoints;
  check::ParameterSpec sigmas = ListParameter(
      "sigmas", "", Json::Array{}, {"one a point; empty: COCO's 17", "每点一个；留空：COCO 的 17 个"});
  sigmas.low = 1e-6;
  sigmas.high = 10;
  made.parameters = {sigmas};
  made.evaluate = On<KeypointsInput, EvaluateOks>;
  return made;
}

Scheme MeanPointError() {
  Scheme made;
  made.id = "mean_point_error";
  made.row = "E08";
  made.title = {"Normalised mean error, cumulative error and failure rate",
                "归一化平均误差、累积误差与失败率"};
  made.definition =
      "mean over faces of mean point distance / normaliser; area under the share of faces with error <= e up "
      "to "
      "the limit; share of faces above the limit";
  made.rules = {.matching = "answers name their annotation",
                .ties = "an error equal to the limit is no failure",
                .empty = "a face without an answer is a failure and not in the mean error",
                .averaging = "the mean over faces; the area is exact, not summed over a grid"};
  made.reference = "STAR lib/metric/nme.py and fr_and_auc.py (whose area is Simpson's rule at steps of 1e-4)";
  made.test = "KeypointsTest.ErrorsAgreeWithStar";
  made.input = &kKeypoints;
  made.parameters = NormaliserParameters({"pair", "area", "box", "head"}, 36, 45);
  made.parameters.push_back(
      RealParameter("limit", "", 0.08, 1e-6, 100, {"error from which a face has failed", "失败阈值"}));
  made.higher_is_better = false;
  made.evaluate = On<KeypointsInput, EvaluateMeanError>;
  return made;
}

}  // namespace

const scheme::Family& Family() {
  static const std::vector<Scheme> schemes = {MeanIou(),
                                              Dice(),
                                              GeneralisedDice(),
                                              Hausdorff(),
                                              SurfaceDistance(),
                                              SurfaceDice(),
                                              BoundaryIou(),
                                              Panoptic(),
                                              Aji(),
                                              ObjectDiceScheme(),
                                              Pck(),
                                              Similarity(),
                                              MeanPointError(),
                                              ObjectHausdorffScheme()};
  static const scheme::Family family = {
      .id = "segmentation", .title = {"Segmentation and landmarks", "分割与关键点"}, .schemes = schemes};
  return family;
}

}  // namespace cupel::algorithm::segmentation
