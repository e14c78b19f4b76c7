// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/group_metrics.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {
namespace {

struct Extremes {
  double low = 0;
  double high = 0;
};

/// Absent when fewer than two groups have the rate.
std::optional<Extremes> ExtremesOf(std::span<const Cell> groups, Rate rate) {
  Extremes extremes{1, 0};
  int count = 0;
  for (const Cell& cell : groups) {
    const std::optional<double> value = RateOf(cell, rate);
    if (!value) continue;
    ++count;
    extremes.low = std::min(extremes.low, *value);
    extremes.high = std::max(extremes.high, *value);
  }
  if (count < 2) return std::nullopt;
  return extremes;
}

struct OddsDifferences {
  double fpr = 0;
  double tpr = 0;
};

std::optional<OddsDifferences> OddsOf(const Cell& unprivileged, const Cell& privileged) {
  const std::optional<double> fpr = SignedDifference(unprivileged, privileged, Rate::kFpr);
  const std::optional<double> tpr = SignedDifference(unprivileged, privileged, Rate::kTpr);
  if (!fpr || !tpr) return std::nullopt;
  return OddsDifferences{*fpr, *tpr};
}

}  // namespace

std::optional<double> LargestDifference(std::span<const Cell> groups, Rate rate) {
  const std::optional<Extremes> extremes = ExtremesOf(groups, rate);
  if (!extremes) return std::nullopt;
  return extremes->high - extremes->low;
}

std::optional<double> SmallestRatio(std::span<const Cell> groups, Rate rate) {
  const std::optional<Extremes> extremes = ExtremesOf(groups, rate);
  if (!extremes || extremes->high <= 0) return std::nullopt;
  return extremes->low / extremes->high;
}

std::optional<double> EqualizedOddsDifference(std::span<const Cell> groups) {
  const std::optional<double> tpr = LargestDifference(groups, Rate::kTpr);
  const std::optional<double> fpr = LargestDifference(groups, Rate::kFpr);
  if (!tpr || !fpr) return std::nullopt;
  return std::max(*tpr, *fpr);
}

std::optional<double> EqualizedOddsRatio(std::span<const Cell> groups) {
  const std::optional<double> tpr = SmallestRatio(groups, Rate::kTpr);
  const std::optional<double> fpr = SmallestRatio(groups, Rate::kFpr);
  if (!tpr || !fpr) return std::nullopt;
  return std::min(*tpr, *fpr);
}

std::optional<double> SignedDifference(const Cell& unprivileged, const Cell& privileged, Rate rate) {
  const std::optional<double> own = RateOf(unprivileged, rate);
  const std::optional<double> other = RateOf(privileged, rate);
  if (!own || !other) return std::nullopt;
  return *own - *other;
}

std::optional<double> AverageOddsDifference(const Cell& unprivileged, const Cell& privileged) {
  const std::optional<OddsDifferences> odds = OddsOf(unprivileged, privileged);
  if (!odds) return std::nullopt;
  return (odds->fpr + odds->tpr) / 2;
}

std::optional<double> AverageAbsoluteOddsDifference(const Cell& unprivileged, const Cell& privileged) {
  const std::optional<OddsDifferences> odds = OddsOf(unprivileged, privileged);
  if (!odds) return std::nullopt;
  return (std::abs(odds->fpr) + std::abs(odds->tpr)) / 2;
}

std::optional<double> ErrorBalance(const Cell& cell) {
  if (cell.fp == 0) return std::nullopt;
  return static_cast<double>(cell.fn) / static_cast<double>(cell.fp);
}

double FprOfIdentity(double base_rate, double ppv, double tpr) {
  CUPEL_CHECK(base_rate > 0 && base_rate < 1 && ppv > 0 && ppv <= 1);
  return base_rate / (1 - base_rate) * (1 - ppv) / ppv * tpr;
}

}  // namespace cupel::algorithm::fairness
