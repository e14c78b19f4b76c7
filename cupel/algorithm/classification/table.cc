// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel::algorithm::classification {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Four histograms in turn: neighbouring samples of one cell do not wait for each other's increment.
template <typename T>
Table Counted(std::int64_t c, std::span<const T> labels, std::span<const T> answers) {
  CUPEL_CHECK(labels.size() == answers.size());
  const auto width = static_cast<std::size_t>(c);
  constexpr std::size_t kLanes = 4;
  std::vector<std::uint64_t> counts(kLanes * width * width);
  std::size_t i = 0;
  for (; i + kLanes <= labels.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t cell =
          static_cast<std::size_t>(labels[i + lane]) * width + static_cast<std::size_t>(answers[i + lane]);
      ++counts[lane * width * width + cell];
    }
  }
  for (; i < labels.size(); ++i) {
    ++counts[static_cast<std::size_t>(labels[i]) * width + static_cast<std::size_t>(answers[i])];
  }
  Table table{.c = c, .cells = std::vector<double>(width * width)};
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    table.cells[cell % (width * width)] += static_cast<double>(counts[cell]);
  }
  return table;
}

double Weighted(std::span<const double> values, std::span<const double> weights) {
  double sum = 0;
  double total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i] * weights[i];
    total += weights[i];
  }
  return sum / total;
}

double FScore(const Counts& counts, const RateRule& rule) {
  const double precision = Divide(counts.tp, counts.tp + counts.fp, rule.zero_division);
  const double recall = Divide(counts.tp, counts.tp + counts.fn, rule.zero_division);
  const double beta2 = rule.beta * rule.beta;
  const double denominator = beta2 * precision + recall;
  return (1 + beta2) * precision * recall / (denominator == 0 ? 1 : denominator);
}

/// scikit-learn's weighted average when no sample has any label.
double WithoutTruth(std::span<const Counts> counts, const RateRule& rule) {
  const Counts sum = Sum(counts);
  switch (rule.rate) {
    case Rate::kPrecision:
    case Rate::kFScore: return sum.tp + sum.fp == 0 ? rule.zero_division : 0;
    case Rate::kRecall: return rule.zero_division;
    default: return AveragedRate(counts, rule, Average::kMacro, false);
  }
}

}  // namespace

double Table::Total() const { return std::accumulate(cells.begin(), cells.end(), 0.0); }

double Table::Correct() const {
  double sum = 0;
  for (std::int64_t label = 0; label < c; ++label) sum += At(label, label);
  return sum;
}

std::vector<double> Table::Truths() const {
  std::vector<double> sums(static_cast<std::size_t>(c));
  for (std::size_t cell = 0; cell < cells.size(); ++cell) sums[cell / sums.size()] += cells[cell];
  return sums;
}

std::vector<double> Table::Answers() const {
  std::vector<double> sums(static_cast<std::size_t>(c));
  for (std::size_t cell = 0; cell < cells.size(); ++cell) sums[cell % sums.size()] += cells[cell];
  return sums;
}

Table CountTable(std::int64_t c, std::span<const std::int32_t> labels, std::span<const std::int32_t> answers,
                 std::span<const double> weights) {
  if (weights.empty()) return Counted(c, labels, answers);
  const auto width = static_cast<std::size_t>(c);
  Table table{
      .c = c, .cells = std::vector<double>(width * width), .occurs = std::vector<std::uint8_t>(width)};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto truth = static_cast<std::size_t>(labels[i]);
    const auto answer = static_cast<std::size_t>(answers[i]);
    table.cells[truth * width + answer] += weights[i];
    table.occurs[truth] = table.occurs[answer] = 1;
  }
  return table;
}

Table CountTable(std::int64_t c, std::span<const std::uint8_t> labels,
                 std::span<const std::uint8_t> answers) {
  return Counted(c, labels, answers);
}

Counts CountsOf(const Table& table, std::int64_t positive) {
  return CountsOfAll(table)[static_cast<std::size_t>(positive)];
}

std::vector<Counts> CountsOfAll(const Table& table) {
  // Sums of cells, not differences of sums: with weights a difference would leave rounding where 0 belongs.
  std::vector<Counts> all(static_cast<std::size_t>(table.c));
  const double total = table.Total();
  for (std::size_t cell = 0; cell < table.cells.size(); ++cell) {
    const std::size_t truth = cell / all.size();
    const std::size_t answer = cell % all.size();
    if (truth == answer) {
      all[truth].tp += table.cells[cell];
    } else {
      all[truth].fn += table.cells[cell];
      all[answer].fp += table.cells[cell];
    }
  }
  for (std::size_t k = 0; k < all.size(); ++k) {
    Counts& counts = all[k];
    const double own = counts.tp + counts.fp + counts.fn;
    counts.tn = total - own > 1e-12 * total ? total - own : 0;
    counts.occurs = table.occurs.empty() ? own > 0 : table.occurs[k] != 0;
  }
  return all;
}

Counts Sum(std::span<const Counts> counts) {
  Counts sum;
  for (const Counts& one : counts) {
    sum.tp += one.tp;
    sum.fp += one.fp;
    sum.fn += one.fn;
    sum.tn += one.tn;
  }
  return sum;
}

double Divide(double numerator, double denominator, double zero_division) {
  return denominator == 0 ? zero_division : numerator / denominator;
}

