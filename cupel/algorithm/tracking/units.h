// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the intervals of the tracking measures resample: whole videos or, of a single video, blocks of
/// consecutive frames.
///
/// Matchings and the association of tracks are those of the whole data in every replicate. An interval from
/// blocks says how much the figure varies along this video; it says nothing about other videos, and a note
/// tells the reader so.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/tracking/sequence.h"

namespace cupel::algorithm::tracking {

inline constexpr std::int64_t kMaxBlocks = 50;

/// Blocks into which each video is cut: 1 when there are several videos.
std::int64_t BlocksOf(std::span<const Sequence> sequences);

/// Block of frame t. Precondition: 0 <= t < frames.
inline std::size_t BlockOf(std::int64_t t, std::int64_t blocks, std::int64_t frames) {
  return static_cast<std::size_t>(t * blocks / frames);
}

/// "no interval from other videos": present when there is one video.
std::vector<check::Text> UnitNotes(std::span<const Sequence> sequences);

/// The counts of all units: count(sequence, blocks) returns one for each block.
template <typename Counts, typename Count>
std::vector<Counts> CountUnits(std::span<const Sequence> sequences, Count count) {
  std::vector<Counts> units;
  const std::int64_t blocks = BlocksOf(sequences);
  for (const Sequence& sequence : sequences) {
    for (Counts& one : count(sequence, blocks)) units.push_back(std::move(one));
  }
  return units;
}

/// Counts: has Add(const Counts&, double weight).
template <typename Counts>
Counts Sum(std::span<const Counts> units, std::span<const double> weights) {
  Counts sum;
  for (std::size_t k = 0; k < units.size(); ++k) {
    if (weights[k] != 0) sum.Add(units[k], weights[k]);
  }
  return sum;
}

/// A figure that `read` computes from summed counts, with its bootstrap interval.
template <typename Counts, typename Read>
check::Metric FromUnits(std::string name, std::string_view scheme, std::span<const Counts> units, Read read,
                        const scheme::Options& options, std::int64_t n) {
  const std::string stream = std::string(scheme) + "." + name;
  return scheme::Bootstrapped(
      std::move(name), static_cast<std::int64_t>(units.size()),
      [&](std::span<const double> weights) { return read(Sum(units, weights)); }, stream, options, n);
}

}  // namespace cupel::algorithm::tracking
