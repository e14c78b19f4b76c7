// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A video ready for the tracking measures: per frame which tracks are there, in the truth and in the answer,
/// and how much their boxes overlap. Computed once; every measure starts from it.
///
/// Only pairs of boxes that overlap are kept (`Overlap`), and every pair of tracks that overlap anywhere has
/// a number, so memory grows with the overlaps, not with the product of the tracks.
///
/// Overlap is intersection over union of continuous boxes (right edge = x + w), 0 where a box has no area.
/// Source: TrackEval, `_calculate_box_ious` and the preprocessing of `MotChallenge2DBox`.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::tracking {

/// Two boxes of a frame that overlap.
struct Overlap {
  std::int32_t truth = 0;   ///< Place in the frame's truth.
  std::int32_t answer = 0;  ///< Place in the frame's answer.
  std::int32_t pair = 0;    ///< Number of the pair of tracks.
  double similarity = 0;    ///< In (0, 1].
};

struct Frame {
  std::span<const std::int32_t> truth;  ///< Tracks, as numbers from 0, in the order of the file.
  std::span<const std::int32_t> answer;
  std::span<const Overlap> overlaps;  ///< Rising by (truth, answer).
};

struct TrackPair {
  std::int32_t truth = 0;
  std::int32_t answer = 0;
};

struct Sequence {
  std::string name;
  std::int64_t frames = 0;
  std::vector<std::size_t> truth_begin;    ///< [frames + 1]
  std::vector<std::size_t> answer_begin;   ///< [frames + 1]
  std::vector<std::size_t> overlap_begin;  ///< [frames + 1]
  std::vector<std::int32_t> truth_track;
  std::vector<std::int32_t> answer_track;
  std::vector<double> answer_score;  ///< Beside answer_track.
  std::vector<Overlap> overlaps;
  std::vector<TrackPair> pairs;            ///< By number.
  std::vector<std::int64_t> truth_length;  ///< Boxes of each track.
  std::vector<std::int64_t> answer_length;

  std::int64_t TruthBoxes() const { return static_cast<std::int64_t>(truth_track.size()); }
  std::int64_t AnswerBoxes() const { return static_cast<std::int64_t>(answer_track.size()); }
  /// Precondition: 0 <= t < frames.
  Frame At(std::int64_t t) const;
};

/// Which boxes count.
enum class Protocol {
  kPlain,  ///< All but the truth's boxes marked as ignored (TrackEval: MOT15).
  kMot17,  ///< Pedestrians; an answer that is matched (IoU >= 0.5) with a person on a vehicle, a static
           ///< person, a distractor or a reflection is removed first.
  kMot20,  ///< As kMot17, and non motorised vehicles are distractors too.
};

/// "plain", "mot17", "mot20". Errors: kInvalidArgument.
Result<Protocol> ParseProtocol(std::string_view name);

inline constexpr std::size_t kMaxBoxesInFrame = 4096;

/// One sequence for each source of the truth, in its order. Sources are paired by name, or whatever their
/// names where either side has one.
/// Errors: kInvalidArgument for a source that only one side has, an answer beyond the last frame that the
/// truth declares (where its duration is known), or a truth without a box that counts; kResourceLimit for
/// more than kMaxBoxesInFrame boxes in a frame.
Result<std::vector<Sequence>> MakeSequences(const data::annotation::Annotations& truth,
                                            const data::annotation::Annotations& answer, Protocol protocol);

/// For each source of the truth its place in the answer, as MakeSequences pairs them. Errors:
/// kInvalidArgument.
Result<std::vector<std::size_t>> PairSources(const data::annotation::Annotations& truth,
                                             const data::annotation::Annotations& answer);

/// Intersection over union.
double BoxSimilarity(const data::annotation::Box& a, const data::annotation::Box& b);

}  // namespace cupel::algorithm::tracking
