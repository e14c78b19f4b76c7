// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Activities in extended video as NIST's ActEV scores them (protocol ActEV_SDL_V2): alignment, and the
/// curves that a falling score threshold draws.
///
/// In each recording and activity, answers are paired with true instances that they overlap by at least one
/// second (or, for an instance shorter than that, by at least half of it), so that the sum of 1 + rescaled
/// score over pairs is largest. That weight depends on the answer alone, so the answers that get a partner
/// are found by taking them by falling score (a transversal matroid); with which instance an answer is
/// paired, where several would do, the weight does not say. Source: ActEV evaluation plan;
/// usnistgov/ActEV_Scorer, whose figures these equal.

#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct AlignmentRules {
  double overlap_seconds = 1.0;
  double overlap_share = 0.5;  ///< Of a true instance shorter than overlap_seconds.
};

/// One answer after alignment, by falling score.
struct AlignedAnswer {
  double score = 0;
  std::size_t source = 0;
  bool correct = false;
  double nmide = 0;  ///< Of the pair; NaN when it is rejected or there is no pair.
  /// Seconds of it in which answers so far (itself included) are more than true instances.
  double time_outside = 0;
};

struct ActivityAlignment {
  std::size_t category = 0;
  std::vector<AlignedAnswer> answers;  ///< By falling score; equal scores in the order of the file.
  std::vector<double> truths;          ///< [source] true instances.
  std::vector<double> unlabelled;      ///< [source] seconds that no true instance covers.
  std::vector<double> minutes;         ///< [source]
};

struct NmideRules {
  double cost_miss = 1;
  double cost_false = 1;
  double collar = 0;  ///< Seconds around each end of the true instance that count nowhere.
};

/// One for each category of which the truth has an instance.
/// Errors: kInvalidArgument when a duration is not known or the truth has no event.
Result<std::vector<ActivityAlignment>> AlignActivities(const EventInput& input, const AlignmentRules& rules,
                                                       const NmideRules& nmide);

/// What the figures are at one threshold; answers of at least this score count.
struct SweepPoint {
  double score = 0;
  double pmiss = 0;     ///< Missed / true instances.
  double wpmiss = 0;    ///< (missed + 8) / (true instances + 10)
  double rfa = 0;       ///< False alarms a minute.
  double tfa = 0;       ///< Share of unlabelled time that answers claim, with multiplicity.
  double nmide = 0;     ///< Mean over pairs; NaN without any.
  double rejected = 0;  ///< Pairs without an N-MIDE.
};

/// One point a distinct score, by falling score. weights: [source]. Empty when the weighted sample has no
/// true instance of the activity.
std::vector<SweepPoint> Sweep(const ActivityAlignment& alignment, std::span<const double> weights);

/// The value of `y` where `x` first passes `target` as the threshold falls: interpolated, the last value at
/// an exact hit, `fallback` before the first point, the last value beyond the last.
double ValueAt(std::span<const SweepPoint> points, double SweepPoint::* x, double SweepPoint::* y,
               double target, double fallback);

/// Area under PMiss over `x` from 0 to limit, divided by limit, as ActEV_Scorer's compute_auc_new.
double NormalisedArea(std::span<const SweepPoint> points, double SweepPoint::* x, double limit);

}  // namespace cupel::algorithm::event
