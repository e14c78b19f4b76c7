// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Compiling a small graph and running it on numbers: for this module's tests only.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "cupel/algorithm/compiled/compiled_graph.h"
#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::compiled {

using graph::FloatValue;
using graph::MakeGraph;
using graph::MakeNode;
using graph::TensorValue;
using Floats = std::vector<float>;

inline Floats Draw(std::int64_t count, std::uint64_t seed) {
  ReproducibleStream stream(seed, "compiled-test");
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = 2 * stream.Uniform() - 1;
  return values;
}

inline TensorValue Weights(const graph::Shape& shape, std::uint64_t seed) {
  return TensorValue::FromFloats(shape, Draw(graph::ElementCount(shape), seed));
}

inline TensorValue Integers(const std::vector<std::int64_t>& values) {
  return TensorValue::FromInt64s({static_cast<std::int64_t>(values.size())}, values);
}

/// Output and input gradient of sum(seed * output); empty after an error, which fails the test.
struct Numbers {
  Floats output;
  Floats gradient;
};

inline Numbers Evaluate(const CompiledGraph& compiled, const Floats& input, const Floats& seed = {}) {
  const auto n = static_cast<std::int64_t>(input.size()) / graph::ElementCount(compiled.input_shape());
  Numbers numbers;
  numbers.output.resize(static_cast<std::size_t>(n * graph::ElementCount(compiled.output_shape())));
  if (seed.empty()) {
    const Status status = compiled.Forward(input, numbers.output);
    EXPECT_TRUE(status) << (status ? "" : status.error().ToString());
    return numbers;
  }
  auto recording = compiled.Record(input, numbers.output);
  EXPECT_TRUE(recording) << (recording ? "" : recording.error().ToString());
  if (!recording) return numbers;
  numbers.gradient.resize(input.size());
  const Status status = recording->InputGradient(seed, numbers.gradient);
  EXPECT_TRUE(status) << (status ? "" : status.error().ToString());
  return numbers;
}

/// Compares the input gradient g with (f(x + h d) - f(x - h d)) along random directions d; the empty text
/// when all agree. The difference is off by the float32 rounding of the outputs (below 2e-7 of their
/// magnitudes), and where kinks lie within h, by an error that is quadratic in h; that of a wrong gradient is
/// linear. So a direction agrees when it does for one of three h, within 0.5 % of sum |g_i h d_i|. `spoilt`:
/// every tenth element of the gradient is set to 0 first, which must be noticed.
inline std::string CompareWithCentralDifferences(const graph::Graph& graph, float low = -1, float high = 1,
                                                 bool spoilt = false) {
  const auto created = CompiledGraph::Create(graph, {.rows = 2});
  if (!created) return created.error().ToString();
  const CompiledGraph& compiled = **created;
  constexpr std::int64_t kSamples = 3;
  const std::int64_t row = graph::ElementCount(compiled.input_shape());
  Floats x = Draw(kSamples * row, 11);
  for (float& value : x) value = low + (high - low) * (value + 1) / 2;
  const Floats seed = Draw(kSamples * graph::ElementCount(compiled.output_shape()), 12);
  Floats gradient = Evaluate(compiled, x, seed).gradient;
  for (std::size_t i = 0; spoilt && i < gradient.size(); i += 10) gradient[i] = 0;
  const auto objective = [&](const Floats& point) {
    const Floats output = Evaluate(compiled, point).output;
    double sum = 0, magnitude = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      sum += double{output[i]} * seed[i];
      magnitude += std::abs(double{output[i]} * seed[i]);
    }
    return std::pair(sum, magnitude);
  };
  for (std::uint64_t trial = 0; trial < 8; ++trial) {
    const Floats direction = Draw(kSamples * row, 100 + trial);
    std::string difference;
    for (const float step : {1.0F / 512, 1.0F / 2048, 1.0F / 8192}) {
      Floats up = x, down = x;
      double expected = 0, reach = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        up[i] += step * direction[i];
        down[i] -= step * direction[i];
        const double part = double{gradient[i]} * (double{up[i]} - down[i]);
        expected += part;
        reach += std::abs(part);
      }
      const auto [above, magnitude] = objective(up);
      const double found = above - objective(down).first;
      if (std::abs(found - expected) <= 2e-7 * magnitude + 0.005 * reach) {
        difference.clear();
        break;
      }
      difference = "along direction " + std::to_string(trial) + ": gradient gives " +
                   std::to_string(expected) + ", differences " + std::to_string(found);
    }
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace cupel::algorithm::compiled
