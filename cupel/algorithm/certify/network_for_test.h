// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Networks with random weights, and the property every bound must have: for this module's tests only.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/certify/certifier.h"
#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::certify {

using graph::Shape;

/// Grows a graph from input "x" of one sample shape; the newest value is current().
class NetworkBuilder {
 public:
  NetworkBuilder(Shape sample_shape, std::uint64_t seed)
      : stream_(seed, "network"), shape_(sample_shape), sample_shape_(std::move(sample_shape)) {
    graph_.name = "random";
    graph_.opsets[""] = 13;
    graph_.ir_version = 8;
    std::vector<std::string> dimensions = {"N"};
    for (const std::int64_t size : sample_shape_) dimensions.push_back(std::to_string(size));
    graph_.inputs = {graph::FloatValue("x", dimensions)};
  }

  ReproducibleStream& stream() { return stream_; }
  const std::string& current() const { return current_; }
  const Shape& shape() const { return shape_; }
  void GoBackTo(const std::string& value, Shape shape) {
    current_ = value;
    shape_ = std::move(shape);
  }

  std::string Normal(const Shape& shape, double deviation) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < graph::ElementCount(shape); ++i)
      values.push_back(static_cast<float>(deviation * stream_.Normal()));
    return Constant(shape, values);
  }
  std::string Positive(const Shape& shape) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < graph::ElementCount(shape); ++i) values.push_back(stream_.Uniform(0.5F, 2));
    return Constant(shape, values);
  }
  std::string Constant(const Shape& shape, const std::vector<float>& values) {
    const std::string name = "c" + std::to_string(++names_);
    graph_.initializers[name] = graph::TensorValue::FromFloats(shape, values);
    return name;
  }

  std::string Integers(const std::vector<std::int64_t>& values) {
    const std::string name = "c" + std::to_string(++names_);
    graph_.initializers[name] =
        graph::TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
    return name;
  }

  NetworkBuilder& Node(const std::string& op, std::vector<std::string> inputs,
                       std::map<std::string, graph::Attribute, std::less<>> attributes = {}) {
    const std::string name = "v" + std::to_string(++names_);
    graph_.nodes.push_back(graph::MakeNode(op, std::move(inputs), {name}, std::move(attributes)));
    current_ = name;
    return *this;
  }
  NetworkBuilder& Unary(const std::string& op,
                        std::map<std::string, graph::Attribute, std::less<>> attributes = {}) {
    return Node(op, {current_}, std::move(attributes));
  }
  NetworkBuilder& Dense(std::int64_t outputs) {
    const std::int64_t inputs = shape_[0];
    Node("Gemm",
         {current_, Normal({outputs, inputs}, 1 / std::sqrt(static_cast<double>(inputs))),
          Normal({outputs}, 0.2)},
         {{"transB", std::int64_t{1}}});
    shape_ = {outputs};
    return *this;
  }
  NetworkBuilder& Conv(std::int64_t outputs, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                       std::int64_t groups = 1) {
    const std::int64_t terms = shape_[0] / groups * kernel * kernel;
    Node("Conv",
         {current_,
          Normal({outputs, shape_[0] / groups, kernel, kernel}, 1.4 / std::sqrt(static_cast<double>(terms))),
          Normal({outputs}, 0.2)},
         {{"strides", std::vector<std::int64_t>{stride, stride}},
          {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
          {"group", groups}});
    Slide(kernel, stride, pad);
    shape_[0] = outputs;
    return *this;
  }
  NetworkBuilder& Pool(const std::string& op, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                       std::map<std::string, graph::Attribute, std::less<>> attributes = {}) {
    attributes["kernel_shape"] = std::vector<std::int64_t>{kernel, kernel};
    attributes["strides"] = std::vector<std::int64_t>{stride, stride};
    attributes["pads"] = std::vector<std::int64_t>{pad, pad, pad, pad};
    Unary(op, std::move(attributes));
    Slide(kernel, stride, pad);
    return *this;
  }
  NetworkBuilder& BatchNorm() {
    const Shape channel = {shape_[0]};
    return Node("BatchNormalization", {current_, Normal(channel, 1), Normal(channel, 0.3),
                                       Normal(channel, 0.3), Positive(channel)});
  }
  NetworkBuilder& Flatten() {
    Unary("Flatten");
    shape_ = {graph::ElementCount(shape_)};
    return *this;
  }

  /// The graph up to the current value.
  graph::Graph Finish() const {
    graph::Graph graph = graph_;
    graph.outputs = {graph::ValueInfo{current_, graph::DataType::kFloat32, std::nullopt, "tensor"}};
    return graph;
  }
  const Shape& sample_shape() const { return sample_shape_; }

 private:
  void Slide(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    for (const std::size_t axis : {1U, 2U}) shape_[axis] = (shape_[axis] + 2 * pad - kernel) / stride + 1;
  }

  graph::Graph graph_;
  ReproducibleStream stream_;
  Shape shape_;
  Shape sample_shape_;
  std::string current_ = "x";
  int names_ = 0;
};

