// SPDX-License-Identifier: Apache-2.0
// Cases for operators that read or write at given positions.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using graph::TensorValue;

TensorValue Mask(std::vector<std::uint8_t> bits) {
  TensorValue value;
  value.type = graph::DataType::kBool;
  value.shape = {static_cast<std::int64_t>(bits.size())};
  value.bytes = std::make_shared<const Bytes>(bits.begin(), bits.end());
  return value;
}

}  // namespace

std::vector<GradientCase> IndexingCases() {
  const Real block{{3, 4}};
  const std::int64_t one = 1;
  const TensorValue rows = TensorValue::FromInt64s({2, 2}, {0, 2, 1, -1});
  return {
      {"Gather", {block, rows}, {{"axis", one}}},
      {"GatherElements", {block, rows}},
      {"Gather", {block, TensorValue::FromInt64s({}, {-2})}, {{"axis", std::int64_t{-1}}}},
      {"GatherElements", {block, rows}, {{"axis", std::int64_t{-1}}}},
      {"GatherND", {Real{{2, 3, 2}}, TensorValue::FromInt64s({2, 1}, {-1, 0})}, {{"batch_dims", one}}},
      {"ScatterElements",
       {block, rows, Real{{2, 2}}},
       {{"axis", one}, {"reduction", std::string("mul")}},
       1,
       16},
      {"ScatterND", {block, TensorValue::FromInt64s({2, 2}, {0, -1, 2, 1}), Real{{2}}}},
      {"Compress", {block, Mask({0, 1, 1, 0, 1})}},
      {"OneHot",
       {TensorValue::FromInt64s({2}, {-1, 5}), TensorValue::FromInt64s({}, {3}), Real{{2}}},
       {{"axis", std::int64_t{0}}}},
      {"ReverseSequence",
       {block, TensorValue::FromInt64s({3}, {4, 1, 2})},
       {{"time_axis", one}, {"batch_axis", std::int64_t{0}}}},
      {"GatherND", {block, TensorValue::FromInt64s({2, 2}, {0, 3, 2, 1})}},
      {"Scatter", {block, rows, Real{{2, 2}}}, {{"axis", one}}, 1, 10},
      {"ScatterElements", {block, rows, Real{{2, 2}}}, {{"axis", one}}},
      {"ScatterElements", {block, rows, Real{{2, 2}}}, {{"axis", one}, {"reduction", std::string("add")}}},
      {"ScatterND", {block, TensorValue::FromInt64s({2, 1}, {0, 2}), Real{{2, 4}}}},
      {"ScatterND",
       {block, TensorValue::FromInt64s({2, 1}, {0, 2}), Real{{2, 4}}},
       {{"reduction", std::string("add")}}},
      {"Compress", {block, Mask({1, 0, 1})}, {{"axis", std::int64_t{0}}}},
      {"OneHot", {TensorValue::FromInt64s({3}, {0, 2, 1}), TensorValue::FromInt64s({}, {4}), Real{{2}}}},
      {"ReverseSequence", {block, TensorValue::FromInt64s({4}, {1, 2, 3, 2})}},
  };
}

}  // namespace cupel::algorithm::gradient
