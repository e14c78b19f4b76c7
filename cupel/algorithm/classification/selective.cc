// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/selective.h"

#include <cmath>
#include <limits>

namespace cupel::algorithm::classification {
namespace {

double CountOf(const stats::ScoreGroup& group) { return group.positive + group.negative; }

double TotalOf(Groups groups) {
  double total = 0;
  for (const stats::ScoreGroup& group : groups) total += CountOf(group);
  return total;
}

}  // namespace

double RiskCoverageArea(Groups groups) {
  double kept = 0;
  double errors = 0;
  double sum = 0;
  for (const stats::ScoreGroup& group : groups) {
    const double count = CountOf(group);
    for (double i = 1; i <= count; i += 1) {
      sum += (errors + group.negative * (i / count)) / (kept + i);
    }
    kept += count;
    errors += group.negative;
  }
  return sum / kept;
}

double ExcessRiskCoverageArea(Groups groups) {
  double errors = 0;
  for (const stats::ScoreGroup& group : groups) errors += group.negative;
  const double risk = errors / TotalOf(groups);
  const double optimum = risk < 1 ? risk + (1 - risk) * std::log1p(-risk) : 1;
  return RiskCoverageArea(groups) - optimum;
}

double SelectiveAccuracy(Groups groups, double coverage) {
  const double wanted = std::ceil(coverage * TotalOf(groups) - 1e-9);  // 0.1 of 30 is 3.
  double left = wanted;
  double right = 0;
  for (const stats::ScoreGroup& group : groups) {
    const double count = CountOf(group);
    if (count >= left) {
      right += count == 0 ? 0 : group.positive * (left / count);
      break;
    }
    right += group.positive;
    left -= count;
  }
  return wanted == 0 ? std::numeric_limits<double>::quiet_NaN() : right / wanted;
}

std::vector<RiskPoint> RiskCoverage(Groups groups) {
  const double total = TotalOf(groups);
  std::vector<RiskPoint> points;
  double kept = 0;
  double errors = 0;
  for (const stats::ScoreGroup& group : groups) {
    if (CountOf(group) == 0) continue;
    kept += CountOf(group);
    errors += group.negative;
    points.push_back({.coverage = kept / total, .risk = errors / kept});
  }
  return points;
}

}  // namespace cupel::algorithm::classification
