// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures of probabilities: scoring rules and calibration, as plain functions of spans.
///
/// `probs` are probabilities of the event or the confidences of answers, [n] in [0, 1]; `events` say whether
/// it happened or the answer was right, [n]. `weights` are empty for one each.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::classification {

using Events = std::span<const std::uint8_t>;
using Reals = std::span<const double>;

/// -log of the true class's share of the row, each probability cut to [2^-52, 1 - 2^-52] first
/// (scikit-learn 1.2). row: [c].
double LogLossOf(Reals row, std::size_t label);

/// Murphy 1973 over distinct forecasts: the Brier score is exactly reliability - resolution + uncertainty.
struct Murphy {
  double reliability = 0;
  double resolution = 0;
  double uncertainty = 0;
};
Murphy MurphyOf(Reals probs, Events events, Reals weights);

/// One bin of forecasts. Sums, not means.
struct Bin {
  double lower = 0;
  double upper = 1;
  double count = 0;
  double confidence = 0;
  double events = 0;
  double Gap() const;  ///< |events - confidence| / count, 0 when empty.
};

/// Which bin a value on an edge belongs to. kLeft: [lower, upper), with one more bin for exactly 1
/// (torchmetrics). kRight: (lower, upper], the first with 0 (Guo et al. 2017).
enum class Edges { kLeft, kRight };

/// Equal widths. counts: how many times each sample counts (a resample), or empty.
std::vector<Bin> UniformBins(Reals probs, Events events, Reals counts, std::size_t bins, Edges edges);

/// Inner edges of equally full bins: midpoints between neighbours at numpy.array_split's cuts, without
/// duplicates (uncertainty-calibration, get_equal_bins).
std::vector<double> EqualMassEdges(Reals probs, std::size_t bins);
/// Inner edges at numpy.percentile's quantiles (scikit-learn calibration_curve, "quantile"); may repeat.
std::vector<double> QuantileEdges(Reals probs, std::size_t bins);
/// Inner edges i (1 / bins).
std::vector<double> UniformEdges(std::size_t bins);
/// Which of the bins (edge, next edge] holds a value: 0 .. edges.
std::size_t BinOf(Reals edges, double prob);
/// Bins (edge, next edge]; counts as above.
std::vector<Bin> BinsBetween(Reals edges, Reals probs, Events events, Reals counts);

double ExpectedError(std::span<const Bin> bins);  ///< l1: mean gap, by count.
double MaximumError(std::span<const Bin> bins);
double RootMeanSquareError(std::span<const Bin> bins);
/// Kumar et al. 2019: the mean squared gap less what sampling alone adds, at least 0, root taken.
double DebiasedError(std::span<const Bin> bins);

struct Test {
  double statistic = 0;
  double p_value = 1;
};

/// Chi-squared over groups between the forecasts' quantiles (R ResourceSelection, hoslem.test): groups - 2
/// degrees of freedom. NaN when a group expects no event or no non-event. Precondition: groups > 2.
Test HosmerLemeshow(Reals probs, Events events, std::size_t groups);

/// Sum of (y - p)(1 - 2p) over its standard deviation, two-sided. NaN when that is 0.
Test SpiegelhalterZ(Reals probs, Events events);

/// Net benefit of acting on probabilities >= threshold: tp/n - fp/n threshold/(1 - threshold). Threshold in
/// [0, 1). counts as above.
double NetBenefit(Reals probs, Events events, Reals counts, double threshold);

}  // namespace cupel::algorithm::classification
