// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::event {
namespace {

constexpr std::int64_t kMaxFrames = std::int64_t{1} << 27;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The first frame at or after a time; times that a division of frames gave stay on their frame.
double FrameAt(double seconds, double rate) { return std::ceil(seconds * rate - 1e-6); }

Result<std::int64_t> FramesOf(const EventInput& input, std::size_t source) {
  const Source& recording = input.sources[source];
  double frames = static_cast<double>(recording.frames);
  if (frames == 0) frames = FrameAt(recording.duration, recording.frame_rate);
  for (const Annotations* side : {&input.truth, &input.answers}) {
    for (const FrameLabel& label : side->frames) {
      if (static_cast<std::size_t>(label.source) == source && recording.frames == 0) {
        frames = std::max(frames, static_cast<double>(label.frame) + 1);
      }
    }
  }
  if (frames > static_cast<double>(kMaxFrames)) {
    return Fail(ErrorCode::kInvalidArgument, "more than 2^27 frames", recording.name);
  }
  return static_cast<std::int64_t>(frames);
}

/// Calls on_frame(source, frame, score) for every frame that a side marks with the category.
template <typename OnFrame>
Status ForMarked(const EventInput& input, const Annotations& side, std::int32_t category, OnFrame on_frame) {
  const auto wanted = [&](std::int32_t of) { return category < 0 || of == category; };
  for (const FrameLabel& label : side.frames) {
    if (wanted(label.category)) on_frame(static_cast<std::size_t>(label.source), label.frame, label.score);
  }
  if (!side.frames.empty()) return {};
  CUPEL_TRY(const std::vector<double> rates, FrameRates(input));
  for (const Event& event : side.events) {
    if (!wanted(event.category)) continue;
    const auto source = static_cast<std::size_t>(event.source);
    const double end = std::min(FrameAt(event.end, rates[source]), static_cast<double>(kMaxFrames));
    for (double f = FrameAt(event.start, rates[source]); f < end; f += 1) {
      on_frame(source, static_cast<std::int64_t>(f), event.score);
    }
  }
  return {};
}

Result<std::int32_t> CategoryIndex(const EventInput& input, std::string_view category) {
  if (category.empty()) return -1;
  const auto at = std::ranges::find(input.categories, category);
  if (at == input.categories.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("no category is called \"{}\"", category), "",
                NearestRemedy(category, input.categories));
  }
  return static_cast<std::int32_t>(at - input.categories.begin());
}

struct ClassWeights {
  double positive = 0;
  double negative = 0;
};

ClassWeights Sum(const std::vector<FrameTable::Row>& rows, std::span<const double> weights) {
  ClassWeights sum;
  for (const FrameTable::Row& row : rows) (row.positive ? sum.positive : sum.negative) += weights[row.source];
  return sum;
}

}  // namespace

Result<FrameTable> TabulateFrames(const EventInput& input, std::string_view category) {
  CUPEL_TRY(const std::int32_t index, CategoryIndex(input, category));
  FrameTable table;
  table.first.push_back(0);
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    CUPEL_TRY(const std::int64_t frames, FramesOf(input, source));
    if (static_cast<std::int64_t>(table.rows.size()) + frames > kMaxFrames) {
      return Fail(ErrorCode::kInvalidArgument, "more than 2^27 frames");
    }
    table.rows.resize(table.rows.size() + static_cast<std::size_t>(frames),
                      {-kInfinity, static_cast<std::uint32_t>(source), false});
    table.first.push_back(table.rows.size());
  }
  const auto row = [&](std::size_t source, std::int64_t frame) -> FrameTable::Row* {
    const std::size_t at = table.first[source] + static_cast<std::size_t>(frame);
    return at < table.first[source + 1] ? &table.rows[at] : nullptr;
  };
  CUPEL_TRY_STATUS(ForMarked(input, input.truth, index, [&](std::size_t source, std::int64_t frame, double) {
    if (FrameTable::Row* at = row(source, frame)) at->positive = true;
  }));
  CUPEL_TRY_STATUS(
      ForMarked(input, input.answers, index, [&](std::size_t source, std::int64_t frame, double score) {
        if (FrameTable::Row* at = row(source, frame)) at->score = std::max(at->score, score);
      }));
  if (table.rows.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no recording has a frame", "",
                "give frames, or duration and frame_rate, in the source records");
  }
  return table;
}

FrameRanking::FrameRanking(const FrameTable& table) : rows_(table.rows) {
  std::ranges::stable_sort(rows_, std::greater<>(), &FrameTable::Row::score);
}

double FrameRanking::Auc(std::span<const double> weights) const {
  double area = 0;
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    double tied_positive = 0;
    double tied_negative = 0;
    const double score = rows_[i].score;
    for (; i < rows_.size() && rows_[i].score == score; ++i) {
      (rows_[i].positive ? tied_positive : tied_negative) += weights[rows_[i].source];
    }
    area += tied_negative * (positives + tied_positive / 2);
    positives += tied_positive;
    negatives += tied_negative;
  }
  return area / (positives * negatives);
}

std::vector<FrameRanking::Point> FrameRanking::Roc(std::span<const double> weights) const {
  const ClassWeights all = Sum(rows_, weights);
  std::vector<Point> points = {{}};
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    const double score = rows_[i].score;
    for (; i < rows_.size() && rows_[i].score == score; ++i) {
      (rows_[i].positive ? positives : negatives) += weights[rows_[i].source];
    }
    points.push_back({negatives / all.negative, positives / all.positive});
  }
  return points;
}

double FrameRanking::EqualErrorRate(std::span<const double> weights) const {
  const ClassWeights all = Sum(rows_, weights);
  if (all.positive == 0 || all.negative == 0) return std::numeric_limits<double>::quiet_NaN();
  Point before;
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    const double score = rows_[i].score;
    for (; i < rows_.size() && rows_[i].score == score; ++i) {
      (rows_[i].positive ? positives : negatives) += weights[rows_[i].source];
    }
    const Point point{negatives / all.negative, positives / all.positive};
    const double over = point.fpr + point.tpr - 1;
    if (over >= 0) {
      const double under = 1 - before.fpr - before.tpr;
      return before.fpr + (point.fpr - before.fpr) * (under / (under + over));
    }
    before = point;
  }
  return 1;
}

double FrameRanking::ThresholdAt(double limit) const {
  double negatives_all = 0;
  for (const FrameTable::Row& row : rows_) negatives_all += row.positive ? 0 : 1;
  double threshold = kInfinity;
  double negatives = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    const double score = rows_[i].score;
    for (; i < rows_.size() && rows_[i].score == score; ++i) negatives += rows_[i].positive ? 0 : 1;
    if (negatives > limit * negatives_all || score == -kInfinity) break;
    threshold = score;
  }
  return threshold;
}

}  // namespace cupel::algorithm::event
