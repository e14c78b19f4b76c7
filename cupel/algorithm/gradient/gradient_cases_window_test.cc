// SPDX-License-Identifier: Apache-2.0
// Cases for convolutions, pooling, normalisation and products of matrices.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using Integers = std::vector<std::int64_t>;
using graph::TensorValue;

constexpr std::int64_t kOne = 1;

std::vector<GradientCase> Convolutions() {
  const Real image{{2, 4, 5, 6}};
  return {
      {"Conv", {Real{{2, 2, 7}}, Real{{3, 2, 3}}, Real{{3}}}, {{"strides", Integers{2}}}},
      {"Conv",
       {image, Real{{6, 2, 3, 2}}, Real{{6}}},
       {{"group", std::int64_t{2}}, {"pads", Integers{1, 0, 2, 1}}}},
      {"Conv",
       {image, Real{{2, 4, 2, 2}}},
       {{"dilations", Integers{2, 3}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {"Conv", {Real{{1, 2, 3, 4, 3}}, Real{{2, 2, 2, 3, 2}}}, {{"pads", Integers{1, 1, 0, 1, 1, 0}}}},
      {"Conv",
       {image, Real{{2, 4, 3, 3}}, Real{{2}}},
       {{"strides", Integers{2, 3}}, {"auto_pad", std::string("SAME_LOWER")}}},
      {"Conv", {image, Real{{4, 1, 3, 3}}}, {{"group", std::int64_t{4}}, {"auto_pad", std::string("VALID")}}},
      {"Conv", {image, Real{{1, 4, 2, 2}}}, {{"pads", Integers{-1, 0, 0, -2}}}},
      {"ConvTranspose",
       {Real{{1, 2, 3, 3}}, Real{{2, 1, 3, 2}}},
       {{"strides", Integers{2, 2}}, {"output_shape", Integers{7, 5}}}},
      {"ConvTranspose",
       {Real{{1, 2, 3, 3}}, Real{{2, 1, 3, 3}}, Real{{1}}},
       {{"strides", Integers{2, 2}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {"ConvTranspose", {Real{{1, 2, 3, 2}}, Real{{2, 2, 2, 2}}}, {{"dilations", Integers{2, 3}}}},
      {"ConvTranspose",
       {Real{{1, 2, 4}}, Real{{2, 3, 3}}, Real{{3}}},
       {{"strides", Integers{2}}, {"pads", Integers{1, 1}}}},
      {"ConvTranspose",
       {Real{{1, 4, 3, 3}}, Real{{4, 2, 3, 3}}, Real{{4}}},
       {{"strides", Integers{2, 2}},
        {"group", std::int64_t{2}},
        {"output_padding", Integers{1, 1}},
        {"pads", Integers{1, 0, 0, 1}}}},
  };
}

std::vector<GradientCase> Poolings() {
  const Real image{{2, 2, 5, 6}};
  const Real positive{{2, 2, 5, 6}, 0.3, 2};
  const Integers two{2, 2};
  return {
      {"MaxPool", {image}, {{"kernel_shape", two}, {"strides", two}, {"ceil_mode", kOne}}},
      {"MaxPool", {image}, {{"kernel_shape", Integers{3, 3}}, {"pads", Integers{1, 1, 1, 1}}}, 2},
      {"MaxPool", {Real{{2, 2, 7}}}, {{"kernel_shape", Integers{3}}, {"dilations", Integers{2}}}},
      {"MaxPool", {Real{{1, 2, 4, 4, 4}}}, {{"kernel_shape", Integers{2, 2, 2}}}},
      {"AveragePool", {image}, {{"kernel_shape", two}, {"strides", two}, {"ceil_mode", kOne}}},
      {"AveragePool",
       {image},
       {{"kernel_shape", Integers{3, 3}}, {"pads", Integers{1, 1, 1, 1}}, {"count_include_pad", kOne}}},
      {"AveragePool", {Real{{2, 2, 7}}}, {{"kernel_shape", Integers{3}}, {"pads", Integers{2, 1}}}},
      {"MaxPool",
       {image},
       {{"kernel_shape", Integers{3, 2}}, {"strides", two}, {"auto_pad", std::string("SAME_LOWER")}}},
      {"MaxPool",
       {image},
       {{"kernel_shape", two},
        {"strides", Integers{3, 3}},
        {"pads", Integers{0, 1, 1, 0}},
        {"ceil_mode", kOne}},
       2},
      {"AveragePool",
       {image},
       {{"kernel_shape", Integers{3, 2}}, {"strides", two}, {"auto_pad", std::string("SAME_UPPER")}}},
      {"AveragePool", {image}, {{"kernel_shape", two}, {"dilations", two}}, 1, 19},
      {"AveragePool",
       {image},
       {{"kernel_shape", Integers{3, 3}},
        {"strides", two},
        {"pads", Integers{1, 1, 1, 1}},
        {"ceil_mode", kOne},
        {"count_include_pad", kOne}}},
      {"LpPool", {image}, {{"kernel_shape", two}, {"pads", Integers{1, 0, 0, 1}}, {"strides", two}}},
      {"LpPool", {positive}, {{"kernel_shape", two}, {"p", kOne}}},
      {"LpPool", {positive}, {{"kernel_shape", two}, {"p", std::int64_t{3}}}},
      {"GlobalAveragePool", {image}},
      {"GlobalMaxPool", {image}},
      {"GlobalLpPool", {positive}},
      {"GlobalLpPool", {image}, {{"p", kOne}}},
      {"GlobalAveragePool", {Real{{1, 2, 3}}}},
      {"GlobalMaxPool", {Real{{1, 2, 3, 2, 2}}}},
      {"MaxUnpool",
       {Real{{1, 1, 2, 2}}, TensorValue::FromInt64s({1, 1, 2, 2}, {1, 3, 10, 14})},
       {{"kernel_shape", two}, {"strides", two}}},
      {"MaxRoiPool",
       {Real{{1, 2, 6, 6}}, TensorValue::FromFloats({1, 5}, {0, 0, 1, 4, 5})},
       {{"pooled_shape", two}}},
  };
}

std::vector<GradientCase> Normalisations() {
  const Real image{{3, 4, 3, 2}};
  const Real scale{{4}, 0.5, 1.5};
  const Real positive{{4}, 0.5, 1.5};
  return {
      {"BatchNormalization", {image, scale, Real{{4}}, Real{{4}}, positive}},
      {"BatchNormalization", {image, scale, Real{{4}}, Real{{4}}, positive}, {{"training_mode", kOne}}, 3},
      {"BatchNormalization",
       {Real{{5, 4}}, scale, Real{{4}}, Real{{4}}, positive},
       {{"epsilon", 0.1F}},
       1,
       9},
      {"BatchNormalization",
       {Real{{2, 4, 3}}, scale, Real{{4}}, Real{{4}}, positive},
       {{"training_mode", kOne}},
       3},
      {"InstanceNormalization", {Real{{2, 4, 5}}, scale, Real{{4}}}, {{"epsilon", 0.01F}}},
      {"LayerNormalization", {Real{{2, 3, 4}}, Real{{4}, 0.5, 1.5}}, {{"axis", std::int64_t{-1}}}},
      {"GroupNormalization",
       {image, Real{{2}, 0.5, 1.5}, Real{{2}}},
       {{"num_groups", std::int64_t{2}}},
       1,
       18},
      {"LRN", {image}, {{"size", std::int64_t{2}}, {"alpha", 0.5F}, {"beta", 0.5F}, {"bias", 2.0F}}},
      {"MeanVarianceNormalization", {image}, {{"axes", Integers{2, 3}}}},
      {"LpNormalization", {Real{{3, 4}}}, {{"axis", std::int64_t{0}}, {"p", std::int64_t{2}}}},
      {"InstanceNormalization", {image, scale, Real{{4}}}},
      {"LayerNormalization", {image, Real{{3, 2}, 0.5, 1.5}, Real{{3, 2}}}, {{"axis", std::int64_t{2}}}, 3},
      {"GroupNormalization", {image, scale, Real{{4}}}, {{"num_groups", std::int64_t{2}}}, 1, 21},
      {"LRN", {image}, {{"size", std::int64_t{3}}, {"alpha", 0.5F}}},
      {"MeanVarianceNormalization", {image}},
      {"LpNormalization", {Real{{3, 4}, 0.5, 2}}, {{"axis", kOne}, {"p", kOne}}},
      {"LpNormalization", {Real{{3, 4}}}},
      {"Dropout", {image}},
      {"RoiAlign",
       {image, graph::TensorValue::FromFloats({1, 4}, {0.3F, 0.2F, 2.6F, 2.9F}),
        graph::TensorValue::FromInt64s({1}, {0})},
       {{"output_height", std::int64_t{2}}, {"output_width", std::int64_t{2}}}},
  };
}

std::vector<GradientCase> Products() {
  return {
      {"Gemm", {Real{{3, 2}}, Real{{3, 4}}, Real{{4}}}, {{"transA", kOne}, {"alpha", 0.5F}, {"beta", 2.0F}}},
      {"Gemm", {Real{{2, 3}}, Real{{4, 3}}, Real{{4}}}, {{"transB", kOne}}},
      {"Gemm", {Real{{3, 2}}, Real{{4, 3}}}, {{"transA", kOne}, {"transB", kOne}, {"alpha", 2.0F}}},
      {"Gemm", {Real{{2, 3}}, Real{{3, 4}}, Real{{2, 1}}}, {{"beta", 0.5F}}},
      {"Gemm", {Real{{2, 3}}, Real{{3, 4}}, Real{{}}}},
      {"MatMul", {Real{{2, 3, 4}}, Real{{4, 2}}}},
      {"MatMul", {Real{{3}}, Real{{3, 2}}}},
      {"MatMul", {Real{{2, 3}}, Real{{3}}}},
      {"MatMul", {Real{{3}}, Real{{3}}}},
      {"MatMul", {Real{{2, 1, 2, 3}}, Real{{3, 3, 2}}}},
      {"Einsum", {Real{{2, 3, 4}}, Real{{2, 4, 3}}}, {{"equation", std::string("bij,bjk->bik")}}},
      {"Einsum", {Real{{3, 3}}}, {{"equation", std::string("ii")}}},
      {"Einsum", {Real{{2, 3, 4}}, Real{{4}}}, {{"equation", std::string("...j,j")}}},
      {"Einsum", {Real{{2, 3}}, Real{{3, 4}}}, {{"equation", std::string("ij,jk->ki")}}},
      {"Det", {Real{{2, 3, 3}}}},
  };
}

}  // namespace

std::vector<GradientCase> WindowCases() {
  std::vector<GradientCase> cases = Convolutions();
  for (const auto family : {Poolings, Normalisations, Products}) {
    for (auto& test : family()) cases.push_back(std::move(test));
  }
  return cases;
}

}  // namespace cupel::algorithm::gradient