/// dense, relu, dense, relu, ..., dense.
inline graph::Graph RandomMlp(const std::vector<std::int64_t>& widths, std::uint64_t seed) {
  NetworkBuilder builder({widths[0]}, seed);
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (i > 1) builder.Unary("Relu");
    builder.Dense(widths[i]);
  }
  return builder.Finish();
}

inline std::vector<float> RandomSample(std::int64_t d, ReproducibleStream& stream, float low = 0,
                                       float high = 1) {
  std::vector<float> x;
  for (std::int64_t i = 0; i < d; ++i) x.push_back(stream.Uniform(low, high));
  return x;
}

/// A point of ball and box that obeys the threat model's rule exactly: a corner, a sparse corner, an inner
/// point, or (L2) one on the sphere.
inline std::vector<float> PointInBall(const inspect::ThreatModel& threat, std::span<const float> x,
                                      ReproducibleStream& stream) {
  const std::uint64_t kind = stream.Below(3);
  std::vector<double> direction;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    direction.push_back(threat.norm == inspect::Norm::kL2 ? stream.Normal()
                        : stream.Below(2) == 0            ? -1.0
                                                          : 1.0);
    if (kind == 1 && stream.Below(2) == 0) direction[i] = 0;
    if (kind == 2) direction[i] *= stream.UniformDouble();
    squares += direction[i] * direction[i];
  }
  const double scale =
      threat.epsilon / (threat.norm == inspect::Norm::kL2 ? std::sqrt(squares) * (1 + 1e-6) + 1e-30 : 1.0);
  std::vector<float> point;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float moved = inspect::RoundInward(x[i], scale * direction[i]);
    point.push_back(std::clamp(moved, threat.box_low, threat.box_high));
  }
  EXPECT_TRUE(inspect::CheckWithin(threat, x, point).has_value());
  return point;
}

struct SoundnessCase {
  const Program& program;
  const executor::Executor& exact;  ///< Of the graph as it is.
  Shape sample_shape;
  inspect::ThreatModel threat;
  BoundMethod method;
};

/// The property: float32 answers at points of the ball lie within the bounds of the output, and random forms
/// of them above their lower bounds. Returns what is violated; nothing when nothing is.
inline std::optional<std::string> FindViolation(const SoundnessCase& c, std::span<const float> x,
                                                ReproducibleStream& stream, int points) {
  const InputBall ball = MakeInputBall(c.threat, x);
  Propagation propagation(c.program, ball, c.method);
  if (!propagation.Run().value()) return std::nullopt;
  const Plane& plane = c.program.values[c.program.output];
  LinearForms forms(4, plane, WholeOf(plane));
  for (double& value : forms.values) value = stream.Normal();
  const std::vector<double> least = propagation.LowerBounds(forms);
  const Box& box = propagation.BoundsOf(c.program.output);
  std::vector<float> tile;
  for (int i = 0; i < points; ++i) {
    const std::vector<float> point = PointInBall(c.threat, x, stream);
    tile.insert(tile.end(), point.begin(), point.end());
  }
  std::vector<std::int64_t> shape = c.sample_shape;
  shape.insert(shape.begin(), points);
  const std::vector<float> y = tensor::ToFloats(c.exact.Forward(tensor::FromFloats(tile, shape)).value());
  const auto count = static_cast<std::size_t>(plane.Count());
  for (std::size_t row = 0; row < static_cast<std::size_t>(points); ++row) {
    for (std::size_t i = 0; i < count; ++i) {
      const double value = y[row * count + i];
      if (!(value >= box.low[i] && value <= box.high[i]))
        return "output " + std::to_string(i) + " is " + std::to_string(value) + ", outside its bounds";
    }
    for (std::int64_t form = 0; form < forms.rows; ++form) {
      double sum = 0;
      for (std::size_t i = 0; i < count; ++i) sum += forms.Row(form)[i] * double{y[row * count + i]};
      // The sum here rounds, too, in double.
      if (!(sum + 1e-12 * (1 + std::abs(sum)) >= least[static_cast<std::size_t>(form)]))
        return "a form is " + std::to_string(sum) + ", below its bound";
    }
  }
  return std::nullopt;
}

inline std::unique_ptr<executor::Executor> ExactExecutor(const graph::Graph& graph) {
  return executor::MakeExecutor(graph, {.device = {}, .optimise = false}).value();
}

inline executor::ClassifierOptions OptionsFor(const Shape& sample_shape) {
  executor::ClassifierOptions options;
  options.sample_shape = sample_shape;
  return options;
}

}  // namespace cupel::algorithm::certify
