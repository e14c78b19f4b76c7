// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/prototype.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/leakage/signals.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::leakage {
namespace {

// Gradient of log p_label with respect to the logits: one-hot minus softmax.
void LogProbabilityGradient(std::span<const float> logits, std::int32_t label, std::span<float> gradient) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  double others = 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j == static_cast<std::size_t>(label)) continue;
    const double p = std::exp(logits[j] - largest) / sum;
    gradient[j] = static_cast<float>(-p);
    others += p;
  }
  gradient[static_cast<std::size_t>(label)] = static_cast<float>(others);
}

struct Answer {
  std::vector<float> logits;    ///< [rows, classes]
  std::vector<float> gradient;  ///< [rows, d], of log p
};

// One tile; the rows after the labels' are copies of the last, so that every pass has the same shape.
Result<Answer> Ask(const executor::Classifier& model, std::span<const float> x,
                   std::span<const std::int32_t> labels) {
  const auto rows = static_cast<std::size_t>(executor::kTileSize);
  const std::size_t d = x.size() / labels.size();
  const auto classes = static_cast<std::size_t>(model.class_count());
  std::vector<float> tile;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto source = x.subspan(std::min(row, labels.size() - 1) * d, d);
    tile.insert(tile.end(), source.begin(), source.end());
  }
  std::vector<std::int64_t> shape = model.sample_shape();
  shape.insert(shape.begin(), executor::kTileSize);
  return tensor::Translate([&]() -> Result<Answer> {
    const auto gradient_of = [&](const tensor::Tensor& output) {
      const std::vector<float> logits = tensor::ToFloats(output);
      std::vector<float> gradient(logits.size());
      for (std::size_t row = 0; row < rows; ++row) {
        LogProbabilityGradient(std::span(logits).subspan(row * classes, classes),
                               labels[std::min(row, labels.size() - 1)],
                               std::span(gradient).subspan(row * classes, classes));
      }
      return tensor::FromFloats(gradient, output.sizes().vec()).to(output.device());
    };
    CUPEL_TRY(const executor::Pass pass,
              model.LogitsGradient(tensor::FromFloats(tile, shape).to(model.device().torch()), gradient_of));
    return Answer{tensor::ToFloats(pass.output), tensor::ToFloats(pass.input_gradient)};
  });
}

// Up to a tile of classes at once.
class Ascent {
 public:
  Ascent(const executor::Classifier& model, std::span<const std::int32_t> labels,
         const PrototypeOptions& options)
      : model_(model), labels_(labels), options_(options) {
    d_ = 1;
    for (const std::int64_t size : model.sample_shape()) d_ *= static_cast<std::size_t>(size);
    middle_ = (options.box_low + options.box_high) / 2;
    x_.assign(labels.size() * d_, middle_);
    best_.resize(labels.size());
    for (Prototype& prototype : best_) prototype.objective = -std::numeric_limits<double>::infinity();
  }

  Result<std::vector<Prototype>> Run() {
    for (int t = 0; t <= options_.steps; ++t) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY(const Answer answer, Ask(model_, x_, labels_));
      for (std::size_t row = 0; row < labels_.size(); ++row) {
        CUPEL_TRY_STATUS(Visit(answer, row, 1 - static_cast<double>(t) / options_.steps));
      }
    }
    return std::move(best_);
  }

 private:
  // Keeps the iterate if it is the best so far, and takes a step from it.
  Status Visit(const Answer& answer, std::size_t row, double fade) {
    const std::span<float> x = std::span(x_).subspan(row * d_, d_);
    const auto classes = static_cast<std::size_t>(model_.class_count());
    const auto logits = std::span(answer.logits).subspan(row * classes, classes);
    if (!std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); }))
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
    const Signals signals = SignalsOf(logits, labels_[row]);
    std::vector<double> gradient(d_);
    double distance = 0;
    for (std::size_t i = 0; i < d_; ++i) {
      const double away = x[i] - middle_;
      distance += away * away / static_cast<double>(d_);
      gradient[i] = answer.gradient[row * d_ + i] - options_.l2 * 2 * away / static_cast<double>(d_);
    }
    const double variation = TotalVariation(x, model_.sample_shape(), -options_.total_variation, gradient);
    const double objective = -signals.loss - options_.total_variation * variation - options_.l2 * distance;
    if (objective > best_[row].objective)
      best_[row] = {{x.begin(), x.end()}, Probability(signals.log_odds), objective};
    Step(x, gradient, fade);
    return {};
  }

  void Step(std::span<float> x, const std::vector<double>& gradient, double fade) const {
    double squares = 0;
    for (const double g : gradient) squares += g * g;
    if (!(squares > 0) || !std::isfinite(squares)) return;
    const double length = options_.step * (double{options_.box_high} - options_.box_low) *
                          std::sqrt(static_cast<double>(d_)) * fade / std::sqrt(squares);
    for (std::size_t i = 0; i < d_; ++i)
      x[i] = std::clamp(static_cast<float>(x[i] + length * gradient[i]), options_.box_low, options_.box_high);
  }

  const executor::Classifier& model_;
  std::span<const std::int32_t> labels_;
  const PrototypeOptions& options_;
  std::size_t d_;
  float middle_;
  std::vector<float> x_;
  std::vector<Prototype> best_;
};

}  // namespace

double TotalVariation(std::span<const float> x, const std::vector<std::int64_t>& shape, double weight,
                      std::span<double> gradient) {
  const auto height = static_cast<std::size_t>(shape[1]);
  const auto width = static_cast<std::size_t>(shape[2]);
  const double share = 1 / static_cast<double>(x.size());
  double sum = 0;
  const auto pair = [&](std::size_t i, std::size_t j) {
    const double difference = double{x[i]} - x[j];
    sum += std::abs(difference);
    const double slope = difference > 0 ? share : difference < 0 ? -share : 0;
    gradient[i] += weight * slope;
    gradient[j] -= weight * slope;
  };
  for (std::size_t row = 0; row < x.size() / width; ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      const std::size_t i = row * width + column;
      if (column + 1 < width) pair(i, i + 1);
      if (row % height + 1 < height) pair(i, i + width);
    }
  }
  return sum * share;
}

Result<std::vector<Prototype>> FindPrototypes(const executor::Classifier& model,
                                              const std::vector<std::int32_t>& classes,
                                              const PrototypeOptions& options) {
  std::vector<Prototype> prototypes;
  const auto tile = static_cast<std::size_t>(executor::kTileSize);
  for (std::size_t first = 0; first < classes.size(); first += tile) {
    const auto labels = std::span(classes).subspan(first, std::min(tile, classes.size() - first));
    CUPEL_TRY(std::vector<Prototype> found, Ascent(model, labels, options).Run());
    std::ranges::move(found, std::back_inserter(prototypes));
  }
  return prototypes;
}

}  // namespace cupel::algorithm::leakage
