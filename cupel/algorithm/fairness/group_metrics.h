// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fairness of groups as single figures, from the groups' cells.
///
/// Over all groups: largest minus smallest rate, smallest over largest (fairlearn's definitions). Of one
/// group against another: unprivileged minus privileged, in AIF360's sign. A group that has no rate (nobody
/// in the denominator) is left out, where fairlearn takes 0 for its rate; a figure that no two groups have is
/// absent. These are the plain figures: max - min is biased upward (stats/group_gap.h has the correction).

#include <optional>
#include <span>

#include "cupel/algorithm/fairness/cells.h"

namespace cupel::algorithm::fairness {

/// Largest minus smallest. Demographic parity: kSelection; equal opportunity: kTpr; predictive parity: kPpv.
std::optional<double> LargestDifference(std::span<const Cell> groups, Rate rate);

/// Smallest over largest; absent when the largest is 0. kSelection: the "80 % rule".
std::optional<double> SmallestRatio(std::span<const Cell> groups, Rate rate);

/// The larger of the gaps of TPR and FPR.
std::optional<double> EqualizedOddsDifference(std::span<const Cell> groups);

/// The smaller of the ratios of TPR and FPR.
std::optional<double> EqualizedOddsRatio(std::span<const Cell> groups);

/// unprivileged - privileged.
std::optional<double> SignedDifference(const Cell& unprivileged, const Cell& privileged, Rate rate);

/// Mean of the signed differences of FPR and TPR: may hide two that cancel.
std::optional<double> AverageOddsDifference(const Cell& unprivileged, const Cell& privileged);

/// Mean of their absolute values.
std::optional<double> AverageAbsoluteOddsDifference(const Cell& unprivileged, const Cell& privileged);

/// Treatment equality: false negatives over false positives of a group; absent without false positives.
std::optional<double> ErrorBalance(const Cell& cell);

/// FPR = p / (1 - p) * (1 - PPV) / PPV * TPR, an identity of every 2x2 table (Chouldechova 2017, (2.6)).
/// Hence groups with different base rates p cannot have equal PPV, equal TPR and equal FPR, except when
/// no decision is wrong. Preconditions: p in (0, 1), ppv in (0, 1].
double FprOfIdentity(double base_rate, double ppv, double tpr);

}  // namespace cupel::algorithm::fairness
