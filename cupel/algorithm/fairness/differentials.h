// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Demographic differentials of a biometric comparison at one operational threshold.
///
/// Each group has a false match rate (non-mated comparisons that match) and a false non-match rate. Rates are
/// (k + 1/2) / (n + 1): with a group that had no error a ratio would be infinite, and with the halves it says
/// how little is known, which the interval shows. Sources: ISO/IEC 19795-10:2024; Grother, NIST IR 8429, 2022
/// (inequity, max over geometric mean); de Freitas Pereira and Marcel 2021 (fairness discrepancy rate);
/// Howard et al. 2022 (GARBE).

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::fairness {

/// (k + 1/2) / (n + 1).
double SmoothedRate(stats::GroupCount count);

/// Draws counts anew from their groups' smoothed rates, for parametric bootstraps.
class Redraw {
 public:
  explicit Redraw(std::span<const stats::GroupCount> counts);
  /// Valid until the next draw.
  std::span<const stats::GroupCount> Draw(ReproducibleStream& stream);

 private:
  std::vector<stats::GroupCount> counts_;
  std::vector<stats::BinomialSampler> samplers_;
};

/// The percentile interval of such replicates, "parametric-bootstrap", stretched to hold the estimate.
stats::Interval RedrawnInterval(std::vector<double> replicates, double estimate, double level);

/// Weights of the two kinds of error.
struct DifferentialWeights {
  double match = 0.5;      ///< alpha, of false matches.
  double non_match = 0.5;  ///< beta, of false non-matches; 1 - alpha where the definition has one weight.
};

/// (max FMR / min FMR)^alpha (max FNMR / min FNMR)^beta; 1 is fair. Rates > 0, [g] each, here and below.
double InequityRate(std::span<const double> fmr, std::span<const double> fnmr, DifferentialWeights weights);

/// 1 - [alpha max |difference of FMR| + beta max |difference of FNMR|]; 1 is fair.
double FairnessDiscrepancyRate(std::span<const double> fmr, std::span<const double> fnmr,
                               DifferentialWeights weights);

/// Gini coefficient with the correction for few groups: g / (g - 1) sum_ij |x_i - x_j| / (2 g^2 mean).
/// Preconditions: at least two, mean > 0.
double GiniCoefficient(std::span<const double> values);

/// alpha Gini(FMR) + beta Gini(FNMR); 0 is fair.
double Garbe(std::span<const double> fmr, std::span<const double> fnmr, DifferentialWeights weights);

/// Largest over geometric mean; 1 is fair.
double MaxOverGeometricMean(std::span<const double> values);

/// The four figures of one comparison.
struct Differentials {
  double inequity = 0;
  double discrepancy = 0;
  double garbe = 0;
  double fmr_max_over_mean = 0;
  double fnmr_max_over_mean = 0;
};

/// Of counts, smoothed. Preconditions: at least two groups, as many of both, every n > 0.
Differentials DifferentialsOf(std::span<const stats::GroupCount> false_matches,
                              std::span<const stats::GroupCount> false_non_matches,
                              DifferentialWeights weights);

struct DifferentialIntervals {
  stats::Interval inequity, discrepancy, garbe, fmr_max_over_mean, fnmr_max_over_mean;
};

/// Percentile intervals when every count is drawn anew from its group's smoothed rate,
/// "parametric-bootstrap", stretched to hold the estimate. Comparisons must be independent of each other:
/// of many comparisons of one person they are not, and the intervals are too narrow.
DifferentialIntervals IntervalsOf(std::span<const stats::GroupCount> false_matches,
                                  std::span<const stats::GroupCount> false_non_matches,
                                  DifferentialWeights weights, const stats::GapOptions& options);

}  // namespace cupel::algorithm::fairness
