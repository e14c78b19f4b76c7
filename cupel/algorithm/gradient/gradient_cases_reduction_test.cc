// SPDX-License-Identifier: Apache-2.0
// Cases for reductions, resampling, losses and Fourier transforms.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using Integers = std::vector<std::int64_t>;
using graph::TensorValue;

constexpr std::int64_t kOne = 1;

std::vector<GradientCase> Reductions() {
  const Real block{{2, 3, 4}};
  const Real positive{{2, 3, 4}, 0.3, 2};
  const std::map<std::string, graph::Attribute, std::less<>> middle{{"axes", Integers{1}},
                                                                    {"keepdims", std::int64_t{0}}};
  return {
      {"ReduceL1", {block}, middle},
      {"ReduceL2", {block}, middle},
      {"ReduceLogSum", {positive}, middle},
      {"ReduceLogSumExp", {block}, middle},
      {"ReduceMax", {block}, middle},
      {"ReduceMean", {block}, middle},
      {"ReduceMean", {block, TensorValue::FromInt64s({2}, {0, 2})}, {}, 1, 18},
      {"ReduceMin", {block}, middle},
      {"ReduceProd", {positive}, middle},
      {"ReduceSum", {block, TensorValue::FromInt64s({2}, {0, -1})}},
      {"ReduceSumSquare", {block}},
      {"ReduceL1", {block, TensorValue::FromInt64s({1}, {-1})}, {}, 1, 18},
      {"ReduceL2", {block}},
      {"ReduceLogSum",
       {positive, TensorValue::FromInt64s({2}, {-3, 1})},
       {{"keepdims", std::int64_t{0}}},
       1,
       18},
      {"ReduceLogSumExp", {block}, {{"axes", Integers{0, -1}}}},
      {"ReduceMax", {block}, {{"axes", Integers{-1, 0}}}},
      {"ReduceMax", {block}, {{"keepdims", std::int64_t{0}}}},
      {"ReduceMean", {block}, {{"keepdims", std::int64_t{0}}}},
      {"ReduceMin", {block, TensorValue::FromInt64s({1}, {-2})}, {}, 1, 18},
      {"ReduceProd", {block}, {{"axes", Integers{0, 2}}}},
      {"ReduceSum", {block, Omitted{}}, {{"noop_with_empty_axes", kOne}}},
      {"ReduceSumSquare", {block}, {{"axes", Integers{-1}}}},
      {"CumSum", {block, TensorValue::FromInt64s({}, {-2})}, {{"exclusive", kOne}}},
      {"CumSum", {block, TensorValue::FromInt64s({}, {0})}, {{"exclusive", kOne}, {"reverse", kOne}}},
      {"CumSum", {block, TensorValue::FromInt64s({}, {1})}, {{"reverse", kOne}}},
      {"TopK", {block, TensorValue::FromInt64s({1}, {3})}, {{"largest", std::int64_t{0}}}, 2},
      {"TopK", {block, TensorValue::FromInt64s({1}, {2})}, {{"axis", kOne}}, 2},
  };
}

GradientCase ResizeBy(const char* mode, const char* coordinates,
                      std::map<std::string, graph::Attribute, std::less<>> more = {}) {
  more["mode"] = std::string(mode);
  more["coordinate_transformation_mode"] = std::string(coordinates);
  return {"Resize", {Real{{1, 2, 3, 4}}, Omitted{}, TensorValue::FromFloats({4}, {1, 1, 1.6F, 0.7F})}, more};
}

