// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/intersection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace cupel::algorithm::event {
namespace {

double Length(const Event& event) { return event.end - event.start; }

bool Touch(const Event& one, const Event& other) { return one.start <= other.end && other.start <= one.end; }

/// Share of an event of this length that the other covers; 0 for an event of no length.
double Covered(const Event& event, const Event& by) {
  const double overlap = std::min(event.end, by.end) - std::max(event.start, by.start);
  return Length(event) > 0 ? overlap / Length(event) : 0;
}

/// The answers of one operating point in one recording, held against its true events.
class Comparison {
 public:
  Comparison(const EventInput& input, std::size_t source, std::span<const std::size_t> answers,
             const std::vector<int>& category_index, const IntersectionRules& rules)
      : input_(input),
        truth_(input.truth_of[source]),
        answers_(answers),
        category_index_(category_index),
        rules_(rules) {}

  template <typename OnFound, typename OnFalse, typename OnCross>
  void Count(double duration, OnFound on_found, OnFalse on_false, OnCross on_cross) const {
    const std::vector<bool> valid = ValidAnswers();
    for (const std::size_t t : truth_) {
      if (IsFound(t, valid)) on_found(Category(Truth(t)));
    }
    for (std::size_t a = 0; a < answers_.size(); ++a) {
      const Event& answer = Answer(a);
      if (valid[a] || Category(answer) < 0) continue;
      if (answer.start <= duration && answer.end >= 0) on_false(Category(answer));
      CountCross(answer, on_cross);
    }
  }

 private:
  const Event& Truth(std::size_t i) const { return input_.truth.events[i]; }
  const Event& Answer(std::size_t i) const { return input_.answers.events[answers_[i]]; }
  int Category(const Event& event) const { return category_index_[static_cast<std::size_t>(event.category)]; }

  std::vector<bool> ValidAnswers() const {
    std::vector<bool> valid(answers_.size(), false);
    for (std::size_t a = 0; a < answers_.size(); ++a) {
      double covered = 0;
      bool meets = false;
      for (const std::size_t t : truth_) {
        if (Truth(t).category != Answer(a).category || !Touch(Truth(t), Answer(a))) continue;
        covered += Covered(Answer(a), Truth(t));
        meets = true;
      }
      valid[a] = meets && covered >= rules_.dtc;
    }
    return valid;
  }

  bool IsFound(std::size_t t, const std::vector<bool>& valid) const {
    double covered = 0;
    bool meets = false;
    for (std::size_t a = 0; a < answers_.size(); ++a) {
      if (!valid[a] || Truth(t).category != Answer(a).category || !Touch(Truth(t), Answer(a))) continue;
      covered += Covered(Truth(t), Answer(a));
      meets = true;
    }
    return meets && covered >= rules_.gtc;
  }

  template <typename OnCross>
  void CountCross(const Event& answer, OnCross on_cross) const {
    std::map<int, double> covered;
    for (const std::size_t t : truth_) {
      if (Truth(t).category == answer.category || !Touch(Truth(t), answer)) continue;
      covered[Category(Truth(t))] += Covered(answer, Truth(t));
    }
    for (const auto& [category, share] : covered) {
      if (share >= rules_.cttc) on_cross(Category(answer), category);
    }
  }

