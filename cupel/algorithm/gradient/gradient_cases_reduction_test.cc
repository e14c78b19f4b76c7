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
      {"CumSum", {block, TensorValue::FromInt64s({}, {1})}, {{"reverse", kOne}}},
      {"TopK", {block, TensorValue::FromInt64s({1}, {2})}, {{"axis", kOne}}, 2},
  };
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
      {"Upsample", {image, TensorValue::FromFloats({4}, {1, 1, 2, 2})}, mode("linear"), 1, 9},
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
