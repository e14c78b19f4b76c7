// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures of this family (docs/formats/report.md): precision-recall curves, free-response curves, bars.

#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::detection {

struct Series {
  std::string name;
  std::vector<double> x;  ///< Rising.
  std::vector<double> y;
};

struct Axes {
  check::Text x;
  check::Text y;
  bool log_x = false;
  bool log_y = false;
};

/// Series beyond the sixteenth are left out, points thinned to 1000 a series, ends kept.
Json CurveFigure(const check::Text& title, const Axes& axes, const std::vector<Series>& series);

/// The metrics as bars with their intervals, the first 100; `prefix` is cut from the names.
Json BarsFigure(const check::Text& title, const std::vector<check::Metric>& metrics, std::string_view prefix);

}  // namespace cupel::algorithm::detection
