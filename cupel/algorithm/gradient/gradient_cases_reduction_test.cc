// SPDX-License-Identifier: Apache-2.0
// Cases for reductions, indexing, resampling, recurrence, losses and control flow.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Texts = std::vector<std::string>;
using graph::TensorValue;
using Cases = std::vector<GradientCase>;

TensorValue Vector(const Integers& values) {
  return TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
}
TensorValue Scalar(std::int64_t value) { return TensorValue::FromInt64s({}, {value}); }
graph::Attribute Text(const char* value) { return std::string(value); }
graph::Attribute Number(std::int64_t value) { return value; }

Cases Reductions() {
  const Real block{{2, 3, 4}};
  const Real positive{{2, 3, 4}, 0.5, 2};
  const graph::Attribute axes = Integers{0, -1};
  return {
      {"ReduceSum", {block, Vector({1})}},
      {"ReduceSum", {block}, {{"keepdims", Number(0)}}},
      {"ReduceMean", {block}, {{"axes", axes}}},
      {"ReduceL1", {block}, {{"axes", axes}, {"keepdims", Number(0)}}},
      {"ReduceL2", {block}, {{"axes", axes}}},
      {"ReduceSumSquare", {block}, {{"axes", axes}}},
      {"ReduceLogSum", {positive}, {{"axes", axes}}},
      {"ReduceLogSumExp", {block}, {{"axes", axes}}},
      {"ReduceMax", {block}, {{"axes", axes}}},
      {"ReduceMin", {block, Vector({1})}, {}, 1, 18},
      {"ReduceProd", {positive}, {{"axes", axes}, {"keepdims", Number(0)}}},
      {"TopK", {block, Vector({2})}, {{"axis", Number(1)}}, 2},
      {"TopK", {block, Vector({3})}, {{"largest", Number(0)}}, 2},
      {"CumSum", {block, Scalar(1)}, {{"exclusive", Number(1)}}},
      {"CumSum", {block, Scalar(-1)}, {{"reverse", Number(1)}}},
  };
}

Cases Indexing() {
  const Real block{{2, 3, 4}};
  const Real matrix{{3, 4}};
  const TensorValue rows = TensorValue::FromInt64s({2, 2}, {0, -1, 2, 0});
  const TensorValue places = TensorValue::FromInt64s({2, 2}, {0, 1, -1, 3});
  const TensorValue selected = TensorValue::FromInt64s({3}, {1, 0, 1});
  Cases cases = {
      {"Gather", {block, rows}, {{"axis", Number(1)}}},
      {"GatherElements", {matrix, rows}, {{"axis", Number(0)}}},
      {"GatherND", {matrix, places}},
      {"GatherND", {Real{{2, 3, 2}}, TensorValue::FromInt64s({2, 1}, {2, -1})}, {{"batch_dims", Number(1)}}},
      {"Scatter", {matrix, places, Real{{2, 2}}}, {{"axis", Number(1)}}, 1, 9},
      {"OneHot", {Vector({1, -1, 7}), Scalar(3), Real{{2}}}},
      {"Compress", {block, selected}, {{"axis", Number(1)}}},
      {"ReverseSequence", {Real{{4, 2, 2}}, Vector({3, 4})}},
  };
  for (const char* reduction : {"none", "add", "mul", "max", "min"}) {
    cases.push_back({"ScatterElements", {matrix, rows, Real{{2, 2}}}, {{"reduction", Text(reduction)}}, 1, 18});
    cases.push_back({"ScatterND", {matrix, places, Real{{2}}}, {{"reduction", Text(reduction)}}, 1, 18});
  }
  return cases;
}

Cases Resampling() {
  const Real image{{1, 2, 3, 4}};
  const TensorValue larger = TensorValue::FromFloats({4}, {1, 1, 1.7F, 1.5F});
  const TensorValue sizes = Vector({1, 2, 5, 3});
  return {
      {"Resize", {image, Omitted{}, larger}, {{"mode", Text("linear")}}},
      {"Resize", {image, Omitted{}, larger}, {{"mode", Text("cubic")}, {"exclude_outside", Number(1)}}},
      {"Resize", {image, Omitted{}, Omitted{}, sizes}, {{"mode", Text("cubic")}, {"coordinate_transformation_mode", Text("align_corners")}}},
      {"Resize", {image, Omitted{}, Omitted{}, sizes}, {{"mode", Text("nearest")}}},
      {"Upsample", {image, TensorValue::FromFloats({4}, {1, 1, 2, 2})}, {{"mode", Text("linear")}}, 1, 9},
      {"GridSample", {Real{{1, 2, 4, 4}}, Real{{1, 3, 3, 2}, -0.9, 0.9}}, {{"mode", Text("bilinear")}}},
      {"GridSample", {Real{{1, 2, 4, 4}}, Real{{1, 3, 3, 2}, -0.9, 0.9}}, {{"mode", Text("bicubic")}, {"align_corners", Number(1)}}},
      {"AffineGrid", {Real{{2, 2, 3}}, Vector({2, 1, 3, 4})}, {}, 1, 20},
  };
}

