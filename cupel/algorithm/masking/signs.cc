// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/masking/signs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace cupel::algorithm::masking {
namespace {

Sign Judge(std::string id, double value, double threshold, std::vector<std::int64_t> samples,
           check::Text because) {
  return {.id = std::move(id),
          .value = value,
          .threshold = threshold,
          .flagged = value > threshold,
          .samples = std::move(samples),
          .because = std::move(because)};
}

double Share(std::size_t k, std::size_t n) {
  return n == 0 ? 0 : static_cast<double>(k) / static_cast<double>(n);
}

// A share of the samples, but never so few that they may turn on a rounding or one lucky start.
double AtLeast(double share, std::size_t few, std::size_t n) {
  return n == 0 ? share : std::max(share, Share(few, n));
}

// How many more samples `stronger` breaks, as a share; counted, so that no rounding decides.
double Gain(const Verdicts& weaker, const Verdicts& stronger) {
  const std::int64_t more = stronger.Count() - weaker.Count();
  return more <= 0 ? 0 : Share(static_cast<std::size_t>(more), weaker.samples.size());
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

constexpr double kVanishing = 1e-10;

}  // namespace

std::int64_t Verdicts::Count() const { return std::count(broken.begin(), broken.end(), true); }

double Verdicts::Standing() const {
  return samples.empty() ? 1 : 1 - Share(static_cast<std::size_t>(Count()), samples.size());
}

std::vector<std::int64_t> BrokenOnlyBy(const Verdicts& weaker, const Verdicts& stronger) {
  CUPEL_CHECK(weaker.samples == stronger.samples);
  std::vector<std::int64_t> only;
  for (std::size_t i = 0; i < weaker.samples.size(); ++i) {
    if (weaker.broken[i] && !stronger.broken[i]) only.push_back(weaker.samples[i]);
  }
  return only;
}

Verdicts UnionOf(std::span<const Verdicts> attacks) {
  CUPEL_CHECK(!attacks.empty());
  Verdicts all = attacks[0];
  for (const Verdicts& attack : attacks.subspan(1)) {
    CUPEL_CHECK(attack.samples == all.samples);
    for (std::size_t i = 0; i < all.broken.size(); ++i) all.broken[i] = all.broken[i] || attack.broken[i];
  }
  return all;
}

Sign OneStepBeatsIterative(const Verdicts& one_step, const Verdicts& iterative) {
  std::vector<std::int64_t> only = BrokenOnlyBy(one_step, iterative);
  const double share = Share(only.size(), one_step.samples.size());
  return Judge(
      "one-step-beats-iterative", share, AtLeast(0.01, 1, one_step.samples.size()), std::move(only),
      {"one gradient step breaks inputs that many steps do not", "单步梯度攻击能攻破多步攻击无法攻破的输入"});
}

Sign MoreStepsBreakMore(const Verdicts& steps, const Verdicts& twice) {
  return Judge("more-steps-break-more", Gain(steps, twice), AtLeast(0.01, 1, steps.samples.size()),
               BrokenOnlyBy(twice, steps),
               {"twice as many steps break more: the attack had not converged",
                "步数加倍后攻破更多样本：攻击尚未收敛"});
}

Sign MoreRestartsBreakMore(const Verdicts& once, const Verdicts& often) {
  return Judge("more-restarts-break-more", Gain(once, often), AtLeast(0.02, 2, once.samples.size()),
               BrokenOnlyBy(often, once),
               {"more random starts break more: single walks get stuck",
                "更多随机起点攻破更多样本：单次游走会陷入局部"});
}

Sign LargerBudgetIsWeaker(std::span<const Verdicts> budgets) {
  double rise = 0;
  std::vector<std::int64_t> samples;
  for (std::size_t i = 1; i < budgets.size(); ++i) {
    const double higher = Gain(budgets[i], budgets[i - 1]);
    if (higher <= rise) continue;
    rise = higher;
    samples = BrokenOnlyBy(budgets[i - 1], budgets[i]);
  }
  const std::size_t n = budgets.empty() ? 0 : budgets[0].samples.size();
  return Judge(
      "larger-budget-is-weaker", rise, AtLeast(0.01, 1, n), std::move(samples),
      {"accuracy rises when the attacker may move an input farther", "攻击者的扰动预算增大时准确率反而上升"});
}

Sign UnboundedAttackFails(const Verdicts& unbounded, std::int64_t class_count) {
  std::vector<std::int64_t> standing;
  for (std::size_t i = 0; i < unbounded.samples.size(); ++i) {
    if (!unbounded.broken[i]) standing.push_back(unbounded.samples[i]);
  }
  return Judge("unbounded-attack-fails", unbounded.Standing(), 1.0 / static_cast<double>(class_count),
               std::move(standing),
               {"an attacker who may change an input at will still fails, which no honest gradient allows",
                "可任意修改输入的攻击者仍然失败，真实的梯度不会如此"});
}

Sign RandomSearchSucceeds(const Verdicts& noise, const Verdicts& white_box) {
  std::vector<std::int64_t> only = BrokenOnlyBy(noise, white_box);
  const double share = Share(only.size(), noise.samples.size());
  return Judge("random-search-succeeds", share, 0, std::move(only),
               {"random noise breaks inputs that the gradient attacks do not",
                "随机噪声能攻破梯度攻击无法攻破的输入"});
}

Sign QueriesBeatGradients(const Verdicts& queries, const Verdicts& white_box) {
  std::vector<std::int64_t> only = BrokenOnlyBy(queries, white_box);
  const double share = Share(only.size(), queries.samples.size());
  return Judge("queries-beat-gradients", share, AtLeast(0.002, 1, queries.samples.size()), std::move(only),
               {"an attacker who sees only answers breaks inputs that gradient attacks do not",
                "仅能看到回答的攻击者能攻破梯度攻击无法攻破的输入"});
}

Sign GradientVanishes(const GradientProbe& probe) {
  std::vector<std::int64_t> samples;
  for (std::size_t i = 0; i < probe.samples.size(); ++i) {
    if (probe.margin_norm[i] < kVanishing) samples.push_back(probe.samples[i]);
  }
  const double share = Share(samples.size(), probe.samples.size());
  return Judge("gradient-vanishes", share, 0, std::move(samples),
               {"the gradient is zero where the model answers differently nearby",
                "梯度为零，攻击无从得知应朝何处移动"});
}

Sign LossSaturates(const GradientProbe& probe) {
  std::vector<std::int64_t> samples;
  for (std::size_t i = 0; i < probe.samples.size(); ++i) {
    if (probe.cross_entropy_norm[i] < kVanishing && probe.margin_norm[i] >= kVanishing)
      samples.push_back(probe.samples[i]);
  }
  const double share = Share(samples.size(), probe.samples.size());
  return Judge("loss-saturates", share, 0, std::move(samples),
               {"the loss is so small that its gradient vanishes: the logits are scaled up",
                "损失过小以致其梯度消失：logit 被放大"});
}

Sign GradientMisleads(const GradientProbe& probe) {
  std::vector<double> cosines;
  std::vector<std::int64_t> samples;
  for (std::size_t i = 0; i < probe.samples.size(); ++i) {
    if (std::isnan(probe.cosine[i])) continue;
    cosines.push_back(probe.cosine[i]);
    if (probe.cosine[i] < 0.9) samples.push_back(probe.samples[i]);
  }
  // As a distance from 1, so that larger is worse as in every other sign.
  const double distance = cosines.empty() ? 0 : 1 - Median(cosines);
  return Judge("gradient-misleads", distance, 0.1, std::move(samples),
               {"the gradient does not point where the answers really change",
                "梯度所指方向与回答真实变化的方向不符"});
}

Sign LossIsFlat(const GradientProbe& probe) {
  std::vector<std::int64_t> samples;
  for (std::size_t i = 0; i < probe.samples.size(); ++i) {
    if (!(probe.gain[i] > 1e-6)) samples.push_back(probe.samples[i]);
  }
  const double share = Share(samples.size(), probe.samples.size());
  return Judge("loss-is-flat", share, 0.05, std::move(samples),
               {"a whole step along the gradient changes nothing", "沿梯度移动整步后没有任何变化"});
}

Sign AnswersAreRandom(const GradientProbe& probe, const std::vector<std::string>& operators) {
  const double value = operators.empty() ? probe.random_difference : 1;
  return Judge("answers-are-random", value, 1e-4, {},
               {"the same input is answered differently each time; attack it with repeated passes (EOT)",
                "同一输入每次回答不同；应以重复计算的期望（EOT）进行攻击"});
}

Sign AnswersDependOnTheBatch(const GradientProbe& probe) {
  return Judge("answers-depend-on-the-batch", probe.position_difference, 1e-4, {},
               {"an input is answered differently in other company", "同一输入与不同样本同批计算时回答不同"});
}

Sign PathIsNotDifferentiable(const std::vector<std::string>& operators) {
  const std::set<std::string> kinds(operators.begin(), operators.end());
  return Judge("path-is-not-differentiable", static_cast<double>(operators.size()), 0, {},
               {fmt::format("operators without a useful derivative lie between input and answer: {}",
                            fmt::join(kinds, ", ")),
                fmt::format("输入与回答之间有不可微的算子：{}", fmt::join(kinds, "、"))});
}

}  // namespace cupel::algorithm::masking
