// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the translation of every operator shares. Private to the module.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/certify/step.h"
#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {

class Compiler {
 public:
  /// Infers shapes for one and for two samples of shape `sample_shape` (as the graph sees them).
  Compiler(graph::Graph graph, const graph::Shape& sample_shape);

  const graph::Graph& graph() const { return graph_; }

  /// The error that names operator and node.
  static tl::unexpected<Error> Unsupported(const graph::Node& node, std::string_view reason);

  bool Has(const graph::Node& node, std::size_t input) const;
  bool IsConstant(const graph::Node& node, std::size_t input) const;
  /// The computed value that the node reads. Errors: kUnsupported when it is a constant or was not compiled.
  Result<std::size_t> Value(const graph::Node& node, std::size_t input) const;
  /// Elements of a float32 constant. Errors: kUnsupported for another type or a computed value,
  /// kInvalidArgument when an element is not finite.
  Result<std::vector<double>> Floats(const graph::Node& node, std::size_t input) const;
  /// A small integer constant, such as axes.
  Result<std::vector<std::int64_t>> Integers(const graph::Node& node, std::size_t input) const;
  const graph::Shape& ConstantShape(const graph::Node& node, std::size_t input) const;

  /// Shape of one sample of a value (without the first axis). Errors: kUnsupported when it is unknown or the
  /// first axis is not the batch.
  Result<graph::Shape> SampleShape(const graph::Node& node, const std::string& name) const;
  Result<graph::Shape> InputShape(const graph::Node& node, std::size_t input) const;
  Result<graph::Shape> OutputShape(const graph::Node& node) const;

  /// The constant spread over a sample of this shape. Errors: kUnsupported when it varies over the batch or
  /// does not fit.
  Result<std::vector<double>> Spread(const graph::Node& node, std::size_t input,
                                     const graph::Shape& sample) const;

  /// The program's input under the graph's input name, or a step after it.
  std::size_t Begin(const Plane& plane);
  std::size_t Emit(std::unique_ptr<Step> step, std::vector<std::size_t> inputs, const Plane& plane,
                   std::string place);
  /// Emits the step that computes the node's output.
  Status Define(const graph::Node& node, std::unique_ptr<Step> step, std::vector<std::size_t> inputs);
  /// The node's output is this value.
  void Alias(const graph::Node& node, std::size_t value) { values_[node.outputs[0]] = value; }
  void Name(const std::string& name, std::size_t value) { values_[name] = value; }
  std::optional<std::size_t> Find(const std::string& name) const;

  Program program;

 private:
  graph::Graph graph_;
  graph::Inference one_;
  graph::Inference two_;
  std::map<std::string, std::size_t, std::less<>> values_;
};

/// [c, h, w] as it is, [c, l] as [c, 1, l], everything else as channels.
Plane PlaneOf(const graph::Shape& sample);

/// "Conv (conv1)".
std::string PlaceOf(const graph::Node& node);

using OperatorCompiler = Status (*)(Compiler&, const graph::Node&);
struct OperatorEntry {
  std::string_view op_type;
  OperatorCompiler compile;
};
std::span<const OperatorEntry> LinearOperators();
std::span<const OperatorEntry> WindowOperators();
std::span<const OperatorEntry> ActivationOperators();
std::span<const OperatorEntry> MovementOperators();

}  // namespace cupel::algorithm::certify