Cases Recurrence() {
  const graph::Attribute both = Text("bidirectional");
  const TensorValue lengths = Vector({2, 3});
  const Real x{{3, 2, 2}};
  const auto weights = [](std::int64_t rows) { return Real{{2, rows, 2}}; };
  const Real state{{2, 2, 2}};
  return {
      {"RNN", {x, weights(2), weights(2), Real{{2, 4}}, lengths, state}, {{"direction", both}, {"hidden_size", Number(2)}}, 2},
      {"GRU", {x, weights(6), weights(6), Real{{2, 12}}, lengths, state}, {{"direction", both}, {"hidden_size", Number(2)}}, 2},
      {"GRU", {x, weights(6), weights(6), Real{{2, 12}}}, {{"direction", both}, {"linear_before_reset", Number(1)}}, 2},
      {"LSTM", {x, weights(8), weights(8), Real{{2, 16}}, lengths, state, state, Real{{2, 6}}}, {{"direction", both}}, 3},
      {"LSTM", {x, Real{{1, 8, 2}}, Real{{1, 8, 2}}}, {{"activations", Texts{"Sigmoid", "Softsign", "Affine"}},
                {"activation_alpha", Floats{0.5F}}, {"input_forget", Number(1)}, {"direction", Text("reverse")}}, 3},
  };
}

Cases Losses() {
  const TensorValue labels = TensorValue::FromInt64s({2, 2}, {0, 2, -1, 1});
  const Real scores{{2, 3, 2}};
  const Real weight{{3}, 0.5, 2};
  Cases cases;
  for (const char* reduction : {"none", "sum", "mean"}) {
    const std::map<std::string, graph::Attribute, std::less<>> attributes = {{"reduction", Text(reduction)}, {"ignore_index", Number(-1)}};
    cases.push_back({"NegativeLogLikelihoodLoss", {scores, labels, weight}, attributes});
    cases.push_back({"SoftmaxCrossEntropyLoss", {scores, labels, weight}, attributes, 2});
  }
  return cases;
}

graph::ValueInfo Value(const char* name) { return {.name = name, .type = graph::DataType::kFloat64, .shape = {}}; }

graph::Attribute Body(const std::vector<const char*>& inputs, const std::vector<const char*>& outputs, std::vector<graph::Node> nodes) {
  graph::Graph body;
  for (const char* name : inputs) body.inputs.push_back(Value(name));
  for (const char* name : outputs) body.outputs.push_back(Value(name));
  body.nodes = std::move(nodes);
  return std::make_shared<const graph::Graph>(std::move(body));
}

Cases Control() {
  const graph::Node keep{"", "Identity", "", {"go"}, {"goes"}, {}};
  const graph::Node square{"", "Mul", "", {"v", "v"}, {"w"}, {}};
  const graph::Node outer{"", "Mul", "", {"w", "x2"}, {"scan"}, {}};
  const graph::Attribute loop = Body({"i", "go", "v"}, {"goes", "w", "scan"}, {keep, square, outer});
  const graph::Node add{"", "Add", "", {"s", "e"}, {"t"}, {}};
  const graph::Node sine{"", "Sin", "", {"t"}, {"o"}, {}};
  const graph::Attribute scan = Body({"s", "e"}, {"t", "o"}, {add, sine});
  const graph::Attribute branch = Body({}, {"y"}, {{"", "Exp", "", {"x1"}, {"y"}, {}}});
  const graph::Attribute other = Body({}, {"y"}, {{"", "Sin", "", {"x1"}, {"y"}, {}}});
  return {
      {"Identity", {Real{{2, 3}}}},
      {"Loop", {Scalar(3), Omitted{}, Real{{2}}}, {{"body", loop}}, 2},
      {"Scan", {Real{{2}}, Real{{3, 2}}}, {{"body", scan}, {"num_scan_inputs", Number(1)}, {"scan_input_directions", Integers{1}}}, 2},
      {"If", {Scalar(1), Real{{2}}}, {{"then_branch", branch}, {"else_branch", other}}},
  };
}

}  // namespace

Cases ReductionCases() {
  Cases all;
  for (const auto family : {Reductions, Indexing, Resampling, Recurrence, Losses, Control}) {
    for (auto& test : family()) all.push_back(std::move(test));
  }
  return all;
}

}  // namespace cupel::algorithm::gradient