std::vector<GradientCase> Resampling() {
  const Real image{{1, 2, 3, 4}};
  const TensorValue scales = TensorValue::FromFloats({4}, {1, 1, 1.6F, 2});
  const auto mode = [](const char* name) {
    return std::map<std::string, graph::Attribute, std::less<>>{{"mode", std::string(name)}};
  };
  return {
      {"Resize", {image, Omitted{}, scales}, mode("nearest")},
      {"Resize", {image, Omitted{}, scales}, mode("linear")},
      {"Resize", {image, Omitted{}, scales}, mode("cubic")},
      ResizeBy("linear", "align_corners"),
      ResizeBy("linear", "asymmetric"),
      ResizeBy("linear", "pytorch_half_pixel"),
      ResizeBy("linear", "half_pixel_symmetric"),
      ResizeBy("cubic", "align_corners"),
      ResizeBy("cubic", "asymmetric", {{"exclude_outside", kOne}, {"cubic_coeff_a", -0.5F}}),
      ResizeBy("nearest", "asymmetric", {{"nearest_mode", std::string("floor")}}),
      ResizeBy("nearest", "half_pixel", {{"nearest_mode", std::string("ceil")}}),
      ResizeBy("nearest", "tf_half_pixel_for_nn", {{"nearest_mode", std::string("round_prefer_ceil")}}),
      {"Resize",
       {image, TensorValue::FromFloats({8}, {0, 0, 0.2F, 0.1F, 1, 1, 0.9F, 1.3F}), Omitted{},
        TensorValue::FromInt64s({4}, {1, 2, 5, 4})},
       {{"mode", std::string("linear")},
        {"coordinate_transformation_mode", std::string("tf_crop_and_resize")},
        {"extrapolation_value", 3.0F}}},
      {"Resize",
       {image, Omitted{}, Omitted{}, TensorValue::FromInt64s({2}, {2, 3})},
       {{"axes", Integers{-1, 2}}, {"mode", std::string("linear")}},
       1,
       18},
      {"Upsample", {image, TensorValue::FromFloats({4}, {1, 1, 2, 2})}, mode("linear"), 1, 9},
      {"Upsample", {image}, {{"scales", std::vector<float>{1, 1, 2, 3}}}, 1, 7},
      {"GridSample",
       {image, Real{{1, 3, 3, 2}, -1.4, 1.4}},
       {{"padding_mode", std::string("border")}, {"align_corners", kOne}}},
      {"GridSample", {image, Real{{1, 3, 3, 2}, -1.4, 1.4}}, {{"padding_mode", std::string("reflection")}}},
      {"GridSample", {image, Real{{1, 3, 3, 2}, -0.9, 0.9}}},
      {"GridSample", {image, Real{{1, 3, 3, 2}, -0.9, 0.9}}, mode("bicubic")},
      {"AffineGrid", {Real{{1, 2, 3}}, TensorValue::FromInt64s({4}, {1, 1, 3, 4})}, {}, 1, 20},
  };
}

std::vector<GradientCase> LossesAndTransforms() {
  const Real scores{{3, 5}};
  const TensorValue target = TensorValue::FromInt64s({3}, {4, 0, 2});
  return {
      {"SoftmaxCrossEntropyLoss", {scores, target}, {}, 2},
      {"SoftmaxCrossEntropyLoss", {scores, target, TensorValue::FromFloats({5}, {1, 2, 3, 0.5F, 0.7F})}},
      {"NegativeLogLikelihoodLoss", {scores, target}, {{"reduction", std::string("sum")}}},
      {"SoftmaxCrossEntropyLoss",
       {Real{{2, 5, 3}}, TensorValue::FromInt64s({2, 3}, {4, 0, -1, 2, 2, 1})},
       {{"ignore_index", std::int64_t{-1}}}},
      {"SoftmaxCrossEntropyLoss", {scores, target}, {{"reduction", std::string("none")}}, 2},
      {"NegativeLogLikelihoodLoss",
       {scores, target, TensorValue::FromFloats({5}, {1, 2, 3, 0.5F, 0.7F})},
       {{"ignore_index", std::int64_t{0}}}},
      {"DFT", {Real{{2, 6, 1}}}, {{"axis", kOne}, {"onesided", kOne}}},
      {"DFT", {Real{{2, 5, 2}}, TensorValue::FromInt64s({}, {7})}, {{"axis", kOne}}},
      {"DFT", {Real{{2, 3, 4, 2}}, Omitted{}, TensorValue::FromInt64s({}, {-3})}, {}, 1, 20},
      {"STFT",
       {Real{{2, 9, 2}}, TensorValue::FromInt64s({}, {2}), Omitted{}, TensorValue::FromInt64s({}, {4})},
       {{"onesided", std::int64_t{0}}}},
      {"DFT", {Real{{1, 5, 1}}}, {{"axis", kOne}}},
      {"DFT", {Real{{1, 5, 2}}}, {{"axis", kOne}, {"inverse", kOne}}},
      {"STFT",
       {Real{{1, 12, 1}}, TensorValue::FromInt64s({}, {3}), TensorValue::FromFloats({6}, {1, 2, 3, 3, 2, 1}),
        TensorValue::FromInt64s({}, {6})}},
  };
}

}  // namespace

std::vector<GradientCase> ReductionCases() {
  std::vector<GradientCase> cases = Reductions();
  for (const auto family : {Resampling, LossesAndTransforms}) {
    for (auto& test : family()) cases.push_back(std::move(test));
  }
  return cases;
}

}  // namespace cupel::algorithm::gradient
