// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For tests: an operator applied to random float64 inputs, and its gradients by recording against central
/// differences.

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "cupel/algorithm/gradient/gradient_executor.h"

namespace cupel::algorithm::gradient {

/// An input that is differentiated: uniform in [low, high].
struct Real {
  graph::Shape shape;
  double low = -1;
  double high = 1;
};

/// An optional input that is left out.
struct Omitted {};

using Operand = std::variant<Real, graph::TensorValue, Omitted>;

struct GradientCase {
  std::string op_type;
  std::vector<Operand> inputs;
  std::map<std::string, graph::Attribute, std::less<>> attributes{};
  int outputs = 1;
  std::int64_t opset = 17;
  std::string domain{};
  std::vector<Real>
      captured{};  ///< Values outside the node, "c0", "c1", ..., that its subgraphs read by name.
};

/// Compares every element of every input's gradient of sum_i <weight_i, output_i>, over the floating outputs,
/// with (f(x + h) - f(x - h)) / 2h, h = 1e-5. Empty when all agree within relative tolerance 1e-5 (absolute
/// 1e-7); otherwise what differs, or the error.
std::string CompareWithCentralDifferences(const GradientCase& test);

/// Runs the node on inputs of a narrow type (float16, bfloat16) and on the same values in float32. Empty when
/// every floating output has the narrow type and is within `tolerance` of the wide one, absolutely and
/// relatively, and its gradients exist and are finite; otherwise what differs, or the error.
std::string CompareWithFloat32(const GradientCase& test, graph::DataType narrow, double tolerance);

}  // namespace cupel::algorithm::gradient
