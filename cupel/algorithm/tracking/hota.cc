// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/hota.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/tracking/units.h"
#include "cupel/base/assignment.h"

namespace cupel::algorithm::tracking {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

std::size_t At(std::int32_t index) { return static_cast<std::size_t>(index); }

/// How many alphas an overlap reaches.
std::size_t AlphasReached(double similarity) {
  auto reached = static_cast<std::size_t>(similarity * 20);
  reached = std::min(reached, kAlphas);
  while (reached < kAlphas && similarity >= Alpha(reached) - kEpsilon) ++reached;
  while (reached > 0 && similarity < Alpha(reached - 1) - kEpsilon) --reached;
  return reached;
}

/// [pairs]: the Jaccard index of each pair of tracks before any matching.
std::vector<double> GlobalAlignment(const Sequence& sequence) {
  std::vector<double> alignment(sequence.pairs.size(), 0);
  std::vector<double> truth_sum, answer_sum;
  for (std::int64_t t = 0; t < sequence.frames; ++t) {
    const Frame frame = sequence.At(t);
    truth_sum.assign(frame.truth.size(), 0);
    answer_sum.assign(frame.answer.size(), 0);
    for (const Overlap& overlap : frame.overlaps) {
      truth_sum[At(overlap.truth)] += overlap.similarity;
      answer_sum[At(overlap.answer)] += overlap.similarity;
    }
    for (const Overlap& overlap : frame.overlaps) {
      const double all = answer_sum[At(overlap.answer)] + truth_sum[At(overlap.truth)] - overlap.similarity;
      if (all > kEpsilon) alignment[At(overlap.pair)] += overlap.similarity / all;
    }
  }
  for (std::size_t k = 0; k < alignment.size(); ++k) {
    const auto lengths = static_cast<double>(sequence.truth_length[At(sequence.pairs[k].truth)] +
                                             sequence.answer_length[At(sequence.pairs[k].answer)]);
    alignment[k] /= lengths - alignment[k];
  }
  return alignment;
}

struct Match {
  std::size_t block = 0;
  std::size_t pair = 0;
  std::size_t reached = 0;  ///< Alphas 0 .. reached - 1.
};

/// The frame's matches that reach the first alpha are appended; their overlaps are counted in `counts`.
class FrameMatcher {
 public:
  explicit FrameMatcher(const Sequence& sequence) : alignment_(GlobalAlignment(sequence)) {}

  void Match(const Frame& frame, std::size_t block, HotaCounts& counts,
             std::vector<tracking::Match>& matches) {
    const std::size_t columns = frame.answer.size();
    scores_.assign(frame.truth.size() * columns, 0);
    for (const Overlap& overlap : frame.overlaps) {
      scores_[At(overlap.truth) * columns + At(overlap.answer)] =
          alignment_[At(overlap.pair)] * overlap.similarity;
    }
    const auto assigned = assigner_.Maximize(scores_, static_cast<std::int64_t>(frame.truth.size()),
                                             static_cast<std::int64_t>(columns));
    for (const Overlap& overlap : frame.overlaps) {
      if (assigned[At(overlap.truth)] != overlap.answer) continue;
      const std::size_t reached = AlphasReached(overlap.similarity);
      for (std::size_t a = 0; a < reached; ++a) {
        counts.tp[a] += 1;
        counts.loc[a] += overlap.similarity;
      }
      if (reached > 0) matches.push_back({block, At(overlap.pair), reached});
    }
  }

 private:
  std::vector<double> alignment_;
  std::vector<double> scores_;
  Assigner assigner_;
};

/// Adds A(c), its recall and its precision of every match to its block.
void AddAssociations(const Sequence& sequence, const std::vector<Match>& matches,
                     std::vector<HotaCounts>& units) {
  std::vector<ByAlpha> together(sequence.pairs.size(), ByAlpha{});
  for (const Match& match : matches) {
    for (std::size_t a = 0; a < match.reached; ++a) together[match.pair][a] += 1;
  }
  for (const Match& match : matches) {
    const TrackPair pair = sequence.pairs[match.pair];
    const auto truth = static_cast<double>(sequence.truth_length[At(pair.truth)]);
    const auto answer = static_cast<double>(sequence.answer_length[At(pair.answer)]);
    HotaCounts& unit = units[match.block];
    for (std::size_t a = 0; a < match.reached; ++a) {
      const double shared = together[match.pair][a];
      unit.ass_a[a] += shared / (truth + answer - shared);
      unit.ass_re[a] += shared / truth;
      unit.ass_pr[a] += shared / answer;
    }
  }
}

}  // namespace

void HotaCounts::Add(const HotaCounts& other, double weight) {
  for (std::size_t a = 0; a < kAlphas; ++a) {
    tp[a] += weight * other.tp[a];
    fn[a] += weight * other.fn[a];
    fp[a] += weight * other.fp[a];
    ass_a[a] += weight * other.ass_a[a];
    ass_re[a] += weight * other.ass_re[a];
    ass_pr[a] += weight * other.ass_pr[a];
    loc[a] += weight * other.loc[a];
  }
}

std::vector<HotaCounts> CountHota(const Sequence& sequence, std::int64_t blocks) {
  std::vector<HotaCounts> units(static_cast<std::size_t>(blocks));
  std::vector<double> truth_boxes(units.size(), 0), answer_boxes(units.size(), 0);
  std::vector<Match> matches;
  FrameMatcher matcher(sequence);
  for (std::int64_t t = 0; t < sequence.frames; ++t) {
    const Frame frame = sequence.At(t);
    const std::size_t block = BlockOf(t, blocks, sequence.frames);
    truth_boxes[block] += static_cast<double>(frame.truth.size());
    answer_boxes[block] += static_cast<double>(frame.answer.size());
    if (!frame.overlaps.empty()) matcher.Match(frame, block, units[block], matches);
  }
  for (std::size_t k = 0; k < units.size(); ++k) {
    for (std::size_t a = 0; a < kAlphas; ++a) {
      units[k].fn[a] = truth_boxes[k] - units[k].tp[a];
      units[k].fp[a] = answer_boxes[k] - units[k].tp[a];
    }
  }
  AddAssociations(sequence, matches, units);
  return units;
}

HotaFigures ComputeHota(const HotaCounts& counts) {
  HotaFigures figures;
  for (std::size_t a = 0; a < kAlphas; ++a) {
    const double tp = counts.tp[a], fn = counts.fn[a], fp = counts.fp[a];
    figures.det_a[a] = tp / std::max(1.0, tp + fn + fp);
    figures.det_re[a] = tp / std::max(1.0, tp + fn);
    figures.det_pr[a] = tp / std::max(1.0, tp + fp);
    figures.ass_a[a] = counts.ass_a[a] / std::max(1.0, tp);
    figures.ass_re[a] = counts.ass_re[a] / std::max(1.0, tp);
    figures.ass_pr[a] = counts.ass_pr[a] / std::max(1.0, tp);
    figures.loc_a[a] = std::max(1e-10, counts.loc[a]) / std::max(1e-10, tp);
    figures.hota[a] = std::sqrt(figures.det_a[a] * figures.ass_a[a]);
  }
  return figures;
}

double MeanOverAlphas(const ByAlpha& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(kAlphas);
}

}  // namespace cupel::algorithm::tracking
