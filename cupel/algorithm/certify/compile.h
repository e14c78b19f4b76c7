// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From a classifier's graph to the steps that are certified.
///
/// The graph is the one the exact executor runs: constants are folded, identities and dead nodes go, but
/// nothing that changes a float32 result (batch normalisation stays beside its convolution). Preprocessing
/// comes first, as steps; a last Softmax or LogSoftmax is replaced by a gap that margins must have
/// (step.h). Operators: Conv, Gemm, MatMul (constant right side), BatchNormalization, Add, Sub, Mul, Div and
/// Neg (with a constant; Add and Sub also of two values), Relu, LeakyRelu, PRelu, Clip, HardSigmoid, Sigmoid,
/// Tanh, MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool, ReduceMean over the picture, Concat,
/// Flatten, Reshape, Squeeze, Unsqueeze, Transpose, Identity, Dropout at rest, and Cast from float32 to
/// itself.

#include "cupel/algorithm/certify/step.h"
#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::certify {

/// Value 0 of the program is a sample of the data set, in its own range; its output the logits, [classes].
/// Errors: kUnsupported naming operator and node for what has no relaxation, for values that are not float32,
/// for an operator that mixes samples, and for a device other than the processor.
Result<Program> Compile(const graph::Graph& graph, const executor::ClassifierOptions& options);

}  // namespace cupel::algorithm::certify
