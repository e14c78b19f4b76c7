// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Drives one query attack on one sample without a runner: for this module's tests only.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"

namespace cupel::algorithm::inspect {

using AnswerFunction = std::function<std::vector<float>(std::span<const float>)>;

inline AnswerFunction AnswersOf(const RowModel& model) {
  return [&model](std::span<const float> x) { return model.Logits(x); };
}

/// A sample that owns its values.
struct OwnedSample {
  std::vector<float> original;
  std::vector<std::int64_t> shape;
  std::int64_t index = 0;
  Goal goal;
  std::int64_t class_count = 2;
  ThreatModel threat;
  std::uint64_t seed = 7;

  inspect::Sample View() const {
    return {.original = original,
            .shape = shape,
            .original_index = index,
            .goal = goal,
            .class_count = class_count,
            .threat = threat,
            .seed = seed,
            .stream = "test"};
  }
};

/// A sample of the given shape with values between low and high, labelled by the model.
inline OwnedSample DrawSample(const AnswerFunction& answer, std::vector<std::int64_t> shape,
                              const ThreatModel& threat, std::int64_t index, float low = 0.3F,
                              float high = 0.7F) {
  OwnedSample sample;
  sample.shape = std::move(shape);
  sample.threat = threat;
  sample.index = index;
  std::int64_t d = 1;
  for (std::int64_t extent : sample.shape) d *= extent;
  ReproducibleStream stream(17, "drawn", static_cast<std::uint64_t>(index));
  for (std::int64_t i = 0; i < d; ++i) sample.original.push_back(stream.Uniform(low, high));
  const std::vector<float> logits = answer(sample.original);
  sample.class_count = static_cast<std::int64_t>(logits.size());
  sample.goal.label = PredictedClass(logits);
  return sample;
}

/// The class that is second at the original: a target within reach.
inline std::int32_t RunnerUp(const AnswerFunction& answer, const OwnedSample& sample) {
  std::vector<float> logits = answer(sample.original);
  logits[static_cast<std::size_t>(sample.goal.label)] = -std::numeric_limits<float>::infinity();
  return PredictedClass(logits);
}

/// What an attack looked at.
struct Trace {
  std::vector<std::vector<float>> points;
  std::vector<double> margins;
  std::vector<std::size_t> spent;  ///< Looks by then, with those whose answer the walk knew.
  std::size_t all = 0;             ///< Looks in the end, likewise.

  /// Looks spent when the first success was seen; 0: none.
  std::size_t FirstSuccess() const {
    for (std::size_t i = 0; i < margins.size(); ++i) {
      if (margins[i] > 0) return spent[i];
    }
    return 0;
  }
  /// Distance of the nearest success among the first `looks`; infinite without one.
  double Nearest(std::span<const float> original, Norm norm,
                 std::size_t looks = std::numeric_limits<std::size_t>::max()) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(looks, points.size()); ++i) {
      if (margins[i] > 0) nearest = std::min(nearest, Measure(original, points[i]).In(norm));
    }
    return nearest;
  }
};

enum class Until { kEnd, kSuccess };

inline Trace Drive(const Attack& attack, const OwnedSample& sample, const AnswerFunction& answer,
                   Until until = Until::kEnd) {
  EXPECT_EQ(attack.gradients(sample.class_count), 0);
  Trace trace;
  const std::unique_ptr<Walk> walk = attack.Begin(sample.View());
  std::vector<float> x(sample.original.size());
  std::size_t spent = 0;
  while (walk->Next(x)) {
    spent += 1 + static_cast<std::size_t>(walk->TakeRepeats());
    trace.spent.push_back(spent);
    const std::vector<float> logits = answer(x);
    trace.points.push_back(x);
    trace.margins.push_back(sample.goal.MarginOf(logits));
    if (until == Until::kSuccess && trace.margins.back() > 0) break;
    walk->See(logits, {});
  }
  trace.all = spent + static_cast<std::size_t>(walk->TakeRepeats());
  return trace;
}

/// Distance of a point to the boundary of a two-class linear model, where the box does not come between:
/// nullopt where it does.
inline std::optional<double> ExactDistance(const RowModel& model, const OwnedSample& sample) {
  const auto& layer = model.layers()[0];
  double margin = double{layer.bias[1]} - layer.bias[0];
  double squares = 0;
  double sum = 0;
  std::vector<double> w;
  for (std::size_t i = 0; i < sample.original.size(); ++i) {
    w.push_back(double{layer.weights[1][i]} - layer.weights[0][i]);
    margin += w[i] * sample.original[i];
    squares += w[i] * w[i];
    sum += std::abs(w[i]);
  }
  const bool linf = sample.threat.norm == Norm::kLinf;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double offset = linf ? std::copysign(margin / sum, -w[i] * margin) : -margin * w[i] / squares;
    const double nearest = sample.original[i] + offset;
    if (nearest < sample.threat.box_low || nearest > sample.threat.box_high) return std::nullopt;
  }
  return std::abs(margin) / (linf ? sum : std::sqrt(squares));
}

}  // namespace cupel::algorithm::inspect
