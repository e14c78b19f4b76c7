// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/segment_based.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::event {
namespace {

constexpr double kMaxSegments = 4503599627370496.0;  // 2^52

/// At `segment`, one more (+1) or one fewer (-1) event of a category on one side.
struct Border {
  double segment = 0;
  std::size_t category = 0;
  bool is_truth = false;
  int change = 0;
};

/// Walks the borders of one recording; between two borders every segment is alike.
class Sweep {
 public:
  explicit Sweep(std::size_t categories)
      : categories_(static_cast<double>(categories)), truth_(categories, 0), answers_(categories, 0) {}

  void Advance(double to) {
    const double length = to - at_;
    at_ = to;
    if (length <= 0) return;
    overall.truth += length * truths_;
    overall.answers += length * answered_;
    overall.hits += length * both_;
    overall.rejected += length * (categories_ - truths_ - answered_ + both_);
    overall.substituted += length * (std::min(truths_, answered_) - both_);
    overall.deleted += length * std::max(0.0, truths_ - answered_);
    overall.inserted += length * std::max(0.0, answered_ - truths_);
  }

  /// A category's own counts grow by what it was since its last border.
  void Cross(const Border& border, Counts& category, double& since) {
    CountCategory(border.category, border.segment, category, since);
    int& side = (border.is_truth ? truth_ : answers_)[border.category];
    const bool was = side > 0;
    side += border.change;
    const bool is = side > 0;
    if (was == is) return;
    const double step = is ? 1 : -1;
    (border.is_truth ? truths_ : answered_) += step;
    if ((border.is_truth ? answers_ : truth_)[border.category] > 0) both_ += step;
  }

  void CountCategory(std::size_t at, double segment, Counts& category, double& since) const {
    const double length = segment - since;
    since = segment;
    const bool is_true = truth_[at] > 0;
    const bool is_answered = answers_[at] > 0;
    category.truth += is_true ? length : 0;
    category.answers += is_answered ? length : 0;
    category.hits += is_true && is_answered ? length : 0;
    category.rejected += !is_true && !is_answered ? length : 0;
  }

  Counts overall;

 private:
  double categories_;
  double at_ = 0;
  double truths_ = 0;
  double answered_ = 0;
  double both_ = 0;
  std::vector<int> truth_;
  std::vector<int> answers_;
};

void AddBorders(const std::vector<Event>& events, const std::vector<std::size_t>& of, bool is_truth,
                double resolution, std::vector<Border>& borders) {
  for (const std::size_t i : of) {
    const double begin = std::floor(events[i].start / resolution);
    const double end = std::ceil(events[i].end / resolution);
    const auto category = static_cast<std::size_t>(events[i].category);
    if (!(begin < end)) continue;
    borders.push_back({begin, category, is_truth, 1});
    borders.push_back({end, category, is_truth, -1});
  }
}

}  // namespace

Result<Tally> TallySegments(const EventInput& input, const SegmentRules& rules) {
  std::vector<double> durations;
  if (rules.by_duration) {
    CUPEL_TRY(durations, Durations(input));
  }
  Tally tally;
  tally.categories = input.categories.size();
  tally.overall.resize(input.sources.size());
  tally.by_category.resize(input.sources.size() * tally.categories);
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    std::vector<Border> borders;
    AddBorders(input.truth.events, input.truth_of[source], true, rules.resolution, borders);
    AddBorders(input.answers.events, input.answers_of[source], false, rules.resolution, borders);
    std::ranges::sort(borders, {}, &Border::segment);
    double length = borders.empty() ? 0 : borders.back().segment;
    if (rules.by_duration) length = std::ceil(durations[source] / rules.resolution);
    if (std::max(length, borders.empty() ? 0 : borders.back().segment) > kMaxSegments) {
      return Fail(ErrorCode::kInvalidArgument, "an event or recording spans more than 2^52 segments",
                  input.sources[source].name, "take longer segments");
    }
    Sweep sweep(tally.categories);
    std::vector<double> since(tally.categories, 0);
    Counts* by_category = tally.by_category.data() + source * tally.categories;
    for (Border border : borders) {
      border.segment = std::min(border.segment, length);
      sweep.Advance(border.segment);
      sweep.Cross(border, by_category[border.category], since[border.category]);
    }
    sweep.Advance(length);
    for (std::size_t i = 0; i < tally.categories; ++i) {
      sweep.CountCategory(i, length, by_category[i], since[i]);
    }
    tally.overall[source] = sweep.overall;
  }
  return tally;
}

}  // namespace cupel::algorithm::event
