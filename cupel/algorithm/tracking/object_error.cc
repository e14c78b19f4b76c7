// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/object_error.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "cupel/algorithm/tracking/units.h"
#include "cupel/base/assignment.h"

namespace cupel::algorithm::tracking {
namespace {

constexpr double kOverlapWeight = 1e-8;
constexpr double kScoreWeight = 1e-6;
constexpr double kSameRate = 1e-10;

std::size_t At(std::int32_t index) { return static_cast<std::size_t>(index); }

/// A box of the answer: a false alarm, or the match of a track of the truth.
struct Found {
  double score = 0;
  std::int32_t unit = 0;
  std::int64_t truth = -1;  ///< Number of the track over all videos; -1: none.
  std::int64_t frame = 0;
  std::int32_t answer = 0;  ///< Its own track.
};

struct ScoreRange {
  double low = 0;
  double width = 0;

  double Share(double score) const { return width > 0 ? (score - low) / width : 1; }
};

ScoreRange RangeOf(std::span<const Sequence> sequences) {
  bool any = false;
  double low = 0, high = 0;
  for (const Sequence& sequence : sequences) {
    for (const double score : sequence.answer_score) {
      low = any ? std::min(low, score) : score;
      high = any ? std::max(high, score) : score;
      any = true;
    }
  }
  return {low, high - low};
}

class ObjectMatcher {
 public:
  ObjectMatcher(double overlap, ScoreRange range) : overlap_(overlap), range_(range) {}

  /// [answers of the frame]: the place in the frame's truth, -1 for none.
  const std::vector<std::int32_t>& Match(const Frame& frame, std::span<const double> scores) {
    matched_.assign(frame.answer.size(), -1);
    values_.assign(frame.truth.size() * frame.answer.size(), 0);
    for (const Overlap& pair : frame.overlaps) {
      if (!(pair.similarity > overlap_)) continue;
      values_[Cell(frame, pair)] =
          1 + kOverlapWeight * pair.similarity + kScoreWeight * range_.Share(scores[At(pair.answer)]);
    }
    const auto assigned = assigner_.Maximize(values_, static_cast<std::int64_t>(frame.truth.size()),
                                             static_cast<std::int64_t>(frame.answer.size()));
    for (const Overlap& pair : frame.overlaps) {
      if (assigned[At(pair.truth)] == pair.answer && values_[Cell(frame, pair)] > 0) {
        matched_[At(pair.answer)] = pair.truth;
      }
    }
    return matched_;
  }

 private:
  static std::size_t Cell(const Frame& frame, const Overlap& pair) {
    return At(pair.truth) * frame.answer.size() + At(pair.answer);
  }

  double overlap_;
  ScoreRange range_;
  std::vector<double> values_;
  std::vector<std::int32_t> matched_;
  Assigner assigner_;
};

/// Switches of identity among the matches that the threshold has reached, kept up as matches come in.
class SwitchCounter {
 public:
  /// How many more switches there are with this match.
  double Add(const Found& found) {
    std::map<std::int64_t, std::int32_t>& matches = tracks_[found.truth];
    const auto place = matches.emplace(found.frame, found.answer).first;
    const bool first = place == matches.begin();
    const bool last = std::next(place) == matches.end();
    double more = 0;
    if (!first && std::prev(place)->second != found.answer) more += 1;
    if (!last && std::next(place)->second != found.answer) more += 1;
    if (!first && !last && std::prev(place)->second != std::next(place)->second) more -= 1;
    return more;
  }

 private:
  std::map<std::int64_t, std::map<std::int64_t, std::int32_t>> tracks_;
};

}  // namespace

ObjectSweep SweepObjects(std::span<const Sequence> sequences, double overlap, std::int64_t blocks) {
  ObjectSweep sweep;
  ObjectMatcher matcher(overlap, RangeOf(sequences));
  std::vector<Found> all;
  std::int64_t tracks_before = 0;
  for (const Sequence& sequence : sequences) {
    const std::size_t first_unit = sweep.truth.size();
    sweep.truth.resize(first_unit + static_cast<std::size_t>(blocks), 0);
    sweep.frames.resize(sweep.truth.size(), 0);
    for (std::int64_t t = 0; t < sequence.frames; ++t) {
      const Frame frame = sequence.At(t);
      const std::size_t unit = first_unit + BlockOf(t, blocks, sequence.frames);
      sweep.truth[unit] += static_cast<double>(frame.truth.size());
      sweep.frames[unit] += 1;
      const auto scores =
          std::span(sequence.answer_score)
              .subspan(sequence.answer_begin[static_cast<std::size_t>(t)], frame.answer.size());
      const std::vector<std::int32_t>& matched = matcher.Match(frame, scores);
      for (std::size_t k = 0; k < matched.size(); ++k) {
        const std::int64_t truth = matched[k] < 0 ? -1 : tracks_before + frame.truth[At(matched[k])];
        all.push_back({scores[k], static_cast<std::int32_t>(unit), truth, t, frame.answer[k]});
      }
    }
    tracks_before += static_cast<std::int64_t>(sequence.truth_length.size());
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Found::score);
  SwitchCounter switches;
  for (const Found& found : all) {
    const bool correct = found.truth >= 0;
    sweep.steps.push_back({.score = found.score,
                           .unit = found.unit,
                           .correct = correct ? 1.0 : 0.0,
                           .false_alarms = correct ? 0.0 : 1.0,
                           .id_switches = correct ? switches.Add(found) : 0});
  }
  return sweep;
}

std::vector<ObjectPoint> ObjectPoints(const ObjectSweep& sweep, std::span<const double> weights,
                                      const ObjectCosts& costs) {
  double truth = 0, frames = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    truth += weights[k] * sweep.truth[k];
    frames += weights[k] * sweep.frames[k];
  }
  std::vector<ObjectPoint> points;
  if (truth == 0) return points;
  double correct = 0, false_alarms = 0, id_switches = 0;
  bool any = false;
  for (std::size_t k = 0; k < sweep.steps.size(); ++k) {
    const ScoredStep& step = sweep.steps[k];
    const double weight = weights[At(step.unit)];
    correct += weight * step.correct;
    false_alarms += weight * step.false_alarms;
    id_switches += weight * step.id_switches;
    any = any || weight > 0;
    if (k + 1 < sweep.steps.size() && sweep.steps[k + 1].score == step.score) continue;
    if (!any) continue;  // No box of this score was drawn.
    any = false;
    const double detection = costs.miss * (truth - correct) + costs.false_alarm * false_alarms;
    points.push_back({.threshold = step.score,
                      .mode = detection / truth,
                      .mote = (detection + costs.id_switch * id_switches) / truth,
                      .p_miss = (truth - correct) / truth,
                      .false_alarms_per_frame = false_alarms / frames});
  }
  return points;
}

double MissAtFalseAlarms(std::span<const ObjectPoint> points, double false_alarms_per_frame) {
  for (std::size_t k = 0; k < points.size(); ++k) {
    const double rate = points[k].false_alarms_per_frame;
    if (!(rate - false_alarms_per_frame >= kSameRate)) continue;
    if (k == 0) return 1;
    const double before = points[k - 1].false_alarms_per_frame;
    if (std::abs(before - false_alarms_per_frame) < kSameRate) return points[k - 1].p_miss;
    return points[k - 1].p_miss +
           (points[k].p_miss - points[k - 1].p_miss) * (false_alarms_per_frame - before) / (rate - before);
  }
  return points.empty() ? 1 : points.back().p_miss;
}

}  // namespace cupel::algorithm::tracking
