// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Drives one gradient attack on one sample without a runner, and models that other libraries were run on:
/// for this module's tests only.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"
#include "cupel/algorithm/inspect/box_hyperplane.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"

namespace cupel::algorithm::inspect {

/// What a walk looked at.
struct Looks {
  std::vector<std::vector<float>> points;
  std::vector<double> margins;
  std::vector<int> restarts;
  std::vector<int> steps;

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

inline const std::vector<std::int64_t>& ShapeOfTwelve() {
  static const std::vector<std::int64_t> shape = {12};
  return shape;
}

/// original must outlive the sample; the label is the model's answer.
inline Sample SampleFor(const RowModel& model, std::span<const float> original, Norm norm,
                        std::int64_t index = 0) {
  const std::vector<float> logits = model.Logits(original);
  return {.original = original,
          .shape = ShapeOfTwelve(),
          .original_index = index,
          .goal = {.label = PredictedClass(logits)},
          .class_count = static_cast<std::int64_t>(logits.size()),
          .threat = {.norm = norm,
                     .epsilon = std::numeric_limits<double>::infinity(),
                     .box_low = 0,
                     .box_high = 1},
          .seed = 7,
          .stream = "test"};
}

/// Walks to the end. Every point must lie in the box.
inline Looks WalkToEnd(const Attack& attack, const Sample& sample, const RowModel& model) {
  Looks looks;
  const std::unique_ptr<Walk> walk = attack.Begin(sample);
  const auto d = static_cast<std::int64_t>(sample.original.size());
  std::vector<float> x(sample.original.size());
  while (walk->Next(x)) {
    for (const float value : x) {
      EXPECT_GE(value, sample.threat.box_low);
      EXPECT_LE(value, sample.threat.box_high);
    }
    const std::vector<float> logits = model.Logits(x);
    looks.points.push_back(x);
    looks.margins.push_back(sample.goal.MarginOf(logits));
    looks.restarts.push_back(walk->restart());
    looks.steps.push_back(walk->step());
    std::vector<float> gradients;
    for (int k = 0; k < attack.gradients(sample.class_count); ++k) {
      std::vector<float> seed(logits.size());
      walk->OutputGradient(k, logits, seed);
      const auto pass = model.ForwardGradient(tensor::FromFloats(x, {1, d}), [&](const tensor::Tensor&) {
        return tensor::FromFloats(seed, {1, sample.class_count});
      });
      const std::vector<float> gradient = tensor::ToFloats(pass->input_gradient);
      gradients.insert(gradients.end(), gradient.begin(), gradient.end());
    }
    walk->See(logits, gradients);
  }
  return looks;
}

/// The least distance at which a linear model errs inside the box: exact (box_hyperplane_test.cc).
inline double LinearDistance(const RowModel& model, const Sample& sample) {
  const auto& layer = model.layers()[0];
  const auto y = static_cast<std::size_t>(sample.goal.label);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < layer.bias.size(); ++k) {
    if (k == y) continue;
    std::vector<float> w;
    double margin = double{layer.bias[k]} - layer.bias[y];
    for (std::size_t i = 0; i < sample.original.size(); ++i) {
      w.push_back(layer.weights[k][i] - layer.weights[y][i]);
      margin += double{w.back()} * sample.original[i];
    }
    std::vector<double> move(w.size());
    MoveOntoHyperplane(sample.threat, sample.original, w, -margin, move);
    double reached = margin;
    for (std::size_t i = 0; i < w.size(); ++i) reached += w[i] * move[i];
    if (reached < -1e-9) continue;  // not inside the box
    std::vector<float> there;
    for (std::size_t i = 0; i < w.size(); ++i)
      there.push_back(static_cast<float>(sample.original[i] + move[i]));
    nearest = std::min(nearest, Measure(sample.original, there).In(sample.threat.norm));
  }
  return nearest;
}

/// A network of formulas, so that another language can have the same: 12 features, 24 hidden, 4 classes.
inline RowModel FormulaNetwork(float gradient_sign = 1) {
  const auto layer = [](int rows, int columns, double from) {
    RowModel::Layer made;
    for (int r = 0; r < rows; ++r) {
      auto& row = made.weights.emplace_back();
      for (int c = 0; c < columns; ++c) {
        row.push_back(static_cast<float>(std::sin(from + 0.7 * (r * columns + c) * (1 + 0.01 * r)) *
                                         std::sqrt(2.0 / columns)));
      }
    }
    return made;
  };
  std::vector<RowModel::Layer> layers = {layer(24, 12, 1), layer(4, 24, 2)};
  for (int i = 0; i < 24; ++i) layers[0].bias.push_back(static_cast<float>(0.1 * std::sin(3.0 * i)));
  for (int i = 0; i < 4; ++i) layers[1].bias.push_back(static_cast<float>(0.1 * std::cos(2.0 * i)));
  return RowModel(std::move(layers), gradient_sign);
}

/// Answers class 0 everywhere: its gradient is zero.
inline RowModel FlatNetwork() {
  RowModel::Layer layer;
  layer.weights = {std::vector<float>(12, 0.0F), std::vector<float>(12, 0.0F)};
  layer.bias = {1, 0};
  return RowModel(std::vector<RowModel::Layer>{std::move(layer)});
}

inline constexpr int kFormulaInputs = 16;

/// Input i of those that other libraries were run on, [12].
inline std::vector<float> FormulaInput(int i) {
  std::vector<float> x;
  for (int j = 0; j < 12; ++j)
    x.push_back(static_cast<float>(0.5 + 0.5 * std::sin(5.0 + 1.3 * (i * 12 + j) * (1 + 0.02 * i))));
  return x;
}

}  // namespace cupel::algorithm::inspect
