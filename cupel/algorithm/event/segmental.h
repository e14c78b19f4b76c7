// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Action segmentation: each recording is a sequence of labelled segments; what counts is their order and
/// their overlap. Equal to MS-TCN's eval.py (from Lea et al., "Temporal convolutional networks for action
/// segmentation and detection", CVPR 2017) on recordings whose frames carry one label or none.
///
/// Segments are a recording's events by start; neighbours of one category that touch are one segment.

#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct Segment {
  std::int32_t category = 0;
  double start = 0;
  double end = 0;
};

/// Errors: kInvalidArgument when two events of the recording overlap: then frames have two labels.
Result<std::vector<Segment>> SegmentsOf(const std::vector<Event>& events, const std::vector<std::size_t>& of);

struct RecordingSegments {
  std::vector<Segment> truth;
  std::vector<Segment> answers;
};

/// [source]. Errors: as SegmentsOf, naming the recording.
Result<std::vector<RecordingSegments>> AllSegments(const EventInput& input);

/// 1 - Levenshtein distance of the labels / the longer length; NaN when both are empty.
double EditScore(const RecordingSegments& recording);

struct SegmentHits {
  double right = 0;
  double wrong = 0;
  double missed = 0;
};

/// Each answer in order goes to the true segment of its category that it overlaps most (the first of
/// equals); it is right when intersection over union reaches `overlap` and no earlier answer took it.
SegmentHits CountSegmentHits(const RecordingSegments& recording, double overlap);

}  // namespace cupel::algorithm::event