  const EventInput& input_;
  const std::vector<std::size_t>& truth_;
  std::span<const std::size_t> answers_;
  const std::vector<int>& category_index_;
  const IntersectionRules& rules_;
};

void Bump(std::vector<IntersectionCounts::Entry>& entries, std::size_t source, std::size_t cell) {
  if (!entries.empty() && entries.back().source == source && entries.back().cell == cell) {
    entries.back().count += 1;
    return;
  }
  entries.push_back({static_cast<std::uint32_t>(source), static_cast<std::uint32_t>(cell), 1});
}

void CountPoint(const EventInput& input, std::size_t point, const std::vector<std::size_t>& answers,
                const std::vector<int>& category_index, const IntersectionRules& rules,
                IntersectionCounts& counts) {
  const std::size_t c = counts.categories.size();
  std::vector<std::vector<std::size_t>> by_source(input.sources.size());
  for (const std::size_t i : answers) {
    by_source[static_cast<std::size_t>(input.answers.events[i].source)].push_back(i);
  }
  for (std::size_t source = 0; source < by_source.size(); ++source) {
    const Comparison comparison(input, source, by_source[source], category_index, rules);
    const auto cell = [&](int category) { return point * c + static_cast<std::size_t>(category); };
    comparison.Count(
        counts.duration[source], [&](int category) { Bump(counts.found, source, cell(category)); },
        [&](int category) { Bump(counts.false_alarms, source, cell(category)); },
        [&](int category, int other) {
          Bump(counts.cross, source, cell(category) * c + static_cast<std::size_t>(other));
        });
  }
}

std::vector<double> Weighted(const std::vector<IntersectionCounts::Entry>& entries,
                             std::span<const double> weights, std::size_t cells) {
  std::vector<double> sums(cells, 0);
  for (const auto& entry : entries) sums[entry.cell] += weights[entry.source] * entry.count;
  return sums;
}

/// Column sums of [source, c].
std::vector<double> WeightedRows(const std::vector<double>& rows, std::span<const double> weights,
                                 std::size_t columns) {
  std::vector<double> sums(columns, 0);
  for (std::size_t source = 0; source < weights.size(); ++source) {
    if (weights[source] == 0) continue;
    for (std::size_t i = 0; i < columns; ++i) sums[i] += weights[source] * rows[source * columns + i];
  }
  return sums;
}

struct RatePoint {
  double efpr = 0;
  double tpr = 0;
};

/// The operating points of every category: [c][points + 1], the last is (0, 0).
std::vector<std::vector<RatePoint>> Rates(const IntersectionCounts& counts, std::span<const double> weights,
                                          const PsdsRules& rules) {
  const std::size_t c = counts.categories.size();
  const std::vector<double> found = Weighted(counts.found, weights, counts.points * c);
  const std::vector<double> wrong = Weighted(counts.false_alarms, weights, counts.points * c);
  const std::vector<double> cross = Weighted(counts.cross, weights, counts.points * c * c);
  const std::vector<double> truths = WeightedRows(counts.truths, weights, c);
  const std::vector<double> lengths = WeightedRows(counts.truth_length, weights, c);
  const double duration = WeightedRows(counts.duration, weights, 1)[0];
  const double others = static_cast<double>(rules.mode == Mode::kCompatible ? c : c - 1);
  std::vector<std::vector<RatePoint>> rates(c);
  for (std::size_t category = 0; category < c; ++category) {
    for (std::size_t point = 0; point < counts.points; ++point) {
      const std::size_t cell = point * c + category;
      double triggered = 0;
      for (std::size_t other = 0; other < c; ++other) {
        const double count = cross[cell * c + other];
        if (count > 0 && lengths[other] > 0) triggered += count * rules.unit_seconds / lengths[other];
      }
      RatePoint rate;
      rate.efpr = wrong[cell] * rules.unit_seconds / duration;
      if (others > 0) rate.efpr += rules.alpha_ct * (triggered / others);
      rate.tpr = truths[category] > 0 ? found[cell] / truths[category] : 0;
      rates[category].push_back(rate);
    }
    rates[category].push_back({});
  }
  return rates;
}

/// A category's staircase at the common points: the largest ratio at or before each.
std::vector<double> Staircase(std::vector<RatePoint> points, const std::vector<double>& at) {
  std::ranges::sort(points, {}, &RatePoint::efpr);
  std::vector<double> heights;
  std::size_t next = 0;
  double height = 0;
  for (const double x : at) {
    for (; next < points.size() && points[next].efpr <= x; ++next)
      height = std::max(height, points[next].tpr);
    heights.push_back(height);
  }
  return heights;
}

double AreaUpTo(const PsdRoc& roc, double limit) {
  double area = 0;
  for (std::size_t i = 0; i < roc.efpr.size() && roc.efpr[i] < limit; ++i) {
    const double next = i + 1 < roc.efpr.size() ? std::min(roc.efpr[i + 1], limit) : limit;
    area += (next - roc.efpr[i]) * roc.etpr[i];
  }
  return area;
}

}  // namespace

