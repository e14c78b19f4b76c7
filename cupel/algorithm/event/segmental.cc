// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/segmental.h"

#include <algorithm>
#include <limits>

namespace cupel::algorithm::event {

Result<std::vector<Segment>> SegmentsOf(const std::vector<Event>& events,
                                        const std::vector<std::size_t>& of) {
  std::vector<Segment> segments;
  for (const std::size_t i : of) {
    if (events[i].end > events[i].start) {
      segments.push_back({events[i].category, events[i].start, events[i].end});
    }
  }
  std::ranges::stable_sort(segments, {}, &Segment::start);
  std::vector<Segment> merged;
  for (const Segment& segment : segments) {
    if (!merged.empty() && segment.start < merged.back().end) {
      return Fail(ErrorCode::kInvalidArgument, "two events overlap: a segmentation has one label at a time");
    }
    if (!merged.empty() && segment.start == merged.back().end && segment.category == merged.back().category) {
      merged.back().end = segment.end;
    } else {
      merged.push_back(segment);
    }
  }
  return merged;
}

Result<std::vector<RecordingSegments>> AllSegments(const EventInput& input) {
  std::vector<RecordingSegments> all;
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    Result<std::vector<Segment>> truth = SegmentsOf(input.truth.events, input.truth_of[source]);
    if (!truth) return FailAt("truth, " + input.sources[source].name, truth.error());
    Result<std::vector<Segment>> answers = SegmentsOf(input.answers.events, input.answers_of[source]);
    if (!answers) return FailAt("answers, " + input.sources[source].name, answers.error());
    all.push_back({*std::move(truth), *std::move(answers)});
  }
  return all;
}

double EditScore(const RecordingSegments& recording) {
  const std::vector<Segment>& truth = recording.truth;
  const std::vector<Segment>& answers = recording.answers;
  const std::size_t longer = std::max(truth.size(), answers.size());
  if (longer == 0) return std::numeric_limits<double>::quiet_NaN();
  std::vector<std::size_t> row(truth.size() + 1);
  for (std::size_t j = 0; j <= truth.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= answers.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= truth.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = answers[i - 1].category == truth[j - 1].category ? diagonal
                                                                : 1 + std::min({above, row[j - 1], diagonal});
      diagonal = above;
    }
  }
  return 1 - static_cast<double>(row.back()) / static_cast<double>(longer);
}

SegmentHits CountSegmentHits(const RecordingSegments& recording, double overlap) {
  std::vector<bool> taken(recording.truth.size(), false);
  SegmentHits hits;
  for (const Segment& answer : recording.answers) {
    std::size_t best = 0;
    double best_iou = -1;
    for (std::size_t i = 0; i < recording.truth.size(); ++i) {
      const Segment& truth = recording.truth[i];
      const double common = std::min(answer.end, truth.end) - std::max(answer.start, truth.start);
      const double joined = std::max(answer.end, truth.end) - std::min(answer.start, truth.start);
      const double iou = answer.category == truth.category ? common / joined : 0;
      if (iou > best_iou) {
        best = i;
        best_iou = iou;
      }
    }
    const bool right = best_iou >= overlap && !taken[best];
    if (right) taken[best] = true;
    (right ? hits.right : hits.wrong) += 1;
  }
  hits.missed = static_cast<double>(recording.truth.size()) - hits.right;
  return hits;
}

}  // namespace cupel::algorithm::event
