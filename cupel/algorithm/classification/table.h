// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The weighted table of truths and answers, and every figure that follows from it by counting.
///
/// Figures are plain functions of a `Table` or of one class's `Counts`. Where a figure is 0/0 and its
/// reference gives no number it is NaN here; the schemes leave it out and say so.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cupel::algorithm::classification {

/// Weights by truth and answer; without weights exact counts (below 2^53).
struct Table {
  std::int64_t c = 0;
  std::vector<double> cells;  ///< [c, c], cells[truth * c + answer].
  /// [c], whether a sample has the class as truth or answer, where weights of 0 can hide it; else empty.
  std::vector<std::uint8_t> occurs{};

  double At(std::int64_t truth, std::int64_t answer) const {
    return cells[static_cast<std::size_t>(truth * c + answer)];
  }
  double Total() const;
  double Correct() const;
  std::vector<double> Truths() const;   ///< [c], row sums.
  std::vector<double> Answers() const;  ///< [c], column sums.
};

/// One pass. labels, answers: [n] in [0, c) (the readers promise it). weights: [n] or empty.
Table CountTable(std::int64_t c, std::span<const std::int32_t> labels, std::span<const std::int32_t> answers,
                 std::span<const double> weights);
/// The same of classes in one byte each, for large sets: memory is what limits it.
Table CountTable(std::int64_t c, std::span<const std::uint8_t> labels, std::span<const std::uint8_t> answers);

/// One class against the others.
struct Counts {
  double tp = 0;
  double fp = 0;
  double fn = 0;
  double tn = 0;
  bool occurs = true;  ///< In truth or answer.
};

Counts CountsOf(const Table& table, std::int64_t positive);
std::vector<Counts> CountsOfAll(const Table& table);
Counts Sum(std::span<const Counts> counts);

/// numerator / denominator, or what 0 in the denominator gives.
double Divide(double numerator, double denominator, double zero_division);

enum class Rate { kPrecision, kRecall, kFScore, kJaccard, kSpecificity, kNegativePredictiveValue };

struct RateRule {
  Rate rate = Rate::kFScore;
  double beta = 1;
  double zero_division = 0;
};

double RateOf(const Counts& counts, const RateRule& rule);

/// kMacro and kWeighted: over the classes that occur in truth or answer when `only_occurring` (one label a
/// sample), over all when not (several labels). kWeighted: by true weight. kMicro: of the summed counts.
enum class Average { kMicro, kMacro, kWeighted };
double AveragedRate(std::span<const Counts> counts, const RateRule& rule, Average average,
                    bool only_occurring);

double Accuracy(const Table& table);
/// Mean recall over the classes that occur in the truth; adjusted: (x - 1/k) / (1 - 1/k), NaN when k is 1.
double BalancedAccuracy(const Table& table, bool adjusted);
/// Gorodkin's R_K; 0 when truth or answer is constant.
double MatthewsCorrelation(const Table& table);
enum class KappaWeights { kNone, kLinear, kQuadratic };
/// NaN when chance cannot disagree.
double CohenKappa(const Table& table, KappaWeights weights);
/// Geometric mean of the recalls of the classes that occur in the truth.
double GeometricMean(const Table& table);
double YoudenJ(const Counts& counts);                  ///< NaN when a class is missing.
double PositiveLikelihoodRatio(const Counts& counts);  ///< NaN without false positives or a class.
double NegativeLikelihoodRatio(const Counts& counts);  ///< NaN without true negatives or a class.
double DiagnosticOddsRatio(const Counts& counts);      ///< tp tn / (fp fn); NaN when fp fn is 0.

/// costs: [c, c], of answering column when row is true.
double ExpectedCost(const Table& table, std::span<const double> costs);
/// The cheapest constant answer's cost.
double TrivialCost(const Table& table, std::span<const double> costs);

}  // namespace cupel::algorithm::classification
