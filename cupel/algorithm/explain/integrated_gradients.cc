// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/integrated_gradients.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/methods.h"

namespace cupel::algorithm::explain {
namespace {

constexpr std::int64_t kFirstPoints = 8;
constexpr std::size_t kSplitsAtOnce = 2;
/// A step is halved beside the worst one when it is at least so wrong, relative to it.
constexpr double kAlmostWorst = 0.75;
/// Errors of neighbouring steps may cancel in the sum, but not in the map.
constexpr double kSizesTolerance = 0.2;

std::vector<float> PointsOnPath(const Question& question, std::span<const double> nodes) {
  std::vector<float> inputs;
  inputs.reserve(nodes.size() * question.x.size());
  for (const double along : nodes) {
    for (std::size_t i = 0; i < question.x.size(); ++i) {
      const double from = question.baseline[i];
      inputs.push_back(static_cast<float>(from + along * (double{question.x[i]} - from)));
    }
  }
  return inputs;
}

/// What is known at one point of the path.
struct Point {
  double along = 0;
  double logit = 0;
  double slope = 0;             ///< Derivative of the logit along the path.
  std::vector<float> gradient;  ///< [d]
};

// The trapezoid rule on points that it chooses itself.
class AdaptivePath {
 public:
  AdaptivePath(const ExplainedModel& model, const Question& question) : model_(model), question_(question) {}

  Status Add(const std::vector<double>& nodes) {
    const std::vector<float> inputs = PointsOnPath(question_, nodes);
    const std::size_t d = question_.x.size();
    CUPEL_TRY(
        const ClassGradients at,
        GradientsOfClass(model_, inputs, static_cast<std::int64_t>(nodes.size()), question_.target_class));
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const auto gradient = std::span(at.gradients).subspan(k * d, d);
      Point point{nodes[k], at.logits[k], 0, {gradient.begin(), gradient.end()}};
      for (std::size_t i = 0; i < d; ++i)
        point.slope += gradient[i] * (double{question_.x[i]} - question_.baseline[i]);
      points_.push_back(std::move(point));
    }
    std::ranges::sort(points_, {}, &Point::along);
    errors_.clear();
    for (std::size_t k = 0; k + 1 < points_.size(); ++k) {
      const Point& a = points_[k];
      const Point& b = points_[k + 1];
      errors_.push_back(b.logit - a.logit - (b.along - a.along) * (a.slope + b.slope) / 2);
    }
    return {};
  }

  bool IsExactEnough() const {
    const double whole = std::abs(Difference());
    double sum = 0;
    double sizes = 0;
    for (const double error : errors_) {
      sum += error;
      sizes += std::abs(error);
    }
    // A little is left for rounding between these sums and that of the attributions.
    return std::abs(sum) <= 0.98 * kCompletenessTolerance * whole && sizes <= kSizesTolerance * whole;
  }

  // Middles of the worst step and of those that are almost as wrong.
  std::vector<double> WorstMiddles(std::size_t most) const {
    std::vector<std::size_t> order(errors_.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t k) { return std::abs(errors_[k]); });
    std::vector<double> middles;
    for (const std::size_t k : order) {
      if (middles.size() == most || std::abs(errors_[k]) < kAlmostWorst * std::abs(errors_[order[0]])) break;
      middles.push_back((points_[k].along + points_[k + 1].along) / 2);
    }
    return middles;
  }

  std::int64_t size() const { return static_cast<std::int64_t>(points_.size()); }
  double Difference() const { return points_.back().logit - points_.front().logit; }

  Explanation Answer() const {
    const std::size_t d = question_.x.size();
    Explanation explanation{std::vector<double>(d, 0.0), size(), {}};
    for (std::size_t k = 0; k < points_.size(); ++k) {
      const double before = points_[k > 0 ? k - 1 : k].along;
      const double after = points_[std::min(k + 1, points_.size() - 1)].along;
      for (std::size_t i = 0; i < d; ++i)
        explanation.values[i] += (after - before) / 2 * points_[k].gradient[i];
    }
    for (std::size_t i = 0; i < d; ++i)
      explanation.values[i] *= double{question_.x[i]} - question_.baseline[i];
    explanation.completeness = CompletenessOf(explanation.values, Difference());
    return explanation;
  }

 private:
  const ExplainedModel& model_;
  const Question& question_;
  std::vector<Point> points_;
  std::vector<double> errors_;  // Of the steps between them.
};

class IntegratedGradientsAttribution : public Attribution {
 public:
  IntegratedGradientsAttribution(const ExplainedModel& model, const MethodOptions& options)
      : model_(model), options_(options) {}

  Result<Explanation> Explain(const Question& question) const override {
    if (options_.points > 0) return ByRule(question);
    AdaptivePath path(model_, question);
    std::vector<double> nodes;
    for (std::int64_t k = 0; k < kFirstPoints; ++k)
      nodes.push_back(static_cast<double>(k) / static_cast<double>(kFirstPoints - 1));
    CUPEL_TRY_STATUS(path.Add(nodes));
    while (!path.IsExactEnough() && path.size() < options_.max_points) {
      const auto room = static_cast<std::size_t>(options_.max_points - path.size());
      CUPEL_TRY_STATUS(path.Add(path.WorstMiddles(std::min(kSplitsAtOnce, room))));
    }
    return path.Answer();
  }

 private:
  Result<Explanation> ByRule(const Question& question) const {
    CUPEL_TRY(const double difference, LogitDifference(model_, question));
    Explanation explanation{{}, options_.points + 2, {}};
    CUPEL_TRY(explanation.values, IntegrateGradients(model_, question, GaussLegendreRule(options_.points)));
    explanation.completeness = CompletenessOf(explanation.values, difference);
    return explanation;
  }

  ExplainedModel model_;
  MethodOptions options_;
};

}  // namespace

Result<std::vector<double>> IntegrateGradients(const ExplainedModel& model, const Question& question,
                                               const QuadratureRule& rule) {
  const std::size_t d = question.x.size();
  constexpr auto kTile = static_cast<std::size_t>(executor::kTileSize);
  std::vector<double> sums(d, 0.0);
  for (std::size_t from = 0; from < rule.nodes.size(); from += kTile) {
    const std::size_t rows = std::min(kTile, rule.nodes.size() - from);
    const std::vector<float> inputs = PointsOnPath(question, std::span(rule.nodes).subspan(from, rows));
    CUPEL_TRY(const ClassGradients at,
              GradientsOfClass(model, inputs, static_cast<std::int64_t>(rows), question.target_class));
    for (std::size_t k = 0; k < rows * d; ++k) sums[k % d] += rule.weights[from + k / d] * at.gradients[k];
  }
  for (std::size_t i = 0; i < d; ++i) sums[i] *= double{question.x[i]} - question.baseline[i];
  return sums;
}

Result<std::vector<double>> IntegratedGradients(const ExplainedModel& model, std::span<const float> x,
                                                std::span<const float> baseline, std::int32_t target_class,
                                                std::int64_t steps) {
  return IntegrateGradients(model, {x, baseline, target_class, 0}, MidpointRule(steps));
}

const Method& IntegratedGradientsMethod() {
  static const Method method = {
      .id = "integrated-gradients",
      .title = "Integrated gradients",
      .source = "Sundararajan, Taly, Yan: Axiomatic attribution for deep networks, ICML 2017",
      .promises_completeness = true,
      .prepare = [](const ExplainedModel& model,
                    const MethodOptions& options) -> Result<std::unique_ptr<Attribution>> {
        return std::make_unique<IntegratedGradientsAttribution>(model, options);
      }};
  return method;
}

}  // namespace cupel::algorithm::explain
