// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Class prototypes: the inputs that a model holds for most typical of its classes (Fredrikson, Jha and
/// Ristenpart, "Model inversion attacks that exploit confidence information", CCS 2015, algorithm 1,
/// "MI-Face").
///
/// Projected gradient ascent on
///
///     log p_c(x) - tv * sum |x_i - x_j| over neighbouring pixels / d - l2 * sum (x_i - m)^2 / d
///
/// in the box, from its middle m in every pixel. A step has length step * (high - low) * sqrt(d) in L2, along
/// the normalised gradient, falling linearly to zero. The best iterate is kept. No random numbers.

#include <cstdint>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::leakage {

struct PrototypeOptions {
  int steps = 200;
  double step = 0.02;
  double total_variation = 1;
  double l2 = 1;
  float box_low = 0;
  float box_high = 1;
};

struct Prototype {
  std::vector<float> values;  ///< [c, h, w]
  double probability = 0;     ///< Of its class.
  double objective = 0;
};

/// One prototype for each of the classes, in their order. Errors: those of the model; kInterrupted.
Result<std::vector<Prototype>> FindPrototypes(const executor::Classifier& model,
                                              const std::vector<std::int32_t>& classes,
                                              const PrototypeOptions& options);

/// Sum of |differences| of neighbouring pixels of [c, h, w], divided by the number of values; its
/// (sub)gradient is added to `gradient`, scaled by `weight`.
double TotalVariation(std::span<const float> x, const std::vector<std::int64_t>& shape, double weight,
                      std::span<double> gradient);

}  // namespace cupel::algorithm::leakage