Result<IntersectionCounts> CountIntersections(const EventInput& input,
                                              std::span<const std::vector<std::size_t>> points,
                                              const IntersectionRules& rules) {
  IntersectionCounts counts;
  CUPEL_TRY(counts.duration, Durations(input));
  counts.points = points.size();
  std::vector<int> category_index(input.categories.size(), -1);
  for (const Event& event : input.truth.events) category_index[static_cast<std::size_t>(event.category)] = 0;
  for (std::size_t i = 0; i < category_index.size(); ++i) {
    if (category_index[i] < 0) continue;
    category_index[i] = static_cast<int>(counts.categories.size());
    counts.categories.push_back(static_cast<std::int32_t>(i));
  }
  if (counts.categories.empty()) return Fail(ErrorCode::kInvalidArgument, "the truth has no event");
  const std::size_t c = counts.categories.size();
  counts.truths.assign(input.sources.size() * c, 0);
  counts.truth_length.assign(input.sources.size() * c, 0);
  for (const Event& event : input.truth.events) {
    const std::size_t cell =
        static_cast<std::size_t>(event.source) * c +
        static_cast<std::size_t>(category_index[static_cast<std::size_t>(event.category)]);
    counts.truths[cell] += 1;
    counts.truth_length[cell] += Length(event);
  }
  for (std::size_t point = 0; point < points.size(); ++point) {
    CountPoint(input, point, points[point], category_index, rules, counts);
  }
  return counts;
}

std::vector<double> IntersectionFScores(const IntersectionCounts& counts, std::span<const double> weights,
                                        Mode mode) {
  const std::size_t c = counts.categories.size();
  const std::vector<double> found = Weighted(counts.found, weights, counts.points * c);
  const std::vector<double> wrong = Weighted(counts.false_alarms, weights, counts.points * c);
  const std::vector<double> truths = WeightedRows(counts.truths, weights, c);
  std::vector<double> scores;
  for (std::size_t i = 0; i < c; ++i) {
    const bool none = mode == Mode::kCompatible ? found[i] == 0 : truths[i] == 0;
    scores.push_back(none ? std::numeric_limits<double>::quiet_NaN()
                          : 2 * found[i] / (2 * found[i] + (truths[i] - found[i]) + wrong[i]));
  }
  return scores;
}

PsdRoc ComputePsds(const IntersectionCounts& counts, std::span<const double> weights,
                   const PsdsRules& rules) {
  const std::vector<std::vector<RatePoint>> rates = Rates(counts, weights, rules);
  PsdRoc roc;
  for (const auto& category : rates) {
    for (const RatePoint& point : category) roc.efpr.push_back(point.efpr);
  }
  std::ranges::sort(roc.efpr);
  const auto repeated = std::ranges::unique(roc.efpr);
  roc.efpr.erase(repeated.begin(), repeated.end());
  std::vector<double> mean(roc.efpr.size(), 0);
  std::vector<double> squares(roc.efpr.size(), 0);
  std::vector<std::vector<double>> steps;
  for (const auto& category : rates) steps.push_back(Staircase(category, roc.efpr));
  const auto c = static_cast<double>(rates.size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    for (const auto& heights : steps) mean[i] += heights[i] / c;
    for (const auto& heights : steps) squares[i] += (heights[i] - mean[i]) * (heights[i] - mean[i]) / c;
    roc.etpr.push_back(std::max(0.0, mean[i] - rules.alpha_st * std::sqrt(squares[i])));
  }
  roc.score = AreaUpTo(roc, rules.max_efpr) / rules.max_efpr;
  return roc;
}

}  // namespace cupel::algorithm::event
