// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small smooth network that any language can write down, and a driver that walks an attack through it
/// without tiles or tensors: for this module's tests only.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

/// logits_k = 3 sum_j cos(2 + 5 j + 11 k) tanh(sum_i sin(1 + 3 i + 7 j) x_i), in double; 8 hidden units.
class SmoothNet {
 public:
  SmoothNet(std::size_t features, std::size_t classes) : features_(features), classes_(classes) {}
  std::size_t features() const { return features_; }
  std::size_t classes() const { return classes_; }

  std::vector<float> Logits(std::span<const float> x) const {
    std::vector<float> logits;
    const std::vector<double> hidden = Hidden(x);
    for (std::size_t k = 0; k < classes_; ++k) {
      double z = 0;
      for (std::size_t j = 0; j < kHidden; ++j) z += Out(j, k) * hidden[j];
      logits.push_back(static_cast<float>(z));
    }
    return logits;
  }

  std::vector<float> Gradient(std::span<const float> x, std::span<const float> output_gradient) const {
    std::vector<double> gradient(features_);
    const std::vector<double> hidden = Hidden(x);
    for (std::size_t j = 0; j < kHidden; ++j) {
      double g = 0;
      for (std::size_t k = 0; k < classes_; ++k) g += Out(j, k) * output_gradient[k];
      g *= 1 - hidden[j] * hidden[j];
      for (std::size_t i = 0; i < features_; ++i) gradient[i] += In(i, j) * g;
    }
    return {gradient.begin(), gradient.end()};
  }

 private:
  static constexpr std::size_t kHidden = 8;
  static double In(std::size_t i, std::size_t j) {
    return std::sin(1.0 + 3 * static_cast<double>(i) + 7 * static_cast<double>(j));
  }
  static double Out(std::size_t j, std::size_t k) {
    return 3 * std::cos(2.0 + 5 * static_cast<double>(j) + 11 * static_cast<double>(k));
  }
  std::vector<double> Hidden(std::span<const float> x) const {
    std::vector<double> hidden(kHidden);
    for (std::size_t j = 0; j < kHidden; ++j) {
      for (std::size_t i = 0; i < features_; ++i) hidden[j] += In(i, j) * x[i];
      hidden[j] = std::tanh(hidden[j]);
    }
    return hidden;
  }

  std::size_t features_;
  std::size_t classes_;
};

struct Look {
  std::vector<float> x;
  std::vector<float> logits;
  int restart = 0;
  int step = 0;
};

/// Every point that a gradient attack looks at when nobody stops it; at most `limit`.
inline std::vector<Look> LooksOf(const Attack& attack, const Sample& sample, const SmoothNet& net,
                                 std::size_t limit = 100000) {
  std::vector<Look> looks;
  const std::unique_ptr<Walk> walk = attack.Begin(sample);
  std::vector<float> x(sample.original.size());
  while (looks.size() < limit && walk->Next(x)) {
    const std::vector<float> logits = net.Logits(x);
    looks.push_back({x, logits, walk->restart(), walk->step()});
    std::vector<float> gradients;
    for (int k = 0; k < attack.gradients(static_cast<std::int64_t>(net.classes())); ++k) {
      std::vector<float> wanted(logits.size());
      walk->OutputGradient(k, logits, wanted);
      const std::vector<float> gradient = net.Gradient(x, wanted);
      gradients.insert(gradients.end(), gradient.begin(), gradient.end());
    }
    walk->See(logits, gradients);
  }
  return looks;
}

}  // namespace cupel::algorithm::inspect
