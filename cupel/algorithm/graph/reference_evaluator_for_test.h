// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs small graphs in double, one loop an operator: what tests of passes compare against without an
/// executor. Written from the operators' pages, sharing no code with the passes or with the executor.
///
/// Training-mode Dropout and BatchNormalization are no functions of their inputs; here they are fixed
/// functions that differ from what inference computes, so that a pass which confuses the two is seen.

#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

struct Numbers {
  Shape shape;
  std::vector<double> values;
  bool is_integer = false;
};
using Environment = std::map<std::string, Numbers, std::less<>>;

inline Numbers NumbersOf(const TensorValue& tensor) {
  return {tensor.shape, tensor.AsDoubles(), tensor.type != DataType::kFloat32};
}

inline TensorValue TensorOf(const Numbers& numbers) {
  if (!numbers.is_integer)
    return TensorValue::FromFloats(numbers.shape, {numbers.values.begin(), numbers.values.end()});
  return TensorValue::FromInt64s(numbers.shape, {numbers.values.begin(), numbers.values.end()});
}

class ReferenceEvaluator {
 public:
  explicit ReferenceEvaluator(std::int64_t opset) : opset_(opset) {}

  /// Every value of the graph by name. Aborts on what it does not know: tests give it what it knows.
  Environment Run(const Graph& graph, Environment values) const {
    for (const auto& [name, tensor] : graph.initializers) values[name] = NumbersOf(tensor);
    for (const Node& node : graph.nodes) {
      std::vector<Numbers> inputs;
      for (const std::string& input : node.inputs)
        inputs.push_back(input.empty() ? Numbers{} : values.at(input));
      const std::vector<Numbers> outputs =
          node.op_type == "If" ? RunIf(node, inputs[0], values) : Apply(node, inputs);
      for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        if (!node.outputs[i].empty()) values[node.outputs[i]] = outputs.at(i);
      }
    }
    return values;
  }

  /// One node without subgraphs.
  std::vector<Numbers> Apply(const Node& node, const std::vector<Numbers>& in) const {
    const std::string& op = node.op_type;
    if (op == "Identity") return {in[0]};
    if (op == "Constant") return {NumbersOf(*node.Tensor("value"))};
    if (op == "Relu") return {Each(in[0], [](double v) { return std::max(v, 0.0); })};
    if (op == "Neg") return {Each(in[0], [](double v) { return -v; })};
    if (op == "Add") return {Pairs(in[0], in[1], [](double a, double b) { return a + b; })};
    if (op == "Mul") return {Pairs(in[0], in[1], [](double a, double b) { return a * b; })};
    if (op == "Dropout") return RunDropout(in);
    if (op == "BatchNormalization") return {BatchNorm(node, in)};
    if (op == "Conv") return {Conv(node, in)};
    if (op == "ConvTranspose") return {ConvTranspose(node, in)};
    if (op == "Gemm") return {Gemm(node, in)};
    if (op == "Shape") return {ShapeOf(in[0])};
    if (op == "Gather") return {{in[1].shape, {in[0].values.at(Index(in[1].values[0]))}, in[0].is_integer}};
    if (op == "Unsqueeze") return {{{1}, in[0].values, in[0].is_integer}};
    if (op == "Concat") return {ConcatVectors(in)};
    if (op == "Reshape") return {Reshape(in[0], in[1])};
    CUPEL_CHECK(false);
    return {};
  }

 private:
  static std::size_t Index(double value) { return static_cast<std::size_t>(value); }

  static Numbers Each(Numbers x, const std::function<double(double)>& f) {
    for (double& value : x.values) value = f(value);
    return x;
  }

  /// Position in a tensor of `shape` of the element at `index` of a tensor that it is broadcast to.
  static std::size_t Source(const Shape& shape, const Shape& whole, std::int64_t index) {
    std::int64_t position = 0, stride = 1;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const std::size_t axis = whole.size() - 1 - i;
      const std::int64_t at = index % whole[axis];
      index /= whole[axis];
      if (i >= shape.size()) continue;
      const std::int64_t size = shape[shape.size() - 1 - i];
      position += (size == 1 ? 0 : at) * stride;
      stride *= size;
    }
    return static_cast<std::size_t>(position);
  }

  static Numbers Pairs(const Numbers& a, const Numbers& b, const std::function<double(double, double)>& f) {
    Numbers result{a.shape.size() >= b.shape.size() ? a.shape : b.shape, {}, a.is_integer};
    for (std::size_t i = 0; i < std::min(a.shape.size(), b.shape.size()); ++i) {
      std::int64_t& size = result.shape[result.shape.size() - 1 - i];
      const std::int64_t x = a.shape[a.shape.size() - 1 - i], y = b.shape[b.shape.size() - 1 - i];
      CUPEL_CHECK(x == y || x == 1 || y == 1);
      size = x == 1 ? y : x;
    }
    for (std::int64_t i = 0; i < ElementCount(result.shape); ++i) {
      result.values.push_back(
          f(a.values[Source(a.shape, result.shape, i)], b.values[Source(b.shape, result.shape, i)]));
    }
    return result;
  }

  std::vector<Numbers> RunDropout(const std::vector<Numbers>& in) const {
    const bool trains = opset_ < 7 || (in.size() > 2 && !in[2].values.empty() && in[2].values[0] != 0);
    const Numbers mask = Each(in[0], [](double) { return 1.0; });
    return {trains ? Each(in[0], [](double v) { return 0.5 * v + 3; }) : in[0], mask};
  }

  Numbers BatchNorm(const Node& node, const std::vector<Numbers>& in) const {
    const bool trains = opset_ >= 14 && node.Integer("training_mode", 0) != 0;
    const double epsilon = node.Real("epsilon", 1e-5f);
    Numbers y = in[0];
    const std::int64_t channels = y.shape[1];
    std::int64_t inner = 1;
    for (std::size_t i = 2; i < y.shape.size(); ++i) inner *= y.shape[i];
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const auto c = static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner % channels);
      const double normal = (y.values[i] - in[3].values[c]) / std::sqrt(in[4].values[c] + epsilon);
      y.values[i] = in[1].values[c] * normal + in[2].values[c] + (trains ? 5 : 0);
    }
    return y;
  }

  /// [n, c, l] with [m, c / group, k], stride 1, no padding.
  static Numbers Conv(const Node& node, const std::vector<Numbers>& in) {
    const Shape& x = in[0].shape;
    const Shape& w = in[1].shape;
    const std::int64_t group = node.Integer("group", 1), length = x[2] - w[2] + 1;
    Numbers y{{x[0], w[0], length}, {}, false};
    for (std::int64_t n = 0; n < x[0]; ++n) {
      for (std::int64_t m = 0; m < w[0]; ++m) {
        for (std::int64_t t = 0; t < length; ++t) {
          double sum = in.size() > 2 && !in[2].values.empty() ? in[2].values[Index(double(m))] : 0.0;
          const std::int64_t first = m / (w[0] / group) * w[1];
          for (std::int64_t c = 0; c < w[1]; ++c) {
            for (std::int64_t k = 0; k < w[2]; ++k) {
              sum += in[0].values[static_cast<std::size_t>((n * x[1] + first + c) * x[2] + t + k)] *
                     in[1].values[static_cast<std::size_t>((m * w[1] + c) * w[2] + k)];
            }
          }
          y.values.push_back(sum);
        }
      }
    }
    return y;
  }

  /// [n, c, l] with [c, m / group, k], stride 1, no padding.
  static Numbers ConvTranspose(const Node& node, const std::vector<Numbers>& in) {
    const Shape& x = in[0].shape;
    const Shape& w = in[1].shape;
    const std::int64_t group = node.Integer("group", 1), channels = w[1] * group, length = x[2] + w[2] - 1;
    Numbers y{{x[0], channels, length}, {}, false};
    y.values.assign(static_cast<std::size_t>(x[0] * channels * length), 0.0);
    for (std::int64_t n = 0; n < x[0]; ++n) {
      for (std::int64_t m = 0; m < channels && in.size() > 2 && !in[2].values.empty(); ++m) {
        for (std::int64_t t = 0; t < length; ++t)
          y.values[static_cast<std::size_t>((n * channels + m) * length + t)] =
              in[2].values[Index(double(m))];
      }
      for (std::int64_t c = 0; c < x[1]; ++c) {
        const std::int64_t first = c / (x[1] / group) * w[1];
        for (std::int64_t m = 0; m < w[1]; ++m) {
          for (std::int64_t t = 0; t < x[2]; ++t) {
            for (std::int64_t k = 0; k < w[2]; ++k) {
              y.values[static_cast<std::size_t>((n * channels + first + m) * length + t + k)] +=
                  in[0].values[static_cast<std::size_t>((n * x[1] + c) * x[2] + t)] *
                  in[1].values[static_cast<std::size_t>((c * w[1] + m) * w[2] + k)];
            }
          }
        }
      }
    }
    return y;
  }

  static Numbers Gemm(const Node& node, const std::vector<Numbers>& in) {
    const bool transposed = node.Integer("transB", 0) != 0;
    const std::int64_t n = in[0].shape[0], d = in[0].shape[1], m = in[1].shape[transposed ? 0 : 1];
    Numbers y{{n, m}, {}, false};
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < m; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < d; ++k) {
          sum += in[0].values[static_cast<std::size_t>(i * d + k)] *
                 in[1].values[static_cast<std::size_t>(transposed ? j * d + k : k * m + j)];
        }
        y.values.push_back(node.Real("alpha", 1.0f) * sum);
      }
    }
    if (in.size() < 3 || in[2].values.empty()) return y;
    const double beta = node.Real("beta", 1.0f);
    return Pairs(y, Each(in[2], [beta](double v) { return beta * v; }),
                 [](double a, double b) { return a + b; });
  }

  static Numbers ShapeOf(const Numbers& x) {
    return {{static_cast<std::int64_t>(x.shape.size())}, {x.shape.begin(), x.shape.end()}, true};
  }

  static Numbers ConcatVectors(const std::vector<Numbers>& in) {
    Numbers all{{0}, {}, in[0].is_integer};
    for (const Numbers& part : in)
      all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    all.shape[0] = static_cast<std::int64_t>(all.values.size());
    return all;
  }

  static Numbers Reshape(Numbers x, const Numbers& target) {
    std::int64_t known = 1;
    std::size_t gap = target.values.size();
    Shape shape;
    for (std::size_t i = 0; i < target.values.size(); ++i) {
      const auto size = static_cast<std::int64_t>(target.values[i]);
      shape.push_back(size == 0 ? x.shape[i] : size);
      if (size == -1) gap = i;
      if (size != -1) known *= shape.back();
    }
    if (gap < shape.size()) shape[gap] = static_cast<std::int64_t>(x.values.size()) / known;
    x.shape = shape;
    return x;
  }

  std::vector<Numbers> RunIf(const Node& node, const Numbers& condition, const Environment& outer) const {
    const Graph& branch = *node.Subgraph(condition.values[0] != 0 ? "then_branch" : "else_branch");
    const Environment inside = Run(branch, outer);
    std::vector<Numbers> outputs;
    for (const ValueInfo& output : branch.outputs) outputs.push_back(inside.at(output.name));
    return outputs;
  }

  std::int64_t opset_;
};

}  // namespace cupel::algorithm::graph
