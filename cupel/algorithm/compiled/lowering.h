// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From ONNX nodes to operations, one function per operator. Private to the module.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/compiled/network.h"
#include "cupel/algorithm/graph/shape_inference.h"

namespace cupel::algorithm::compiled {

/// What a lowering function sees of its node and of the network so far.
class Lowering {
 public:
  Lowering(const graph::Graph& graph, const Shape& sample_shape, std::int64_t rows);

  /// All nodes. Errors: as Lower.
  Result<Network> Run();

  const graph::Node& node() const { return *node_; }
  std::int64_t opset() const { return graph_.Opset(); }
  std::int64_t rows() const { return rows_; }
  bool Has(std::size_t input) const;
  /// "node \"conv1\" (Conv)"
  std::string Place() const;
  tl::unexpected<Error> Unsupported(const std::string& what) const;

  /// The value behind an input that depends on the graph's input. Errors: kUnsupported for a constant.
  Result<int> Value(std::size_t input) const;
  bool IsConstant(std::size_t input) const;
  /// A float32 constant. Errors: kUnsupported for anything else.
  Result<const graph::TensorValue*> Constant(std::size_t input) const;
  Result<std::vector<float>> Floats(std::size_t input) const;
  /// Elements of a known integer input, or of the attribute of older operator sets.
  std::optional<std::vector<std::int64_t>> Integers(std::size_t input) const;
  std::optional<std::vector<std::int64_t>> AttributeOrInput(std::string_view attribute,
                                                            std::size_t input) const;
  bool IsInitializer(std::size_t input) const;

  const Shape& ShapeOf(int value) const { return network_.shapes[static_cast<std::size_t>(value)]; }
  /// The inferred shape of the node's first output; its first dimension is that of the tile.
  Result<Shape> OutputShape() const;

  /// A new operation whose place is the node's.
  Operation Make(Kind kind, std::vector<int> inputs) const;
  /// Appends it and returns the value it defines.
  int Append(Operation operation, Shape shape);
  /// The node's first output is this value.
  void Define(int value);

 private:
  Status LowerNode();
  std::vector<bool> NeededNodes() const;

  graph::Graph graph_;
  graph::Inference known_;
  std::int64_t rows_;
  const graph::Node* node_ = nullptr;
  Network network_;
  std::map<std::string, int, std::less<>> values_;
};

using LowerFunction = Status (*)(Lowering&);
struct LowerEntry {
  std::string_view op_type;
  LowerFunction function;
};

// The tables, one per family.
std::span<const LowerEntry> LinearLowering();       // Conv, Gemm, MatMul, pools
std::span<const LowerEntry> ElementwiseLowering();  // Relu, Add, BatchNormalization, ...
std::span<const LowerEntry> MovementLowering();     // Reshape, Concat, Softmax, Pad, ...

}  // namespace cupel::algorithm::compiled
