// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Builders of a scheme's pictures (docs/formats/report.md), which keep its limits.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::scheme {

inline constexpr std::size_t kMaxCurvePoints = 1000;
inline constexpr std::size_t kMaxBars = 100;

struct Axis {
  std::string label;
  bool is_logarithmic = false;
};

/// A curve figure of one series. Longer ones are thinned to kMaxCurvePoints, ends kept, evenly by index.
/// x rises. Precondition: equal lengths.
Json CurveFigure(const check::Text& title, const Axis& x_axis, const Axis& y_axis, std::string series,
                 std::span<const double> x, std::span<const double> y);

/// One bar a metric, its interval as whiskers; those beyond kMaxBars are left out.
Json BarsFigure(const check::Text& title, std::string_view value_label,
                std::span<const check::Metric> metrics);

}  // namespace cupel::algorithm::scheme
