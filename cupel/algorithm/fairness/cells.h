// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The four counts of yes-or-no decisions for each group, and every rate that comes from them.
///
/// One pass over a byte and an index a sample fills the cells of all groups; all rates, gaps, ratios and
/// tests are then functions of those few integers, whatever the number of samples. "Positive" is the label
/// that the decision is about (reoffended, repaid, is the same person), "selected" is the decision for it
/// (called risky, accepted, matched).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/stats/group_gap.h"

namespace cupel::algorithm::fairness {

struct Cell {
  std::int64_t tn = 0;
  std::int64_t fp = 0;
  std::int64_t fn = 0;
  std::int64_t tp = 0;

  std::int64_t n() const { return tn + fp + fn + tp; }
  std::int64_t positives() const { return fn + tp; }
  std::int64_t negatives() const { return tn + fp; }
  std::int64_t selected() const { return fp + tp; }
  bool operator==(const Cell&) const = default;
};

Cell Sum(std::span<const Cell> cells);

/// What one sample adds to its cell: 2 * (label is positive) + (is selected).
using Outcome = std::uint8_t;

/// Counts by group. outcomes: [n], each below 4; group_of: [n], in -1 .. groups - 1, -1 is left out.
/// About a nanosecond a sample.
std::vector<Cell> CountCells(std::span<const Outcome> outcomes, std::span<const std::int32_t> group_of,
                             std::size_t groups);

enum class Rate { kSelection, kBase, kTpr, kFpr, kFnr, kPpv, kNpv, kFdr, kFor, kAccuracy };

struct RateInfo {
  Rate rate = Rate::kSelection;
  std::string_view id;  ///< "fpr"
  check::Text title;
  bool higher_is_better = true;
};

/// All rates, in the order of the enumeration.
std::span<const RateInfo> AllRates();
const RateInfo& InfoOf(Rate rate);

/// Numerator and denominator of the rate; n may be 0.
stats::GroupCount CountOf(const Cell& cell, Rate rate);

/// Absent when nobody is in the denominator.
std::optional<double> RateOf(const Cell& cell, Rate rate);

}  // namespace cupel::algorithm::fairness
