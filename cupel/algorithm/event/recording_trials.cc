// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/recording_trials.h"

#include <algorithm>
#include <limits>

namespace cupel::algorithm::event {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<Trial> RecordingTrials(const EventInput& input) {
  const std::size_t c = input.categories.size();
  std::vector<Trial> trials(input.sources.size() * c, Trial{-kInfinity, 0, false});
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i].source = static_cast<std::uint32_t>(i / c);
  const auto trial = [&](const Event& event) -> Trial& {
    return trials[static_cast<std::size_t>(event.source) * c + static_cast<std::size_t>(event.category)];
  };
  for (const Event& event : input.truth.events) trial(event).target = true;
  for (const Event& event : input.answers.events) {
    trial(event).score = std::max(trial(event).score, event.score);
  }
  std::ranges::stable_sort(trials, std::greater<>(), &Trial::score);
  return trials;
}

std::vector<DetPoint> DetCurve(std::span<const Trial> trials, std::span<const double> weights) {
  double targets = 0;
  double others = 0;
  for (const Trial& trial : trials) (trial.target ? targets : others) += weights[trial.source];
  if (targets == 0 || others == 0) return {};
  std::vector<DetPoint> curve = {{kInfinity, 1, 0}};
  double found = 0;
  double wrong = 0;
  for (std::size_t i = 0; i < trials.size();) {
    const double score = trials[i].score;
    for (; i < trials.size() && trials[i].score == score; ++i) {
      (trials[i].target ? found : wrong) += weights[trials[i].source];
    }
    curve.push_back({score, (targets - found) / targets, wrong / others});
  }
  return curve;
}

double DetectionCost(const DetPoint& point, const CostModel& model) {
  const double miss = model.miss * model.target_prior;
  const double false_alarm = model.false_alarm * (1 - model.target_prior);
  return (miss * point.miss_prob + false_alarm * point.false_alarm_prob) / std::min(miss, false_alarm);
}

double LeastCost(std::span<const DetPoint> curve, const CostModel& model) {
  double least = std::numeric_limits<double>::quiet_NaN();
  for (const DetPoint& point : curve) {
    const double cost = DetectionCost(point, model);
    if (!(least <= cost)) least = cost;
  }
  return least;
}

double CostAt(std::span<const DetPoint> curve, double threshold, const CostModel& model) {
  double cost = std::numeric_limits<double>::quiet_NaN();
  for (const DetPoint& point : curve) {
    if (point.score < threshold) break;
    cost = DetectionCost(point, model);
  }
  return cost;
}

}  // namespace cupel::algorithm::event
