// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/clear.h"

#include <algorithm>
#include <limits>

#include "cupel/algorithm/tracking/units.h"
#include "cupel/base/assignment.h"

namespace cupel::algorithm::tracking {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kKeptPairing = 1000;  ///< More than all overlaps of a frame that keeping one could cost.
constexpr std::int32_t kNone = -1;

std::size_t At(std::int32_t index) { return static_cast<std::size_t>(index); }

/// What is remembered of a track of the truth.
struct TrackState {
  std::int32_t last = kNone;    ///< Its answer when it was matched last.
  std::int32_t before = kNone;  ///< Its answer in the frame before.
  double boxes = 0;
  double matched = 0;
  double found = 0;       ///< Times it went from lost to matched.
  std::size_t block = 0;  ///< In which it begins.
};

class ClearCounter {
 public:
  ClearCounter(const Sequence& sequence, double threshold, std::size_t blocks)
      : sequence_(sequence), threshold_(threshold), states_(sequence.truth_length.size()), units_(blocks) {}

  void AddFrame(const Frame& frame, std::size_t block) {
    ClearCounts& unit = units_[block];
    for (const std::int32_t track : frame.truth) {
      TrackState& state = states_[At(track)];
      if (state.boxes == 0) state.block = block;
      state.boxes += 1;
    }
    unit.fn += static_cast<double>(frame.truth.size());
    unit.fp += static_cast<double>(frame.answer.size());
    if (frame.truth.empty() || frame.answer.empty()) return;
    Assign(frame);
    for (const Overlap& overlap : frame.overlaps) {
      if (assigned_[At(overlap.truth)] == overlap.answer && Reaches(overlap)) Count(frame, overlap, unit);
    }
    for (const std::int32_t track : matched_before_) states_[At(track)].before = kNone;
    matched_before_.clear();
    for (const auto& [truth, answer] : matched_now_) {
      states_[At(truth)].before = answer;
      matched_before_.push_back(truth);
    }
    matched_now_.clear();
  }

  std::vector<ClearCounts> Finish() {
    for (const TrackState& state : states_) {
      ClearCounts& unit = units_[state.block];
      const double ratio = state.matched / state.boxes;
      (ratio > 0.8 ? unit.mostly_tracked : ratio >= 0.2 ? unit.partly_tracked : unit.mostly_lost) += 1;
      if (state.found > 0) unit.fragments += state.found - 1;
    }
    return std::move(units_);
  }

 private:
  bool Reaches(const Overlap& overlap) const { return overlap.similarity >= threshold_ - kEpsilon; }

  void Assign(const Frame& frame) {
    const std::size_t columns = frame.answer.size();
    scores_.assign(frame.truth.size() * columns, 0);
    for (const Overlap& overlap : frame.overlaps) {
      if (!Reaches(overlap)) continue;
      const TrackPair pair = sequence_.pairs[At(overlap.pair)];
      const bool kept = states_[At(pair.truth)].before == pair.answer;
      scores_[At(overlap.truth) * columns + At(overlap.answer)] =
          (kept ? kKeptPairing : 0) + overlap.similarity;
    }
    assigned_ = assigner_.Maximize(scores_, static_cast<std::int64_t>(frame.truth.size()),
                                   static_cast<std::int64_t>(columns));
  }

  void Count(const Frame& frame, const Overlap& overlap, ClearCounts& unit) {
    const std::int32_t truth = frame.truth[At(overlap.truth)];
    const std::int32_t answer = frame.answer[At(overlap.answer)];
    TrackState& state = states_[At(truth)];
    unit.tp += 1;
    unit.fn -= 1;
    unit.fp -= 1;
    unit.overlap += overlap.similarity;
    if (state.last != kNone && state.last != answer) unit.id_switches += 1;
    if (state.before == kNone) state.found += 1;
    state.matched += 1;
    state.last = answer;
    matched_now_.push_back({truth, answer});
  }

  const Sequence& sequence_;
  double threshold_;
  std::vector<TrackState> states_;
  std::vector<ClearCounts> units_;
  std::vector<std::int32_t> matched_before_;
  std::vector<TrackPair> matched_now_;
  std::vector<double> scores_;
  std::span<const std::int32_t> assigned_;
  Assigner assigner_;
};

}  // namespace

void ClearCounts::Add(const ClearCounts& other, double weight) {
  tp += weight * other.tp;
  fn += weight * other.fn;
  fp += weight * other.fp;
  id_switches += weight * other.id_switches;
  fragments += weight * other.fragments;
  mostly_tracked += weight * other.mostly_tracked;
  partly_tracked += weight * other.partly_tracked;
  mostly_lost += weight * other.mostly_lost;
  overlap += weight * other.overlap;
  frames += weight * other.frames;
}

std::vector<ClearCounts> CountClear(const Sequence& sequence, double threshold, ClearMode mode,
                                    std::int64_t blocks) {
  ClearCounter counter(sequence, threshold, static_cast<std::size_t>(blocks));
  for (std::int64_t t = 0; t < sequence.frames; ++t) {
    counter.AddFrame(sequence.At(t), BlockOf(t, blocks, sequence.frames));
  }
  std::vector<ClearCounts> units = counter.Finish();
  const bool one_sided = sequence.truth_track.empty() || sequence.answer_track.empty();
  if (mode == ClearMode::kCorrected || !one_sided) {
    for (std::int64_t t = 0; t < sequence.frames; ++t) units[BlockOf(t, blocks, sequence.frames)].frames += 1;
  }
  return units;
}

ClearFigures ComputeClear(const ClearCounts& counts) {
  const double truth = std::max(1.0, counts.tp + counts.fn);
  return {.mota = (counts.tp - counts.fp - counts.id_switches) / truth,
          .moda = (counts.tp - counts.fp) / truth,
          .motp = counts.overlap / std::max(1.0, counts.tp),
          .recall = counts.tp / truth,
          .precision = counts.tp / std::max(1.0, counts.tp + counts.fp),
          .false_alarms_per_frame = counts.fp / std::max(1.0, counts.frames)};
}

}  // namespace cupel::algorithm::tracking
