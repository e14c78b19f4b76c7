// SPDX-License-Identifier: Apache-2.0
// Cases for operators that move, select or combine elements.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using Integers = std::vector<std::int64_t>;
using graph::TensorValue;

TensorValue Vector(const Integers& values) {
  return TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace

std::vector<GradientCase> StructuralCases() {
  const Real block{{2, 3, 4}};
  const Real image{{1, 4, 2, 2}};
  return {
      {"Reshape", {block, Vector({0, -1, 2})}},
      {"Flatten", {block}, {{"axis", std::int64_t{2}}}},
      {"Transpose", {block}, {{"perm", Integers{2, 0, 1}}}},
      {"Concat", {block, Real{{2, 1, 4}}}, {{"axis", std::int64_t{1}}}},
      {"Split", {block, Vector({1, 3})}, {{"axis", std::int64_t{-1}}}, 2},
      {"Slice", {block, Vector({3, 0}), Vector({-5, 2}), Vector({2, 1}), Vector({-2, 1})}},
      {"Pad", {block, Vector({0, 1, -1, 1, 0, 2}), Omitted{}}},
      {"Pad", {block, Vector({0, 1, 2, 0, 0, 1})}, {{"mode", std::string("reflect")}}},
      {"Pad", {block, Vector({0, 1, 2, 1, 0, 1})}, {{"mode", std::string("edge")}}},
      {"Pad", {block, Vector({0, 1, 2, 1, 0, 1})}, {{"mode", std::string("wrap")}}, 1, 19},
      {"Reshape", {block, Vector({4, 6})}, {{"allowzero", std::int64_t{1}}}},
      {"Flatten", {block}, {{"axis", std::int64_t{-1}}}},
      {"Flatten", {block}, {{"axis", std::int64_t{0}}}},
      {"Transpose", {block}},
      {"Concat", {block, block, Real{{2, 3, 1}}}, {{"axis", std::int64_t{-1}}}},
      {"Split", {Real{{5, 2}}}, {{"num_outputs", std::int64_t{2}}}, 2, 18},
      {"Slice",
       {block},
       {{"starts", Integers{-2, 1}}, {"ends", Integers{9, 3}}, {"axes", Integers{1, 2}}},
       1,
       9},
      {"Slice", {block, Vector({-1}), Vector({-99}), Vector({2}), Vector({-3})}},
      {"Pad", {block, Vector({1, -1}), Omitted{}, Vector({-1})}, {}, 1, 18},
      {"Pad", {block}, {{"pads", Integers{0, 0, 1, 0, 2, -1}}, {"value", 2.0F}}, 1, 10},
      {"Pad", {block, Vector({0, 5, 0, 0, 4, 0})}, {{"mode", std::string("reflect")}}},
      {"Expand", {Real{{3, 1}}, Vector({2, 1, 4})}},
      {"Expand", {block, Vector({1, 4})}},
      {"Squeeze", {Real{{1, 2, 1}}}},
      {"Squeeze", {Real{{1, 2, 1}}}, {{"axes", Integers{-1}}}, 1, 11},
      {"Unsqueeze", {block}, {{"axes", Integers{-1, 1}}}, 1, 11},
      {"Trilu", {block, TensorValue::FromInt64s({}, {-1})}, {{"upper", std::int64_t{0}}}},
      {"CenterCropPad", {block, Vector({5, 1})}, {{"axes", Integers{-1, 0}}}},
      {"Tile", {block, Vector({1, 2, 2})}},
      {"Squeeze", {Real{{2, 1, 3}}, Vector({1})}},
      {"Unsqueeze", {block, Vector({0, 3})}},
      {"DepthToSpace", {image}, {{"blocksize", std::int64_t{2}}}},
      {"DepthToSpace", {image}, {{"blocksize", std::int64_t{2}}, {"mode", std::string("CRD")}}},
      {"SpaceToDepth", {image}, {{"blocksize", std::int64_t{2}}}},
      {"Trilu", {block, TensorValue::FromInt64s({}, {1})}},
      {"CenterCropPad", {block, Vector({4, 2, 3})}},
  };
}

}  // namespace cupel::algorithm::gradient
