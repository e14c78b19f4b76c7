// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an operator is to the general executor: a function from input tensors to output tensors, written with
/// libtorch functions that record gradients by themselves.
///
/// One file a family (operators_convolution.cc, operators_reduction.cc, ...); each file exports one table,
/// and registry.cc lists the tables. Adding an operator is one function and one table row. A function may
/// throw OperatorError (unsupported attribute, wrong rank); libtorch's exceptions may pass through it. The
/// executor catches both at the module's border and adds the node's name.

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::gradient {

using tensor::Tensor;

/// Stays inside this module: turned into an Error with this code by the executor.
class OperatorError : public std::runtime_error {
 public:
  OperatorError(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

/// One application of an operator.
struct OperatorCall {
  const graph::Node& node;
  std::span<const Tensor> inputs;  ///< One per node input; undefined tensor where the input is omitted.
  std::int64_t opset = 0;          ///< Of the node's domain in the graph that holds it.
  at::Device device = at::kCPU;    ///< Where new tensors are made.
  bool training = false;           ///< Batch statistics and dropout are live.
  bool may_overwrite_first_input =
      false;  ///< Nobody else will read its elements, neither forward nor backward.

  /// Runs a subgraph (If, Loop, Scan) with the given values for its inputs; it sees the outer values by name.
  std::function<std::vector<Tensor>(const graph::Graph& body, std::span<const Tensor> inputs)> run_subgraph;

  bool Has(std::size_t index) const { return index < inputs.size() && inputs[index].defined(); }
  /// The input, or OperatorError(kInvalidArgument) when it is omitted.
  const Tensor& Input(std::size_t index) const;
  /// The input's elements as integers (for shapes, axes, pads); from any device.
  std::vector<std::int64_t> InputIntegers(std::size_t index) const;
};

using OperatorFunction = std::vector<Tensor> (*)(const OperatorCall&);

struct OperatorEntry {
  std::string_view op_type;
  OperatorFunction function;
  std::string_view domain = "";
};

/// The function for an operator, or nullptr when this executor does not have it.
OperatorFunction FindOperator(std::string_view domain, std::string_view op_type);

/// All operators, sorted by name: for `cupel model conformance` and the documentation.
std::vector<OperatorEntry> AllOperators();

/// libtorch's scalar type for an ONNX type. Throws OperatorError(kUnsupported) for strings and unsigned
/// 16/32/64 bits that libtorch lacks.
at::ScalarType ToScalarType(graph::DataType type);
graph::DataType FromScalarType(at::ScalarType type);

/// A constant as a tensor on `device`.
Tensor ToTensor(const graph::TensorValue& value, at::Device device);
/// The reverse, contiguous on the CPU.
graph::TensorValue FromTensor(const Tensor& tensor);

/// axis in [-rank, rank) to [0, rank); OperatorError otherwise.
std::int64_t NormaliseAxis(std::int64_t axis, std::int64_t rank);

// The tables, one per family.
std::span<const OperatorEntry>
ElementwiseOperators();  // Add .. Where, Cast, comparison, logic, trigonometry, Clip, ...
std::span<const OperatorEntry>
ActivationOperators();  // Relu, LeakyRelu, Elu, Selu, Gelu, Softmax, HardSwish, Mish, ...
std::span<const OperatorEntry>
ConvolutionOperators();  // Conv, ConvTranspose, ConvInteger, QLinearConv, DeformConv, ...
std::span<const OperatorEntry>
PoolingOperators();  // MaxPool, AveragePool, LpPool, Global*, MaxUnpool, RoiAlign, ...
std::span<const OperatorEntry>
NormalizationOperators();  // BatchNormalization, InstanceNorm, LayerNorm, LRN, Dropout, ...
std::span<const OperatorEntry>
LinearOperators();  // Gemm, MatMul, MatMulInteger, QLinearMatMul, Einsum, Det, ...
std::span<const OperatorEntry>
ShapeOperators();  // Reshape, Transpose, Concat, Split, Slice, Pad, Expand, Tile, ...
std::span<const OperatorEntry> ReductionOperators();  // Reduce*, ArgMax, ArgMin, TopK, CumSum, Hardmax, ...
std::span<const OperatorEntry>
IndexingOperators();  // Gather*, Scatter*, OneHot, NonZero, Unique, Compress, ...
std::span<const OperatorEntry> ResizeOperators();  // Resize, Upsample, GridSample, AffineGrid, ...
std::span<const OperatorEntry>
QuantizationOperators();  // QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear
std::span<const OperatorEntry> RecurrentOperators();  // RNN, LSTM, GRU
std::span<const OperatorEntry> LossOperators();       // SoftmaxCrossEntropyLoss, NegativeLogLikelihoodLoss
std::span<const OperatorEntry>
ControlOperators();  // If, Loop, Scan, Identity, Constant, ConstantOfShape, Range, ...
std::span<const OperatorEntry> SignalOperators();  // DFT, STFT, HannWindow, MelWeightMatrix, ...
std::span<const OperatorEntry> RandomOperators();  // RandomNormal, RandomUniform, Bernoulli, Multinomial
std::span<const OperatorEntry>
TrainingOperators();  // ai.onnx.preview.training: Adagrad, Adam, Momentum, Gradient (unsupported)

}  // namespace cupel::algorithm::gradient
