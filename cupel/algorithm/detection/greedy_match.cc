// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/greedy_match.h"

#include <algorithm>

#include "cupel/algorithm/detection/overlap.h"

namespace cupel::algorithm::detection {
namespace {

struct Target {
  const Object* object = nullptr;
  bool ignored = false;
  bool region = false;  ///< May be taken often, by share of the detection.
};

/// One class in one image; keeps its memory from cell to cell.
class CellMatcher {
 public:
  explicit CellMatcher(const GreedyRules& rules) : rules_(rules) {}

  void Match(std::span<const Object* const> objects, std::vector<const Object*>& found, Ranking& ranking) {
    SetTargets(objects, ranking);
    std::ranges::stable_sort(found, std::greater<>(), &Object::score);
    const auto count =
        std::min(found.size(), static_cast<std::size_t>(std::max<std::int64_t>(rules_.max_detections, 0)));
    found.resize(count);
    right_.assign(count, 0);
    ignored_.assign(count, 0);
    taken_bits_.assign(count, 0);
    if (SetOverlaps(found)) {
      for (std::size_t t = 0; t < rules_.thresholds.size(); ++t) MatchAt(t, found);
    }
    const auto all = static_cast<std::uint16_t>((1U << rules_.thresholds.size()) - 1);
    for (std::size_t d = 0; d < count; ++d) {
      // Outside the range of sizes and nothing taken: ignored.
      if (IsOutside(*found[d])) ignored_[d] |= static_cast<std::uint16_t>(all & ~taken_bits_[d]);
      ranking.Append(found[d]->score, found[d]->source, static_cast<std::int32_t>(d), right_[d], ignored_[d]);
    }
  }

 private:
  bool IsOutside(const Object& object) const {
    return object.area < rules_.min_area || object.area > rules_.max_area;
  }

  /// Those that count first.
  void SetTargets(std::span<const Object* const> objects, Ranking& ranking) {
    targets_.clear();
    for (const Object* object : objects) {
      const bool ignored = object->crowd || (rules_.heed_ignore && object->ignore) || IsOutside(*object);
      targets_.push_back({object, ignored, object->crowd || (ignored && rules_.ignored_are_regions)});
      if (!ignored) ranking.object_image.push_back(object->source);
    }
    std::ranges::stable_sort(targets_, {}, &Target::ignored);
  }

  /// [d][target]. False when no overlap reaches any threshold.
  bool SetOverlaps(const std::vector<const Object*>& found) {
    overlaps_.clear();
    double largest = 0;
    for (const Object* detection : found) {
      for (const Target& target : targets_) {
        const Box& box = target.object->box;
        const double overlap = target.region ? ShareInside(detection->box, box) : Iou(detection->box, box);
        largest = std::max(largest, overlap);
        overlaps_.push_back(overlap);
      }
    }
    return largest >= Least(0);
  }

  /// A threshold of 1 must be reachable in spite of rounding.
  double Least(std::size_t t) const { return std::min(rules_.thresholds[t], 1 - 1e-10); }

  void MatchAt(std::size_t t, std::span<const Object* const> found) {
    const auto bit = static_cast<std::uint16_t>(1U << t);
    free_.assign(targets_.size(), 1);
    for (std::size_t d = 0; d < found.size(); ++d) {
      const std::size_t best = BestTarget(d, Least(t));
      if (best == targets_.size()) continue;
      const Target& target = targets_[best];
      if (!target.region) free_[best] = 0;
      const bool marked = target.object->id != 0 || !rules_.id_zero_is_no_match;
      if (marked) taken_bits_[d] |= bit;
      if (target.ignored) {
        ignored_[d] |= bit;
      } else if (marked) {
        right_[d] |= bit;
        if (t == 0 && rules_.on_right) rules_.on_right(*found[d], *target.object);
      }
    }
  }

  std::size_t BestTarget(std::size_t d, double least) const {
    const std::span<const double> overlaps =
        std::span(overlaps_).subspan(d * targets_.size(), targets_.size());
    std::size_t best = targets_.size();
    for (std::size_t g = 0; g < targets_.size(); ++g) {
      if (free_[g] == 0) continue;
      if (best < targets_.size() && !targets_[best].ignored && targets_[g].ignored) break;
      if (overlaps[g] < least) continue;
      least = overlaps[g];
      best = g;
    }
    return best;
  }

  const GreedyRules& rules_;
  std::vector<Target> targets_;
  std::vector<double> overlaps_;
  std::vector<std::uint8_t> free_;
  std::vector<std::uint16_t> right_;
  std::vector<std::uint16_t> ignored_;
  std::vector<std::uint16_t> taken_bits_;
};

void Pointers(std::span<const Object> objects, std::span<const std::int32_t> indices,
              std::vector<const Object*>& pointers) {
  pointers.clear();
  for (const std::int32_t i : indices) pointers.push_back(&objects[static_cast<std::size_t>(i)]);
}

}  // namespace

std::vector<Ranking> MatchGreedily(const Detections& detections, const GreedyRules& rules) {
  std::vector<Ranking> rankings(detections.classes());
  CellMatcher matcher(rules);
  std::vector<const Object*> objects;
  std::vector<const Object*> found;
  ForEachCell(detections.truth, detections.found, [&](const Cell& cell) {
    Pointers(detections.truth.objects, cell.truth, objects);
    Pointers(detections.found, cell.found, found);
    matcher.Match(objects, found, rankings[cell.category]);
  });
  for (Ranking& ranking : rankings) ranking.SortByScore();
  return rankings;
}

}  // namespace cupel::algorithm::detection
