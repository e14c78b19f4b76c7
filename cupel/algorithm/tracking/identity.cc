// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cupel/algorithm/tracking/units.h"
#include "cupel/base/assignment.h"

namespace cupel::algorithm::tracking {
namespace {

std::size_t At(std::int32_t index) { return static_cast<std::size_t>(index); }

/// Groups of tracks that share overlaps: union-find over truth tracks, then answer tracks.
class Groups {
 public:
  explicit Groups(std::size_t tracks) : parent_(tracks) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t Of(std::size_t track) {
    while (parent_[track] != track) track = parent_[track] = parent_[parent_[track]];
    return track;
  }
  void Join(std::size_t a, std::size_t b) { parent_[Of(a)] = Of(b); }

 private:
  std::vector<std::size_t> parent_;
};

/// Marks the pairs that the best assignment within one group takes.
Status SolveGroup(const Sequence& sequence, std::span<const std::size_t> pairs,
                  std::span<const std::int64_t> together, Assigner& assigner, std::vector<bool>& taken) {
  std::vector<std::int32_t> rows, columns;
  for (const std::size_t pair : pairs) {
    rows.push_back(sequence.pairs[pair].truth);
    columns.push_back(sequence.pairs[pair].answer);
  }
  for (std::vector<std::int32_t>* side : {&rows, &columns}) {
    std::ranges::sort(*side);
    side->erase(std::ranges::unique(*side).begin(), side->end());
  }
  if (rows.size() * columns.size() > static_cast<std::size_t>(kMaxIdentityPairs)) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("{} and {} tracks hang together by overlaps", rows.size(), columns.size()),
                sequence.name, "cut the video into parts");
  }
  const auto place = [](const std::vector<std::int32_t>& side, std::int32_t track) {
    return static_cast<std::size_t>(std::ranges::lower_bound(side, track) - side.begin());
  };
  std::vector<double> scores(rows.size() * columns.size(), 0);
  for (const std::size_t pair : pairs) {
    scores[place(rows, sequence.pairs[pair].truth) * columns.size() +
           place(columns, sequence.pairs[pair].answer)] = static_cast<double>(together[pair]);
  }
  const auto assigned = assigner.Maximize(scores, static_cast<std::int64_t>(rows.size()),
                                          static_cast<std::int64_t>(columns.size()));
  for (const std::size_t pair : pairs) {
    const std::int32_t column = assigned[place(rows, sequence.pairs[pair].truth)];
    taken[pair] = column >= 0 && At(column) == place(columns, sequence.pairs[pair].answer);
  }
  return {};
}

/// [pairs]: whether the pair is one of the assignment. together: [pairs], boxes that overlap enough.
Result<std::vector<bool>> AssignTracks(const Sequence& sequence, std::span<const std::int64_t> together) {
  const std::size_t truths = sequence.truth_length.size();
  Groups groups(truths + sequence.answer_length.size());
  std::vector<std::size_t> used;
  for (std::size_t pair = 0; pair < together.size(); ++pair) {
    if (together[pair] == 0) continue;
    used.push_back(pair);
    groups.Join(At(sequence.pairs[pair].truth), truths + At(sequence.pairs[pair].answer));
  }
  const auto group_of = [&](std::size_t pair) { return groups.Of(At(sequence.pairs[pair].truth)); };
  std::ranges::stable_sort(used, {}, group_of);
  std::vector<bool> taken(together.size(), false);
  Assigner assigner;
  for (std::size_t begin = 0; begin < used.size();) {
    std::size_t end = begin + 1;
    while (end < used.size() && group_of(used[end]) == group_of(used[begin])) ++end;
    CUPEL_TRY_STATUS(
        SolveGroup(sequence, std::span(used).subspan(begin, end - begin), together, assigner, taken));
    begin = end;
  }
  return taken;
}

}  // namespace

void IdentityCounts::Add(const IdentityCounts& other, double weight) {
  tp += weight * other.tp;
  fn += weight * other.fn;
  fp += weight * other.fp;
}

Result<std::vector<IdentityCounts>> CountIdentity(const Sequence& sequence, double threshold,
                                                  std::int64_t blocks) {
  std::vector<std::int64_t> together(sequence.pairs.size(), 0);
  for (const Overlap& overlap : sequence.overlaps) {
    if (overlap.similarity >= threshold) ++together[At(overlap.pair)];
  }
  CUPEL_TRY(const std::vector<bool> taken, AssignTracks(sequence, together));
  std::vector<IdentityCounts> units(static_cast<std::size_t>(blocks));
  for (std::int64_t t = 0; t < sequence.frames; ++t) {
    const Frame frame = sequence.At(t);
    double tp = 0;
    for (const Overlap& overlap : frame.overlaps) {
      if (overlap.similarity >= threshold && taken[At(overlap.pair)]) tp += 1;
    }
    units[BlockOf(t, blocks, sequence.frames)].Add({.tp = tp,
                                                    .fn = static_cast<double>(frame.truth.size()) - tp,
                                                    .fp = static_cast<double>(frame.answer.size()) - tp},
                                                   1);
  }
  return units;
}

IdentityFigures ComputeIdentity(const IdentityCounts& counts) {
  return {.f1 = counts.tp / std::max(1.0, counts.tp + 0.5 * counts.fp + 0.5 * counts.fn),
          .precision = counts.tp / std::max(1.0, counts.tp + counts.fp),
          .recall = counts.tp / std::max(1.0, counts.tp + counts.fn)};
}

}  // namespace cupel::algorithm::tracking
