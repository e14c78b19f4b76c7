// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/temporal_ap.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace cupel::algorithm::event {
namespace {

double TemporalIou(const Event& one, const Event& other) {
  const double overlap = std::max(0.0, std::min(one.end, other.end) - std::max(one.start, other.start));
  const double joined = (other.end - other.start) + (one.end - one.start) - overlap;
  return joined > 0 ? overlap / joined : 0;
}

/// Positions of one category's events, by recording.
std::vector<std::vector<std::size_t>> OfCategory(const std::vector<Event>& events, std::size_t category,
                                                 std::size_t sources) {
  std::vector<std::vector<std::size_t>> of(sources);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (static_cast<std::size_t>(events[i].category) != category) continue;
    of[static_cast<std::size_t>(events[i].source)].push_back(i);
  }
  return of;
}

std::vector<std::size_t> ByFallingScore(const std::vector<Event>& events, std::size_t category) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (static_cast<std::size_t>(events[i].category) == category) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return events[i].score; });
  std::ranges::reverse(order);
  return order;
}

RankedAnswers Rank(const EventInput& input, std::size_t category, std::span<const double> thresholds) {
  const auto truths = OfCategory(input.truth.events, category, input.sources.size());
  const std::vector<std::size_t> order = ByFallingScore(input.answers.events, category);
  RankedAnswers ranked;
  for (const auto& of : truths) ranked.truths.push_back(static_cast<double>(of.size()));
  ranked.right.assign(thresholds.size() * order.size(), false);
  std::vector<std::vector<bool>> taken(thresholds.size(),
                                       std::vector<bool>(input.truth.events.size(), false));
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const Event& answer = input.answers.events[order[rank]];
    ranked.source.push_back(static_cast<std::size_t>(answer.source));
    std::vector<std::pair<double, std::size_t>> overlaps;
    for (const std::size_t t : truths[static_cast<std::size_t>(answer.source)]) {
      overlaps.emplace_back(TemporalIou(answer, input.truth.events[t]), t);
    }
    std::ranges::stable_sort(overlaps, {}, [](const auto& entry) { return entry.first; });
    std::ranges::reverse(overlaps);
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      for (const auto& [overlap, t] : overlaps) {
        if (overlap < thresholds[i]) break;
        if (taken[i][t]) continue;
        taken[i][t] = true;
        ranked.right[i * order.size() + rank] = true;
        break;
      }
    }
  }
  return ranked;
}

}  // namespace

TemporalMatches MatchInTime(const EventInput& input, std::span<const double> thresholds) {
  TemporalMatches matches;
  matches.thresholds.assign(thresholds.begin(), thresholds.end());
  for (std::size_t category = 0; category < input.categories.size(); ++category) {
    const bool present = std::ranges::any_of(input.truth.events, [&](const Event& event) {
      return static_cast<std::size_t>(event.category) == category;
    });
    if (!present) continue;
    matches.categories.push_back(category);
    matches.ranked.push_back(Rank(input, category, thresholds));
  }
  return matches;
}

double AveragePrecision(const RankedAnswers& ranked, std::size_t threshold, std::span<const double> weights) {
  const double truths = std::inner_product(ranked.truths.begin(), ranked.truths.end(), weights.begin(), 0.0);
  if (truths == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::size_t n = ranked.source.size();
  std::vector<double> precision;
  std::vector<double> recall;
  double right = 0;
  double all = 0;
  for (std::size_t rank = 0; rank < n; ++rank) {
    const double weight = weights[ranked.source[rank]];
    if (weight == 0) continue;
    all += weight;
    if (ranked.right[threshold * n + rank]) right += weight;
    precision.push_back(right / all);
    recall.push_back(right / truths);
  }
  double area = 0;
  double best = 0;
  for (std::size_t i = precision.size(); i > 0; --i) {
    best = std::max(best, precision[i - 1]);
    area += (recall[i - 1] - (i > 1 ? recall[i - 2] : 0)) * best;
  }
  return area;
}

double MeanAveragePrecision(const TemporalMatches& matches, std::size_t threshold,
                            std::span<const double> weights) {
  double sum = 0;
  double n = 0;
  for (const RankedAnswers& ranked : matches.ranked) {
    const double value = AveragePrecision(ranked, threshold, weights);
    if (value != value) continue;
    sum += value;
    n += 1;
  }
  return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace cupel::algorithm::event