double RateOf(const Counts& counts, const RateRule& rule) {
  switch (rule.rate) {
    case Rate::kPrecision: return Divide(counts.tp, counts.tp + counts.fp, rule.zero_division);
    case Rate::kRecall: return Divide(counts.tp, counts.tp + counts.fn, rule.zero_division);
    case Rate::kFScore: return FScore(counts, rule);
    case Rate::kJaccard: return Divide(counts.tp, counts.tp + counts.fp + counts.fn, rule.zero_division);
    case Rate::kSpecificity: return Divide(counts.tn, counts.tn + counts.fp, rule.zero_division);
    case Rate::kNegativePredictiveValue: return Divide(counts.tn, counts.tn + counts.fn, rule.zero_division);
  }
  CUPEL_CHECK(false);
  return kNan;
}

double AveragedRate(std::span<const Counts> counts, const RateRule& rule, Average average,
                    bool only_occurring) {
  std::vector<double> rates;
  std::vector<double> weights;
  std::vector<Counts> used;
  for (const Counts& one : counts) {
    if (only_occurring && !one.occurs) continue;
    used.push_back(one);
    rates.push_back(RateOf(one, rule));
    weights.push_back(average == Average::kWeighted ? one.tp + one.fn : 1);
  }
  if (average == Average::kMicro) return RateOf(Sum(used), rule);
  if (std::ranges::all_of(weights, [](double weight) { return weight == 0; })) {
    return used.empty() ? kNan : WithoutTruth(used, rule);
  }
  return Weighted(rates, weights);
}

double Accuracy(const Table& table) { return table.Correct() / table.Total(); }

double BalancedAccuracy(const Table& table, bool adjusted) {
  const std::vector<double> truths = table.Truths();
  double sum = 0;
  double classes = 0;
  for (std::size_t k = 0; k < truths.size(); ++k) {
    if (truths[k] == 0) continue;
    sum += table.At(static_cast<std::int64_t>(k), static_cast<std::int64_t>(k)) / truths[k];
    classes += 1;
  }
  const double mean = sum / classes;
  if (!adjusted) return mean;
  return classes < 2 ? kNan : (mean - 1 / classes) / (1 - 1 / classes);
}

double MatthewsCorrelation(const Table& table) {
  const std::vector<double> truths = table.Truths();
  const std::vector<double> answers = table.Answers();
  const double total = table.Total();
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  const double both = table.Correct() * total - dot(truths, answers);
  const double of_answers = total * total - dot(answers, answers);
  const double of_truths = total * total - dot(truths, truths);
  return of_answers * of_truths == 0 ? 0 : both / std::sqrt(of_answers * of_truths);
}

double CohenKappa(const Table& table, KappaWeights weights) {
  const std::vector<double> truths = table.Truths();
  const std::vector<double> answers = table.Answers();
  const double total = table.Total();
  double observed = 0;
  double expected = 0;
  for (std::int64_t i = 0; i < table.c; ++i) {
    for (std::int64_t j = 0; j < table.c; ++j) {
      const auto distance = static_cast<double>(std::abs(i - j));
      double weight = i == j ? 0 : 1;
      if (weights == KappaWeights::kLinear) weight = distance;
      if (weights == KappaWeights::kQuadratic) weight = distance * distance;
      observed += weight * table.At(i, j);
      expected += weight * truths[static_cast<std::size_t>(i)] * answers[static_cast<std::size_t>(j)] / total;
    }
  }
  return expected == 0 ? kNan : 1 - observed / expected;
}

double GeometricMean(const Table& table) {
  const std::vector<double> truths = table.Truths();
  double logs = 0;
  double classes = 0;
  for (std::size_t k = 0; k < truths.size(); ++k) {
    if (truths[k] == 0) continue;
    const double hits = table.At(static_cast<std::int64_t>(k), static_cast<std::int64_t>(k));
    if (hits == 0) return 0;
    logs += std::log(hits / truths[k]);
    classes += 1;
  }
  return std::exp(logs / classes);
}

double YoudenJ(const Counts& counts) {
  return Divide(counts.tp, counts.tp + counts.fn, kNan) + Divide(counts.tn, counts.tn + counts.fp, kNan) - 1;
}

double PositiveLikelihoodRatio(const Counts& counts) {
  if (counts.tn + counts.fp == 0) return kNan;
  return Divide(counts.tp * (counts.tn + counts.fp), counts.fp * (counts.tp + counts.fn), kNan);
}

double NegativeLikelihoodRatio(const Counts& counts) {
  return Divide(counts.fn * (counts.tn + counts.fp), counts.tn * (counts.tp + counts.fn), kNan);
}

double DiagnosticOddsRatio(const Counts& counts) {
  return Divide(counts.tp * counts.tn, counts.fp * counts.fn, kNan);
}

double ExpectedCost(const Table& table, std::span<const double> costs) {
  CUPEL_CHECK(costs.size() == table.cells.size());
  return std::inner_product(costs.begin(), costs.end(), table.cells.begin(), 0.0) / table.Total();
}

double TrivialCost(const Table& table, std::span<const double> costs) {
  CUPEL_CHECK(costs.size() == table.cells.size());
  const std::vector<double> truths = table.Truths();
  const std::size_t c = truths.size();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t answer = 0; answer < c; ++answer) {
    double cost = 0;
    for (std::size_t truth = 0; truth < c; ++truth) cost += costs[truth * c + answer] * truths[truth];
    least = std::min(least, cost / table.Total());
  }
  return least;
}

}  // namespace cupel::algorithm::classification
