// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Random graphs of the kind that the passes rewrite, for property tests: convolutions, normalisation,
/// constants along every axis, dropout in both modes, identities, computed shapes, branches that capture
/// values, shared constants, dead nodes and several outputs. Drawn with rapidcheck, so that a failing graph
/// shrinks.

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/graph/example_graphs.h"

namespace cupel::algorithm::graph {

class RandomGraph {
 public:
  static constexpr std::int64_t kBatch = 2;

  /// rank 3: [n, c, l] with Conv; rank 2: [n, d] with Gemm.
  explicit RandomGraph(std::size_t rank) : rank_(rank) {
    graph_ = MakeGraph({}, {});
    graph_.opsets[""] = Pick({9, 13, 15});
    graph_.inputs = {FloatValue("x", rank == 3 ? Texts{Coin() ? "2" : "N", "2", "6"} : Texts{"N", "3"})};
    values_ = {{"x", rank == 3 ? Shape{kBatch, 2, 6} : Shape{kBatch, 3}}};
    graph_.initializers = {{"off", TensorValue::FromInt64s({}, {0})},
                           {"on", TensorValue::FromInt64s({}, {1})},
                           {"half", TensorValue::FromFloats({}, {0.5f})}};
    const int steps = Pick({1, 2, 4, 7, 10});
    for (int i = 0; i < steps; ++i) AddStep();
    ChooseOutputs();
  }

  const Graph& graph() const { return graph_; }
  /// Of the input "x", with N = kBatch.
  Shape InputShape() const { return values_[0].shape; }

 private:
  using Texts = std::vector<std::string>;
  struct Value {
    std::string name;
    Shape shape;
  };

  // Resized, or else rapidcheck's first hundred graphs would all be of the smallest kind.
  static int Below(int most) { return *rc::gen::resize(100, rc::gen::inRange(0, most)); }
  static bool Coin() { return Below(2) == 1; }
  template <typename T>
  static T Pick(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(Below(static_cast<int>(choices.size())))];
  }
  static int Pick(std::initializer_list<int> choices) { return Pick(std::vector<int>(choices)); }
  std::string Fresh(const std::string& base) { return base + std::to_string(++names_); }

  /// Mostly the newest value, so that chains grow; sometimes an older one, so that it is read twice.
  Value Source() const {
    if (Below(4) != 0) return values_.back();
    return Pick(values_);
  }

  TensorValue Numbers(const Shape& shape, bool positive = false) const {
    std::vector<float> values;
    for (std::int64_t i = 0; i < ElementCount(shape); ++i) {
      const int quarters = positive ? 1 + Below(4) : Below(9) - 4;
      values.push_back(static_cast<float>(quarters) / 4);
    }
    return TensorValue::FromFloats(shape, values);
  }

  /// An initializer, an older one of the same shape, or the output of a Constant node.
  std::string Constant(const Shape& shape, bool positive = false) {
    if (!positive && Below(3) == 0) {
      for (const auto& [name, tensor] : graph_.initializers) {
        if (tensor.type == DataType::kFloat32 && tensor.shape == shape) return name;
      }
    }
    const std::string name = Fresh("c");
    TensorValue tensor = Numbers(shape, positive);
    if (Below(4) == 0) {
      graph_.nodes.push_back(MakeNode("Constant", {}, {name}, {{"value", std::move(tensor)}}));
    } else {
      graph_.initializers[name] = std::move(tensor);
    }
    return name;
  }

  void Emit(const std::string& op, Texts inputs, const Shape& shape,
            std::map<std::string, Attribute, std::less<>> attributes = {}, const Texts& more_outputs = {}) {
    const std::string name = Fresh("v");
    Texts outputs = {name};
    outputs.insert(outputs.end(), more_outputs.begin(), more_outputs.end());
    graph_.nodes.push_back(MakeNode(op, std::move(inputs), outputs, std::move(attributes)));
    values_.push_back({name, shape});
  }

  void AddStep() {
    const Value from = Source();
    switch (Below(11)) {
      case 0: return Emit(Coin() ? "Relu" : "Neg", {from.name}, from.shape);
      case 1: return Emit("Identity", {from.name}, from.shape);
      case 2: return AddDropout(from);
      case 3: return AddConstant(from);
      case 4: return AddPair(from);
      case 5: return AddBatchNorm(from);
      case 6: return rank_ == 3 ? AddReshape(from) : AddLinear(from);
      case 7: return AddBranch(from);
      case 8: AddLinear(from); return AddConstant(values_.back());
      case 9: AddLinear(from); return AddBatchNorm(values_.back());
      default: return AddLinear(from);
    }
  }

  void AddDropout(const Value& from) {
    const bool newer = graph_.Opset() >= 12;
    Texts inputs = {from.name};
    if (newer && Coin()) inputs = {from.name, "half", Coin() ? "off" : "on"};
    if (Coin()) return Emit("Dropout", inputs, from.shape);
    const std::string mask = Fresh("m");
    Emit("Dropout", inputs, from.shape, {}, {mask});
    if (Coin()) Emit("Mul", {values_.back().name, mask}, from.shape);
  }

  void AddConstant(const Value& from) {
    const Shape& shape = from.shape;
    std::vector<Shape> shapes = {{}, {1}, {shape.back()}, shape};
    if (rank_ == 3) {
      shapes.insert(shapes.end(),
                    {{shape[1], 1}, {1, shape[1], 1}, {1, 1, shape[2]}, {1, 1, 1}, {shape[0], 1, 1}});
    }
    const std::string constant = Constant(Pick(shapes));
    const Texts inputs = Coin() ? Texts{from.name, constant} : Texts{constant, from.name};
    Emit(Below(4) == 0 ? "Mul" : "Add", inputs, shape);
  }

