// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A graph lowered to the few operations that the compiled executor knows, every shape a number. Private to
/// the module; nothing here knows oneDNN.
///
/// Values are numbered; an operation reads some and defines one. The first dimension of every value is the
/// rows of the tile (or a multiple of it inside a Reshape pair around a product), and no operation mixes
/// rows: that is what makes a row's result independent of the rows beside it.

#include <cstdint>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::compiled {

using graph::Shape;

enum class Kind {
  kConvolution,     ///< weights [m, c / groups, k...], bias [m] or empty.
  kFullyConnected,  ///< [n, k] with weights [m, k], bias [m] or empty.
  kMaxPool,
  kAveragePool,
  kActivation,  ///< Nothing but `activation`.
  kSum,         ///< inputs[0] + sign * inputs[1], equal shapes.
  kBroadcast,   ///< inputs[0] (arithmetic) inputs[1]; map says which element of inputs[1] belongs to which.
  kAffine,      ///< x * scale + shift; one of each per channel, or per element of a sample.
  kConcat,
  kSoftmax,
  kReshape,
  kPad,  ///< With zeros, or cropping.
};

enum class Function {
  kNone,
  kRelu,  ///< x > 0 ? x : a x
  kSigmoid,
  kTanh,
  kElu,       ///< a (e^x - 1) below 0
  kGelu,      ///< By the error function.
  kGeluTanh,  ///< Its approximation by the hyperbolic tangent.
  kSoftplus,
  kExp,
  kAbs,
  kClip,         ///< To [a, b].
  kHardSigmoid,  ///< clip(a x + b, 0, 1)
  kHardSwish,    ///< x clip(x / 6 + 1 / 2, 0, 1)
};

struct Activation {
  Function function = Function::kNone;
  float a = 0;
  float b = 0;
  /// A ReLU whose derivative can be read off its result: the only one that is fused.
  bool IsFusible() const { return function == Function::kRelu && a >= 0; }
};

/// Per spatial axis.
struct Window {
  std::vector<std::int64_t> kernel, strides, dilations, pads_begin, pads_end;
};

struct Operation {
  Kind kind = Kind::kReshape;
  std::string place;  ///< node "conv1" (Conv)
  std::vector<int> inputs;
  int output = -1;
  int residual = -1;      ///< A value that is added before the activation; -1: none.
  Activation activation;  ///< Applied to the result.

  Window window;
  std::int64_t groups = 1;
  bool count_pads = false;  ///< kAveragePool: padding counts as zeros.
  Shape weight_shape;
  std::vector<float> weights;  ///< kAffine: the scale.
  std::vector<float> bias;     ///< kAffine: the shift.
  bool per_channel = false;  ///< kAffine: one number per channel (axis 1), else one per element of a sample.
  float sign = 1;            ///< kSum
  char arithmetic = '+';     ///< kBroadcast: + - * /
  std::vector<std::int32_t> map;   ///< kBroadcast: per element of a sample of the result.
  std::int64_t axis = 1;           ///< kConcat, kSoftmax
  bool logarithm = false;          ///< kSoftmax
  std::vector<std::int64_t> pads;  ///< kPad: begin per axis, then end per axis.
};

struct Network {
  std::vector<Shape> shapes;  ///< Of the values.
  std::vector<Operation> operations;
  int input = 0;
  int output = 0;
};

/// The part of `graph` that its first output needs, for tiles of `rows` samples of `sample_shape`.
/// Errors: kUnsupported naming the node and what of it this executor lacks; kInvalidArgument when the shapes
/// contradict each other.
Result<Network> Lower(const graph::Graph& graph, const Shape& sample_shape, std::int64_t rows);

/// Merges what a convolution or product can do in passing: a sum with another value, then a ReLU; and moves a
/// ReLU behind the max-pooling that follows it, where it has fewer elements. The function stays the same, and
/// so does its gradient: where the order of the two matters (equal maxima at 0) both give 0.
void Fuse(Network& network);

}  // namespace cupel::algorithm::compiled
