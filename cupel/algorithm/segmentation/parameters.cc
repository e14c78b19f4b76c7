// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/parameters.h"

#include <utility>

namespace cupel::algorithm::segmentation {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

constexpr double kLabelLimit = 16777216;

ParameterSpec Spec(std::string name, ParameterType type, Json fallback, Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace

ParameterSpec LabelParameter(std::string name, std::int64_t fallback, Text meaning) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kInteger, fallback, std::move(meaning));
  spec.low = -kLabelLimit;
  spec.high = kLabelLimit;
  return spec;
}

ParameterSpec ChoiceParameter(std::string name, std::vector<std::string> choices, Text meaning) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kText, choices.front(), std::move(meaning));
  spec.choices = std::move(choices);
  return spec;
}

ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low, double high,
                            Text meaning) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kReal, fallback, std::move(meaning));
  spec.unit = std::move(unit);
  spec.low = low;
  spec.high = high;
  return spec;
}

ParameterSpec ListParameter(std::string name, std::string unit, Json::Array fallback, Text meaning) {
  ParameterSpec spec =
      Spec(std::move(name), ParameterType::kRealList, std::move(fallback), std::move(meaning));
  spec.unit = std::move(unit);
  return spec;
}

ParameterSpec IgnoreParameter() {
  return LabelParameter("ignore", 255,
                        {"pixels of this label in the truth do not count", "真值为该标签的像素不计入"});
}

ParameterSpec BackgroundParameter() {
  return LabelParameter("background", 0, {"this label is no class", "该标签不作为类别"});
}

ParameterSpec SpacingParameter() {
  ParameterSpec spec = ListParameter("spacing", "mm", Json::Array{1.0},
                                     {"size of a pixel, one number or one a dimension in the array's order",
                                      "像素尺寸：一个数，或按数组维度顺序各一个"});
  spec.low = 1e-6;
  spec.high = 1e6;
  return spec;
}

ParameterSpec BorderParameter() {
  return ChoiceParameter("mode", {"pixels", "contour"},
                         {"pixels: border pixels, equally weighted (MONAI); contour: corners weighted by "
                          "length (surface-distance)",
                          "pixels：边界像素等权（MONAI）；contour：角点按轮廓长度加权（surface-distance）"});
}

ParameterSpec DistanceEmptyParameter() {
  return ChoiceParameter("empty", {"skip", "diagonal"},
                         {"a class that one side lacks: left out, or the picture's diagonal",
                          "仅一侧存在的类别：略去，或取图像对角线长度"});
}

}  // namespace cupel::algorithm::segmentation
