// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/apgd_loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace cupel::algorithm::inspect {
namespace {

constexpr double kGuard = 1e-12;  // of the official code, against a division by zero
constexpr std::size_t kRanks = 4;

// Classes of the four largest logits, falling; with fewer classes the last is repeated.
std::array<std::size_t, kRanks> Largest(std::span<const float> logits) {
  std::array<std::size_t, kRanks> top{};
  std::size_t known = 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    std::size_t place = known;
    while (place > 0 && logits[j] > logits[top[place - 1]]) --place;
    if (place == kRanks) continue;
    known = std::min(known + 1, kRanks);
    for (std::size_t k = known - 1; k > place; --k) top[k] = top[k - 1];
    top[place] = j;
  }
  std::fill(top.begin() + static_cast<std::ptrdiff_t>(known), top.end(), top[known - 1]);
  return top;
}

// A fraction (z_plus - z_minus) / (the spread of the largest logits, by weight of rank).
struct Ratio {
  std::size_t plus;
  std::size_t minus;
  std::array<std::size_t, kRanks> top;
  std::array<double, kRanks> weight;  // of each rank in the denominator
  double guard = kGuard;

  double Numerator(std::span<const float> z) const { return double{z[plus]} - z[minus]; }
  double Denominator(std::span<const float> z) const {
    double spread = guard;
    for (std::size_t k = 0; k < kRanks; ++k) spread += weight[k] * z[top[k]];
    return spread;
  }
  double Value(std::span<const float> z) const { return Numerator(z) / Denominator(z); }
  // d(N / D) = dN / D - N dD / D^2
  void Gradient(std::span<const float> z, std::span<float> gradient) const {
    const double spread = Denominator(z);
    const double pull = Numerator(z) / (spread * spread);
    std::vector<double> sum(z.size());
    sum[plus] += 1 / spread;
    sum[minus] -= 1 / spread;
    for (std::size_t k = 0; k < kRanks; ++k) sum[top[k]] -= pull * weight[k];
    for (std::size_t j = 0; j < sum.size(); ++j) gradient[j] = static_cast<float>(sum[j]);
  }
};

Ratio RatioOf(ApgdLoss loss, std::span<const float> logits, const Goal& goal, std::int32_t rival) {
  Ratio ratio{.plus = 0, .minus = static_cast<std::size_t>(goal.label), .top = Largest(logits), .weight = {}};
  if (loss == ApgdLoss::kDlr && !goal.targeted()) {
    ratio.plus = ratio.top[0] == ratio.minus ? ratio.top[1] : ratio.top[0];
    ratio.weight = {1, 0, -1, 0};
  } else {
    ratio.plus = static_cast<std::size_t>(goal.targeted() ? goal.target : rival);
    ratio.weight = {1, 0, -0.5, -0.5};
  }
  if (logits.size() == 2) ratio.weight = {}, ratio.guard = 1;
  return ratio;
}

}  // namespace

Result<ApgdLoss> ParseApgdLoss(std::string_view text) {
  if (text == "ce") return ApgdLoss::kCrossEntropy;
  if (text == "dlr") return ApgdLoss::kDlr;
  if (text == "dlr-targeted") return ApgdLoss::kDlrTargeted;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("loss must be ce, dlr or dlr-targeted, got \"{}\"", text));
}

double ApgdLossValue(ApgdLoss loss, std::span<const float> logits, const Goal& goal, std::int32_t rival) {
  if (loss != ApgdLoss::kCrossEntropy) return RatioOf(loss, logits, goal, rival).Value(logits);
  return goal.targeted() ? -CrossEntropy(logits, goal.target) : CrossEntropy(logits, goal.label);
}

void ApgdLossGradient(ApgdLoss loss, std::span<const float> logits, const Goal& goal, std::int32_t rival,
                      std::span<float> gradient) {
  if (loss == ApgdLoss::kCrossEntropy) return LossGradient(Loss::kCrossEntropy, logits, goal, gradient);
  RatioOf(loss, logits, goal, rival).Gradient(logits, gradient);
}

std::vector<std::int32_t> RivalsByRank(std::span<const float> logits, std::int32_t label) {
  std::vector<std::int32_t> classes(logits.size());
  std::iota(classes.begin(), classes.end(), 0);
  std::erase(classes, label);
  std::ranges::stable_sort(classes, [&](std::int32_t a, std::int32_t b) {
    return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
  });
  return classes;
}

}  // namespace cupel::algorithm::inspect
