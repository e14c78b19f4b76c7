// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/calibration_within.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::algorithm::fairness {
namespace {

constexpr int kBins = 10;
constexpr int kMaxNewtonSteps = 50;

struct Line {
  Estimate intercept;
  Estimate slope;
};

/// Newton's method on the log-likelihood. Absent when it does not settle: the maximum is at infinity.
std::optional<Line> LogisticLine(std::span<const double> x, std::span<const double> y) {
  Line line;
  for (int step = 0; step < kMaxNewtonSteps; ++step) {
    double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double p = 1 / (1 + std::exp(-(line.intercept.value + line.slope.value * x[i])));
      const double w = p * (1 - p);
      g0 += y[i] - p;
      g1 += (y[i] - p) * x[i];
      h00 += w;
      h01 += w * x[i];
      h11 += w * x[i] * x[i];
    }
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12 * h00 * h11)) return std::nullopt;
    const double move0 = (h11 * g0 - h01 * g1) / determinant;
    const double move1 = (h00 * g1 - h01 * g0) / determinant;
    line.intercept = {line.intercept.value + move0, std::sqrt(h11 / determinant)};
    line.slope = {line.slope.value + move1, std::sqrt(h00 / determinant)};
    if (!std::isfinite(line.slope.value) || std::abs(line.slope.value) > 1e6) return std::nullopt;
    if (std::abs(move0) + std::abs(move1) < 1e-10) return line;
  }
  return std::nullopt;
}

struct Members {
  std::vector<double> scores;
  std::vector<double> log_odds;
  std::vector<double> labels;  ///< 0 or 1
};

Members MembersOf(std::span<const double> scores, std::span<const Outcome> outcomes,
                  std::span<const std::int32_t> group_of, std::int32_t group) {
  CUPEL_CHECK(scores.size() == outcomes.size() && scores.size() == group_of.size());
  Members members;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (group_of[i] != group) continue;
    const double inner = std::clamp(scores[i], 1e-6, 1 - 1e-6);
    members.scores.push_back(scores[i]);
    members.log_odds.push_back(std::log(inner / (1 - inner)));
    members.labels.push_back((outcomes[i] & 2) != 0 ? 1 : 0);
  }
  return members;
}

/// Fills ece and bins.
void Bin(const Members& members, WithinGroup& within) {
  std::array<ScoreBin, kBins> bins;
  for (std::size_t i = 0; i < members.scores.size(); ++i) {
    // A score that stands on an edge belongs below it, also after a trip through float32 logarithms.
    const double place = std::ceil(members.scores[i] * kBins - 1e-5) - 1;
    ScoreBin& bin = bins[static_cast<std::size_t>(std::clamp(place, 0.0, kBins - 1.0))];
    bin.score += members.scores[i];
    bin.positives += members.labels[i] > 0 ? 1 : 0;
    ++bin.n;
  }
  for (ScoreBin& bin : bins) {
    if (bin.n == 0) continue;
    within.ece += std::abs(bin.score - static_cast<double>(bin.positives)) / static_cast<double>(within.n);
    bin.score /= static_cast<double>(bin.n);
    within.bins.push_back(bin);
  }
}

std::optional<Estimate> MeanScore(const Members& members, double label) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < members.scores.size(); ++i) {
    if (members.labels[i] != label) continue;
    n += 1;
    sum += members.scores[i];
    squares += members.scores[i] * members.scores[i];
  }
  if (n < 2) return std::nullopt;
  const double mean = sum / n;
  return Estimate{mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1))};
}

}  // namespace

std::optional<WithinGroup> CalibrationWithin(std::span<const double> scores,
                                             std::span<const Outcome> outcomes,
                                             std::span<const std::int32_t> group_of, std::int32_t group) {
  const Members members = MembersOf(scores, outcomes, group_of, group);
  if (members.scores.empty()) return std::nullopt;
  WithinGroup within;
  within.n = static_cast<std::int64_t>(members.scores.size());
  Bin(members, within);
  within.mean_of_negatives = MeanScore(members, 0);
  within.mean_of_positives = MeanScore(members, 1);
  const auto positives = std::ranges::count(members.labels, 1.0);
  if (positives > 0 && positives < within.n) {
    if (const std::optional<Line> line = LogisticLine(members.log_odds, members.labels)) {
      within.slope = line->slope;
      within.intercept = line->intercept;
    }
  }
  return within;
}

}  // namespace cupel::algorithm::fairness
