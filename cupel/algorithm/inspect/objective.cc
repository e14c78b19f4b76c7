// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cupel::algorithm::inspect {
namespace {

std::size_t RunnerUp(std::span<const float> logits, std::size_t label) {
  std::size_t best = label == 0 ? 1 : 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j != label && logits[j] > logits[best]) best = j;
  }
  return best;
}

void CrossEntropyGradient(std::span<const float> logits, std::size_t label, std::span<float> gradient) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float z : logits) sum += std::exp(z - top);
  double others = 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    if (j == label) continue;
    const double p = std::exp(logits[j] - top) / sum;
    others += p;
    gradient[j] = static_cast<float>(p);
  }
  gradient[label] = static_cast<float>(-others);
}

void MarginGradient(std::span<const float> logits, std::size_t label, std::span<float> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  gradient[RunnerUp(logits, label)] = 1;
  gradient[label] = -1;
}

// d(N / D) = dN / D - N dD / D^2 with N the margin and D the largest minus the third-largest logit.
void DlrGradient(std::span<const float> logits, std::size_t label, std::span<float> gradient) {
  std::array<std::size_t, 3> top{};
  std::array<double, 3> value;
  value.fill(-std::numeric_limits<double>::infinity());
  for (std::size_t j = 0; j < logits.size(); ++j) {
    std::size_t place = 3;
    while (place > 0 && logits[j] > value[place - 1]) --place;
    for (std::size_t k = 2; k > place && k > 0; --k) value[k] = value[k - 1], top[k] = top[k - 1];
    if (place < 3) value[place] = logits[j], top[place] = j;
  }
  const std::size_t rival = RunnerUp(logits, label);
  const double numerator = double{logits[rival]} - logits[label];
  const double spread = value[0] - value[2] + 1e-12;
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  gradient[rival] += static_cast<float>(1 / spread);
  gradient[label] -= static_cast<float>(1 / spread);
  const auto pull = static_cast<float>(numerator / (spread * spread));
  gradient[top[0]] -= pull;
  gradient[top[2]] += pull;
}

}  // namespace

Result<Loss> ParseLoss(std::string_view text) {
  if (text == "ce") return Loss::kCrossEntropy;
  if (text == "margin") return Loss::kMargin;
  if (text == "dlr") return Loss::kDlr;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("loss must be ce, margin or dlr, got \"{}\"", text));
}

double Margin(std::span<const float> logits, std::int32_t label) {
  for (float z : logits) {
    if (!std::isfinite(z)) return std::numeric_limits<double>::quiet_NaN();
  }
  const auto y = static_cast<std::size_t>(label);
  return double{logits[RunnerUp(logits, y)]} - double{logits[y]};
}

double Goal::MarginOf(std::span<const float> logits) const {
  return targeted() ? -Margin(logits, target) : Margin(logits, label);
}

std::int32_t PredictedClass(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

double CrossEntropy(std::span<const float> logits, std::int32_t label) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float z : logits) sum += std::exp(z - top);
  return std::log(sum) - (logits[static_cast<std::size_t>(label)] - top);
}

void LossGradient(Loss loss, std::span<const float> logits, std::int32_t label, std::span<float> gradient) {
  const auto y = static_cast<std::size_t>(label);
  switch (loss) {
    case Loss::kCrossEntropy: return CrossEntropyGradient(logits, y, gradient);
    case Loss::kMargin: return MarginGradient(logits, y, gradient);
    case Loss::kDlr: return DlrGradient(logits, y, gradient);
  }
}

void LossGradient(Loss loss, std::span<const float> logits, const Goal& goal, std::span<float> gradient) {
  if (!goal.targeted()) return LossGradient(loss, logits, goal.label, gradient);
  LossGradient(loss, logits, goal.target, gradient);
  for (float& value : gradient) value = -value;
}

double ClassLoss(std::span<const float> logits, const Goal& goal) {
  return goal.targeted() ? CrossEntropy(logits, goal.target) : -CrossEntropy(logits, goal.label);
}

}  // namespace cupel::algorithm::inspect