  void AddPair(const Value& from) {
    std::vector<Value> same;
    std::ranges::copy_if(values_, std::back_inserter(same),
                         [&](const Value& value) { return value.shape == from.shape; });
    Emit("Add", {from.name, Pick(same).name}, from.shape);
  }

  void AddBatchNorm(const Value& from) {
    const Shape channel = {from.shape[1]};
    Texts inputs = {from.name, Constant(channel), Constant(channel), Constant(channel),
                    Constant(channel, true)};
    if (Below(6) == 0) {  // A scale that is computed, from constants or from what nobody knows.
      const std::string scale = Fresh("v");
      graph_.nodes.push_back(MakeNode("Identity", {inputs[1]}, {scale}));
      inputs[1] = scale;
    }
    std::map<std::string, Attribute, std::less<>> attributes;
    if (Coin()) attributes["epsilon"] = 0.125f;
    if (graph_.Opset() >= 14 && Below(4) == 0) attributes["training_mode"] = std::int64_t{1};
    Emit("BatchNormalization", inputs, from.shape, attributes);
  }

  void AddLinear(const Value& from) {
    if (rank_ == 2) return AddGemm(from);
    const std::int64_t channels = from.shape[1];
    const std::int64_t group = channels % 2 == 0 && Coin() ? 2 : 1;
    const std::int64_t per_group = Pick({1, 2});
    const bool transposed = Coin();
    const std::int64_t kernel = from.shape[2] > 2 ? Pick({1, 2}) : 1;
    const Shape weight =
        transposed ? Shape{channels, per_group, kernel} : Shape{per_group * group, channels / group, kernel};
    Texts inputs = {from.name, Constant(weight)};
    if (Coin()) inputs.push_back(Constant({per_group * group}));
    const std::int64_t length = from.shape[2] + (transposed ? kernel - 1 : 1 - kernel);
    Emit(transposed ? "ConvTranspose" : "Conv", inputs, {kBatch, per_group * group, length},
         {{"group", group}});
  }

  void AddGemm(const Value& from) {
    const std::int64_t inputs_count = from.shape[1], outputs = Pick({1, 2, 3});
    const std::int64_t transposed = Coin() ? 1 : 0;
    Texts inputs = {from.name,
                    Constant(transposed != 0 ? Shape{outputs, inputs_count} : Shape{inputs_count, outputs})};
    const std::vector<Shape> biases = {{outputs}, {1, outputs}, {}, {1}, {kBatch, 1}, {kBatch, outputs}};
    if (Coin() || graph_.Opset() < 11) inputs.push_back(Constant(Pick(biases)));
    Emit("Gemm", inputs, {kBatch, outputs}, {{"transB", transposed}, {"alpha", 0.5f}, {"beta", -2.0f}});
  }

  /// Shape -> Gather -> Unsqueeze -> Concat -> Reshape, back to the shape it had.
  void AddReshape(const Value& from) {
    const std::string shape = Fresh("s"), size = Fresh("s"), vector = Fresh("s"), target = Fresh("s");
    const std::string zero = Fresh("i"), rest = Fresh("i"), axes = Fresh("i");
    graph_.initializers[zero] = TensorValue::FromInt64s({}, {0});
    graph_.initializers[rest] = TensorValue::FromInt64s({2}, {from.shape[1], -1});
    graph_.nodes.push_back(MakeNode("Shape", {from.name}, {shape}));
    graph_.nodes.push_back(MakeNode("Gather", {shape, zero}, {size}));
    if (graph_.Opset() >= 13) {
      graph_.initializers[axes] = TensorValue::FromInt64s({1}, {0});
      graph_.nodes.push_back(MakeNode("Unsqueeze", {size, axes}, {vector}));
    } else {
      graph_.nodes.push_back(
          MakeNode("Unsqueeze", {size}, {vector}, {{"axes", std::vector<std::int64_t>{0}}}));
    }
    graph_.nodes.push_back(MakeNode("Concat", {vector, rest}, {target}, {{"axis", std::int64_t{0}}}));
    Emit("Reshape", {from.name, target}, from.shape);
  }

  /// If(constant) Relu(captured + captured constant) else Neg(captured).
  void AddBranch(const Value& from) {
    const std::string constant = Constant({1});
    Graph then_branch = MakeGraph(
        {}, {MakeNode("Add", {from.name, constant}, {"inner"}), MakeNode("Relu", {"inner"}, {"result"})});
    Graph else_branch = MakeGraph({}, {MakeNode("Neg", {from.name}, {"result"})});
    for (Graph* branch : {&then_branch, &else_branch}) {
      branch->inputs.clear();
      branch->opsets = graph_.opsets;
      branch->outputs[0].name = "result";
    }
    Emit("If", {Coin() ? "on" : "off"}, from.shape,
         {{"then_branch", std::make_shared<const Graph>(std::move(then_branch))},
          {"else_branch", std::make_shared<const Graph>(std::move(else_branch))}});
  }

  /// The batch stays open.
  static ValueInfo Declared(const Value& value) {
    Texts dimensions = {""};
    for (std::size_t i = 1; i < value.shape.size(); ++i) dimensions.push_back(std::to_string(value.shape[i]));
    return FloatValue(value.name, dimensions);
  }

  void ChooseOutputs() {
    graph_.outputs.clear();
    for (std::size_t i = 1; i < values_.size(); ++i) {
      const bool is_last = i + 1 == values_.size();
      if (is_last || Below(6) == 0) graph_.outputs.push_back(Declared(values_[i]));
    }
  }

  std::size_t rank_;
  Graph graph_;
  std::vector<Value> values_;
  int names_ = 0;
};

}  // namespace cupel::algorithm::graph
