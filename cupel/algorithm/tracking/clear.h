// SPDX-License-Identifier: Apache-2.0
#pragma once

/// CLEAR MOT: misses, false boxes and switches of identity, frame by frame.
///
///     MOTA = (TP - FP - IDSW) / (TP + FN)      MOTP = mean overlap of TP      FAF = FP / frames
///
/// Matching: an assignment a frame over pairs with IoU >= threshold (2^-52 of grace) that keeps as many
/// pairings of the frame before as it can, then maximises the overlap. A switch is a matched truth whose last
/// match, however long ago, was another track. Frag: how often a track is found again after being lost.
/// A track is mostly tracked above 80 % of its boxes, mostly lost below 20 %, else partly tracked.
///
/// A frame without truth or without answers leaves "the frame before" as it was, so a pairing is kept and a
/// fragment is not counted across it (as TrackEval has it).
///
/// Source: Bernardin and Stiefelhagen 2008; TrackEval, `metrics/clear.py`.

#include <cstdint>
#include <vector>

#include "cupel/algorithm/tracking/sequence.h"

namespace cupel::algorithm::tracking {

/// Numbers, as doubles because a bootstrap weighs them. Tracks and fragments stand in the block in which the
/// track begins.
struct ClearCounts {
  double tp = 0, fn = 0, fp = 0;
  double id_switches = 0, fragments = 0;
  double mostly_tracked = 0, partly_tracked = 0, mostly_lost = 0;
  double overlap = 0;  ///< Sum over TP.
  double frames = 0;   ///< See `ClearMode`.

  void Add(const ClearCounts& other, double weight);
};

enum class ClearMode {
  kCompatible,  ///< As TrackEval: the frames of a video without answers or without truth are not counted in
                ///< FAF.
  kCorrected,   ///< All frames are.
};

struct ClearFigures {
  double mota = 0, moda = 0, motp = 0;
  double recall = 0, precision = 0;
  double false_alarms_per_frame = 0;
};

/// [blocks]. threshold: in (0, 1]. Precondition: blocks > 0.
std::vector<ClearCounts> CountClear(const Sequence& sequence, double threshold, ClearMode mode,
                                    std::int64_t blocks);

/// Denominators of 0 count as 1, as in TrackEval.
ClearFigures ComputeClear(const ClearCounts& counts);

}  // namespace cupel::algorithm::tracking
