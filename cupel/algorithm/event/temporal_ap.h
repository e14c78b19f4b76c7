// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Average precision of events found in time: an answer is right when its intersection over union with a
/// true event of its category that no better answer took reaches the threshold.
///
/// Equal to ActivityNet's eval_detection: answers by falling score; each takes the free true event of its
/// recording that it overlaps most, if that is enough; precision is interpolated from the right (VOC 2011).
/// Ties of score: the later one in the file goes first (a stable sort, turned round).

#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

/// Answers of one category by falling score, with what each threshold made of them.
struct RankedAnswers {
  std::vector<std::size_t> source;  ///< [answers]
  std::vector<bool> right;          ///< [thresholds, answers]
  std::vector<double> truths;       ///< [source]
};

/// One a category of which the truth has an event, in the order of categories.
struct TemporalMatches {
  std::vector<double> thresholds;
  std::vector<std::size_t> categories;
  std::vector<RankedAnswers> ranked;  ///< [categories]
};

TemporalMatches MatchInTime(const EventInput& input, std::span<const double> thresholds);

/// Average precision of one category at one threshold; NaN when the weighted sample has no true event.
double AveragePrecision(const RankedAnswers& ranked, std::size_t threshold, std::span<const double> weights);

/// Mean over categories; NaN when none has a true event.
double MeanAveragePrecision(const TemporalMatches& matches, std::size_t threshold,
                            std::span<const double> weights);

}  // namespace cupel::algorithm::event
