// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/single_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/tracking/sequence.h"
#include "cupel/algorithm/tracking/units.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::Annotations;
using data::annotation::Box;
using data::annotation::Object;

/// The boxes of a source by frame, one a frame.
Result<std::vector<const Object*>> OneAFrame(const Annotations& annotations, std::size_t source) {
  std::vector<const Object*> boxes;
  for (const Object& object : annotations.objects) {
    if (static_cast<std::size_t>(object.source) == source && !object.ignore) boxes.push_back(&object);
  }
  std::ranges::sort(boxes, {}, [](const Object* object) { return object->frame; });
  const auto twice =
      std::ranges::adjacent_find(boxes, {}, [](const Object* object) { return object->frame; });
  if (twice != boxes.end()) {
    return Fail(ErrorCode::kInvalidArgument, "two boxes in one frame, where one object is followed",
                fmt::format("{}, frame {}", annotations.sources[source].name, (*twice)->frame + 1),
                "use hota, mota or idf1 for several objects");
  }
  return boxes;
}

struct FrameScore {
  std::int64_t frame = 0;
  double overlap = 0;
  double distance = std::numeric_limits<double>::infinity();
};

double CentreDistance(const Box& a, const Box& b) {
  const double x = a.x + (a.w - 1) / 2 - (b.x + (b.w - 1) / 2);
  const double y = a.y + (a.h - 1) / 2 - (b.y + (b.h - 1) / 2);
  return std::sqrt(x * x + y * y);
}

std::vector<FrameScore> ScoreFrames(const std::vector<const Object*>& truth,
                                    const std::vector<const Object*>& answer) {
  std::vector<FrameScore> scores;
  std::size_t at = 0;
  for (const Object* object : truth) {
    while (at < answer.size() && answer[at]->frame < object->frame) ++at;
    FrameScore score{.frame = object->frame};
    if (at < answer.size() && answer[at]->frame == object->frame) {
      score.overlap = BoxSimilarity(object->box, answer[at]->box);
      score.distance = CentreDistance(object->box, answer[at]->box);
    }
    scores.push_back(score);
  }
  return scores;
}

/// Of the thresholds 0, 0.05, ..., 1 how many the overlap exceeds.
std::size_t OverlapsExceeded(double overlap) {
  std::size_t exceeded = 0;
  while (exceeded < kOverlapSteps && overlap > static_cast<double>(exceeded) * 0.05) ++exceeded;
  return exceeded;
}

void AddVideo(const std::vector<FrameScore>& scores, std::int64_t blocks, double pixels, double video_share,
              SingleObject& single) {
  const std::size_t first = single.units.size();
  single.units.resize(first + static_cast<std::size_t>(blocks));
  const auto frames = static_cast<double>(scores.size());
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const std::size_t exceeded = OverlapsExceeded(scores[k].overlap);
    SingleCounts& unit = single.units[first + BlockOf(static_cast<std::int64_t>(k), blocks,
                                                      static_cast<std::int64_t>(scores.size()))];
    unit.Add({.weight = 1,
              .success = static_cast<double>(exceeded) / static_cast<double>(kOverlapSteps),
              .precision = scores[k].distance <= pixels ? 1.0 : 0.0},
             1 / frames);
    for (std::size_t o = 0; o < exceeded; ++o) single.success_curve[o] += video_share / frames;
    for (std::size_t p = 0; p < kDistanceSteps; ++p) {
      if (scores[k].distance <= static_cast<double>(p)) single.precision_curve[p] += video_share / frames;
    }
  }
  single.frames += static_cast<std::int64_t>(scores.size());
}

}  // namespace

void SingleCounts::Add(const SingleCounts& other, double factor) {
  weight += factor * other.weight;
  success += factor * other.success;
  precision += factor * other.precision;
}

Result<SingleObject> CountSingle(const Annotations& truth, const Annotations& answer, std::int64_t blocks,
                                 double pixels) {
  CUPEL_TRY(const std::vector<std::size_t> places, PairSources(truth, answer));
  SingleObject single;
  for (std::size_t k = 0; k < places.size(); ++k) {
    CUPEL_TRY(const std::vector<const Object*> truth_boxes, OneAFrame(truth, k));
    CUPEL_TRY(const std::vector<const Object*> answer_boxes, OneAFrame(answer, places[k]));
    if (truth_boxes.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "the truth has no box", truth.sources[k].name);
    }
    AddVideo(ScoreFrames(truth_boxes, answer_boxes), blocks, pixels, 1 / static_cast<double>(places.size()),
             single);
  }
  return single;
}

}  // namespace cupel::algorithm::tracking
