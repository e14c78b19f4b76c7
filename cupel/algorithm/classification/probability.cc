// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/probability.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/score_groups.h"

namespace cupel::algorithm::classification {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double CountAt(Reals counts, std::size_t i) { return counts.empty() ? 1 : counts[i]; }

double Total(std::span<const Bin> bins) {
  double total = 0;
  for (const Bin& bin : bins) total += bin.count;
  return total;
}

void Put(Bin& bin, double prob, bool event, double count) {
  bin.count += count;
  bin.confidence += count * prob;
  bin.events += event ? count : 0;
}

std::vector<double> Sorted(Reals values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

/// numpy.percentile's "linear", rounding as it rounds: edges decide ties.
double NumpyQuantile(const std::vector<double>& sorted, double q) {
  const double at = static_cast<double>(sorted.size() - 1) * q;
  const double floor = std::floor(at);
  const auto index = static_cast<std::size_t>(floor);
  const double low = sorted[index];
  const double high = sorted[std::min(index + 1, sorted.size() - 1)];
  const double t = at - floor;
  return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
}

}  // namespace

double LogLossOf(Reals row, std::size_t label) {
  const auto cut = [](double prob) { return std::clamp(prob, kEpsilon, 1 - kEpsilon); };
  double sum = 0;
  for (const double prob : row) sum += cut(prob);
  return -std::log(cut(row[label]) / sum);
}

Murphy MurphyOf(Reals probs, Events events, Reals weights) {
  const std::vector<stats::ScoreGroup> groups = stats::GroupScores(probs, events, weights);
  double total = 0;
  double positives = 0;
  for (const stats::ScoreGroup& group : groups) {
    total += group.positive + group.negative;
    positives += group.positive;
  }
  const double base = positives / total;
  Murphy murphy{.uncertainty = base * (1 - base)};
  for (const stats::ScoreGroup& group : groups) {
    const double weight = (group.positive + group.negative) / total;
    const double observed = group.positive / (group.positive + group.negative);
    murphy.reliability += weight * (group.score - observed) * (group.score - observed);
    murphy.resolution += weight * (observed - base) * (observed - base);
  }
  return murphy;
}

double Bin::Gap() const { return count == 0 ? 0 : std::abs(events - confidence) / count; }

std::vector<double> UniformEdges(std::size_t bins) {
  std::vector<double> edges;
  const double step = 1.0 / static_cast<double>(bins);
  for (std::size_t i = 1; i < bins; ++i) edges.push_back(static_cast<double>(i) * step);
  return edges;
}

std::vector<Bin> UniformBins(Reals probs, Events events, Reals counts, std::size_t bins, Edges edges) {
  const std::vector<double> inner = UniformEdges(bins);
  if (edges == Edges::kRight) return BinsBetween(inner, probs, events, counts);
  std::vector<Bin> binned(bins + 1);
  for (std::size_t i = 0; i <= bins; ++i) {
    binned[i].lower = i == 0 ? 0 : i == bins ? 1 : inner[i - 1];
    binned[i].upper = i + 1 < bins ? inner[i] : 1;
  }
  for (std::size_t i = 0; i < probs.size(); ++i) {
    const auto bin = static_cast<std::size_t>(std::ranges::upper_bound(inner, probs[i]) - inner.begin());
    Put(binned[probs[i] == 1 ? bins : bin], probs[i], events[i] != 0, CountAt(counts, i));
  }
  return binned;
}

std::vector<double> EqualMassEdges(Reals probs, std::size_t bins) {
  const std::vector<double> sorted = Sorted(probs);
  const std::size_t parts = std::min(bins, sorted.size());
  std::vector<double> edges;
  std::size_t end = 0;
  for (std::size_t part = 0; part + 1 < parts; ++part) {
    end += sorted.size() / parts + (part < sorted.size() % parts ? 1 : 0);
    edges.push_back((sorted[end - 1] + sorted[end]) / 2);
  }
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  // An edge at 1 is the end of the last bin, not another edge.
  if (!edges.empty() && edges.back() >= 1) edges.pop_back();
  return edges;
}

std::vector<double> QuantileEdges(Reals probs, std::size_t bins) {
  const std::vector<double> sorted = Sorted(probs);
  std::vector<double> edges;
  for (const double quantile : UniformEdges(bins)) {
    edges.push_back(NumpyQuantile(sorted, quantile * 100 / 100));
  }
  return edges;
}

std::size_t BinOf(Reals edges, double prob) {
  return static_cast<std::size_t>(std::ranges::lower_bound(edges, prob) - edges.begin());
}

std::vector<Bin> BinsBetween(Reals edges, Reals probs, Events events, Reals counts) {
  std::vector<Bin> binned(edges.size() + 1);
  for (std::size_t i = 0; i < edges.size(); ++i) binned[i].upper = binned[i + 1].lower = edges[i];
  for (std::size_t i = 0; i < probs.size(); ++i) {
    Put(binned[BinOf(edges, probs[i])], probs[i], events[i] != 0, CountAt(counts, i));
  }
  return binned;
}

double ExpectedError(std::span<const Bin> bins) {
  double sum = 0;
  for (const Bin& bin : bins) sum += std::abs(bin.events - bin.confidence);
  return sum / Total(bins);
}

double MaximumError(std::span<const Bin> bins) {
  double largest = 0;
  for (const Bin& bin : bins) largest = std::max(largest, bin.Gap());
  return largest;
}

double RootMeanSquareError(std::span<const Bin> bins) {
  double sum = 0;
  for (const Bin& bin : bins) sum += bin.count * bin.Gap() * bin.Gap();
  return std::sqrt(sum / Total(bins));
}

double DebiasedError(std::span<const Bin> bins) {
  double sum = 0;
  for (const Bin& bin : bins) {
    if (bin.count < 2) continue;
    const double mean = bin.events / bin.count;
    sum += bin.count * (bin.Gap() * bin.Gap() - mean * (1 - mean) / (bin.count - 1));
  }
  return std::sqrt(std::max(0.0, sum / Total(bins)));
}

Test HosmerLemeshow(Reals probs, Events events, std::size_t groups) {
  CUPEL_CHECK(groups > 2);
  const std::vector<double> sorted = Sorted(probs);
  std::vector<double> edges;
  for (std::size_t i = 1; i < groups; ++i) {
    edges.push_back(stats::SortedQuantile(sorted, static_cast<double>(i) / static_cast<double>(groups)));
  }
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  // The outermost breaks are the extremes themselves.
  std::erase_if(edges, [&](double edge) { return edge <= sorted.front() || edge >= sorted.back(); });
  double statistic = 0;
  for (const Bin& bin : BinsBetween(edges, probs, events, {})) {
    const double distance = bin.events - bin.confidence;
    statistic += distance * distance / bin.confidence + distance * distance / (bin.count - bin.confidence);
  }
  if (!std::isfinite(statistic)) return {.statistic = kNan, .p_value = kNan};
  return {.statistic = statistic,
          .p_value = stats::ChiSquaredUpperTail(statistic, static_cast<double>(groups) - 2)};
}

Test SpiegelhalterZ(Reals probs, Events events) {
  double sum = 0;
  double variance = 0;
  for (std::size_t i = 0; i < probs.size(); ++i) {
    const double slope = 1 - 2 * probs[i];
    sum += ((events[i] != 0 ? 1 : 0) - probs[i]) * slope;
    variance += slope * slope * probs[i] * (1 - probs[i]);
  }
  if (variance == 0) return {.statistic = kNan, .p_value = kNan};
  const double z = sum / std::sqrt(variance);
  return {.statistic = z, .p_value = 2 * stats::NormalCdf(-std::abs(z))};
}

double NetBenefit(Reals probs, Events events, Reals counts, double threshold) {
  double tp = 0;
  double fp = 0;
  double total = 0;
  for (std::size_t i = 0; i < probs.size(); ++i) {
    const double count = CountAt(counts, i);
    total += count;
    if (probs[i] >= threshold) (events[i] != 0 ? tp : fp) += count;
  }
  return tp / total - fp / total * threshold / (1 - threshold);
}

}  // namespace cupel::algorithm::classification
