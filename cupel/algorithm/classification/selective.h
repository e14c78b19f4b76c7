// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Selective classification: the error of the answers that are kept when the least confident are declined.
///
/// Samples by falling confidence; among equal confidences every order is as likely, and figures are their
/// means over those orders (the references take the order of input, which is an accident). Source: Geifman
/// and El-Yaniv 2017; Geifman, Uziel and El-Yaniv 2019 (E-AURC).

#include <vector>

#include "cupel/algorithm/classification/ranking.h"

namespace cupel::algorithm::classification {

/// Groups here are confidences: `positive` counts right answers, `negative` wrong ones, whole numbers.

/// Mean over i = 1 .. n of the error among the i most confident. NaN for none.
double RiskCoverageArea(Groups groups);

/// RiskCoverageArea less its optimum r + (1 - r) log(1 - r), r the error of all.
double ExcessRiskCoverageArea(Groups groups);

/// Share of right answers among the ceil(coverage n) most confident. coverage in (0, 1].
double SelectiveAccuracy(Groups groups, double coverage);

struct RiskPoint {
  double coverage = 0;
  double risk = 0;
};
/// At the end of every group of equal confidence.
std::vector<RiskPoint> RiskCoverage(Groups groups);

}  // namespace cupel::algorithm::classification
