// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A figure of each class and its plain mean over the classes that have one, with intervals over images.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/detection/ranking.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::detection {

/// NaN: the class has no figure (no object that counts).
using ClassFigure = std::function<double(const Ranking& ranking, std::span<const double> weights)>;

/// NaN when no class has a figure.
double MeanOverClasses(std::span<const Ranking> rankings, const ClassFigure& figure,
                       std::span<const double> weights);

struct ClassMean {
  std::span<const Ranking> rankings;
  std::span<const std::string> names;  ///< Of the classes.
  std::size_t images = 0;
  ClassFigure figure;
  std::string stream;  ///< The scheme's id.
};

/// Adds `value`, and `class.<name>` for each of up to 100 classes where there are at least two, with a
/// picture of them. Without any object that counts: a note.
void AddClassMean(const ClassMean& mean, const scheme::Options& options, scheme::Evaluation& evaluation);

}  // namespace cupel::algorithm::detection
