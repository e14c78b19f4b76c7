// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/regions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace cupel::algorithm::event {
namespace {

using data::annotation::Box;

constexpr double kNever = -std::numeric_limits<double>::infinity();

double Iou(const Box& one, const Box& other) {
  const double w = std::min(one.x + one.w, other.x + other.w) - std::max(one.x, other.x);
  const double h = std::min(one.y + one.h, other.y + other.h) - std::max(one.y, other.y);
  if (w <= 0 || h <= 0) return 0;
  return w * h / (one.w * one.h + other.w * other.h - w * h);
}

using FrameKey = std::pair<std::int32_t, std::int64_t>;

std::map<FrameKey, std::vector<std::size_t>> ByFrame(const std::vector<Object>& objects) {
  std::map<FrameKey, std::vector<std::size_t>> by;
  for (std::size_t i = 0; i < objects.size(); ++i) by[{objects[i].source, objects[i].frame}].push_back(i);
  return by;
}

/// The score at which `share` of these regions are detected; kNever when they never are.
double TrackScore(std::vector<double> scores, double share) {
  std::ranges::sort(scores, std::greater<>());
  const auto n = static_cast<double>(scores.size());
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (static_cast<double>(k + 1) / n >= share) return scores[k];
  }
  return kNever;
}

Status CountFrames(const EventInput& input, RegionOutcome& outcome) {
  for (const Source& source : input.sources) {
    const double frames =
        source.frames > 0 ? static_cast<double>(source.frames) : source.duration * source.frame_rate;
    if (!(frames > 0)) {
      return Fail(ErrorCode::kInvalidArgument, "the number of frames of \"" + source.name + "\" is not known",
                  "", "give \"frames\" in its source record");
    }
    outcome.frames.push_back(frames);
  }
  return {};
}

/// The score at which each true region is first detected, and which answered boxes overlap none.
struct Overlaps {
  std::vector<double> seen;    ///< [truth.objects], kNever for a region that nothing overlaps.
  std::vector<bool> is_false;  ///< [answers.objects]
};

Overlaps CompareBoxes(const std::vector<Object>& truths, const std::vector<Object>& answers,
                      double region_iou) {
  Overlaps overlaps{std::vector<double>(truths.size(), kNever), std::vector<bool>(answers.size(), true)};
  const auto answers_at = ByFrame(answers);
  for (const auto& [frame, in_truth] : ByFrame(truths)) {
    const auto at = answers_at.find(frame);
    if (at == answers_at.end()) continue;
    for (const std::size_t t : in_truth) {
      for (const std::size_t a : at->second) {
        if (Iou(truths[t].box, answers[a].box) < region_iou) continue;
        overlaps.is_false[a] = false;
        overlaps.seen[t] = std::max(overlaps.seen[t], answers[a].score);
      }
    }
  }
  return overlaps;
}

/// Regions and tracks that are detected at some score, and how many there are.
void AddTruths(const std::vector<Object>& truths, const std::vector<double>& seen, double track_share,
               RegionOutcome& outcome) {
  std::map<std::pair<std::int32_t, std::int64_t>, std::vector<double>> tracks;
  for (std::size_t t = 0; t < truths.size(); ++t) {
    if (truths[t].ignore) continue;
    outcome.regions[static_cast<std::size_t>(truths[t].source)] += 1;
    if (truths[t].track >= 0) tracks[{truths[t].source, truths[t].track}].push_back(seen[t]);
    if (seen[t] == kNever) continue;
    outcome.turns.push_back(
        {seen[t], static_cast<std::uint32_t>(truths[t].source), RegionTurn::Kind::kRegion});
  }
  for (auto& [key, scores] : tracks) {
    outcome.tracks[static_cast<std::size_t>(key.first)] += 1;
    const double score = TrackScore(std::move(scores), track_share);
    if (score == kNever) continue;
    outcome.turns.push_back({score, static_cast<std::uint32_t>(key.first), RegionTurn::Kind::kTrack});
  }
}

}  // namespace

Result<RegionOutcome> MatchRegions(const EventInput& input, const RegionRules& rules) {
  RegionOutcome outcome;
  CUPEL_TRY_STATUS(CountFrames(input, outcome));
  outcome.regions.assign(input.sources.size(), 0);
  outcome.tracks.assign(input.sources.size(), 0);
  const std::vector<Object>& answers = input.answers.objects;
  if (input.truth.objects.empty()) return Fail(ErrorCode::kInvalidArgument, "the truth has no box");
  const Overlaps overlaps = CompareBoxes(input.truth.objects, answers, rules.region_iou);
  AddTruths(input.truth.objects, overlaps.seen, rules.track_share, outcome);
  for (std::size_t a = 0; a < answers.size(); ++a) {
    if (!overlaps.is_false[a]) continue;
    outcome.turns.push_back(
        {answers[a].score, static_cast<std::uint32_t>(answers[a].source), RegionTurn::Kind::kFalse});
  }
  std::ranges::stable_sort(outcome.turns, std::greater<>(), &RegionTurn::score);
  return outcome;
}

RegionCurve CurveOf(const RegionOutcome& outcome, RegionTurn::Kind kind, std::span<const double> weights) {
  const std::vector<double>& of = kind == RegionTurn::Kind::kTrack ? outcome.tracks : outcome.regions;
  double all = 0;
  double frames = 0;
  for (std::size_t source = 0; source < weights.size(); ++source) {
    all += weights[source] * of[source];
    frames += weights[source] * outcome.frames[source];
  }
  RegionCurve curve{{0}, {0}, 0};
  double detected = 0;
  double wrong = 0;
  for (std::size_t i = 0; i < outcome.turns.size();) {
    const double score = outcome.turns[i].score;
    for (; i < outcome.turns.size() && outcome.turns[i].score == score; ++i) {
      const RegionTurn& turn = outcome.turns[i];
      if (turn.kind == kind) detected += weights[turn.source];
      if (turn.kind == RegionTurn::Kind::kFalse) wrong += weights[turn.source];
    }
    const double x = wrong / frames;
    const double y = detected / all;
    const double last_x = curve.fpr.back();
    const double last_y = curve.rate.back();
    if (last_x < 1 && x > last_x) {
      const double end = std::min(x, 1.0);
      const double height = last_y + (y - last_y) * (end - last_x) / (x - last_x);
      curve.area += (end - last_x) * (last_y + height) / 2;
    }
    curve.fpr.push_back(x);
    curve.rate.push_back(y);
  }
  curve.area += std::max(0.0, 1 - curve.fpr.back()) * curve.rate.back();
  if (all == 0) curve.area = std::numeric_limits<double>::quiet_NaN();
  return curve;
}

}  // namespace cupel::algorithm::event
