// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Builders of the report's pictures (docs/formats/report.md), which keep its limits, for every check.

#include <cstdint>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::check {

inline constexpr std::size_t kMaxConfusionLabels = 100;
inline constexpr std::size_t kMaxBars = 100;
inline constexpr std::size_t kMaxCurves = 16;

/// A figure of `type` with its title; the caller adds the members of its type.
Json Figure(std::string_view type, const Text& title);

Json TextJson(const Text& text);

/// {label, value, low, high} of a bars figure.
Json Bar(std::string label, double value, const stats::Interval& interval);

}  // namespace cupel::algorithm::check
