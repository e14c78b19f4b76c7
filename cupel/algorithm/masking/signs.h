// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Signs that a model hides its gradients, so that gradient attacks understate what an attacker can do.
///
/// Each sign is one number with a threshold and the samples that show it; a sign that is flagged says why
/// robust accuracy cannot be trusted. The functions here only judge; probe.h and masking_check.cc measure.
///
/// Does not promise to find every defence that hides gradients: no list can (Athalye et al. 2018, section 5).
/// Sources: Carlini et al., On evaluating adversarial robustness, 2019, sections 3 and 5; Athalye, Carlini,
/// Wagner, Obfuscated gradients, ICML 2018, section 3.1; Pintor et al., Indicators of attack failure, 2022.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::masking {

struct Sign {
  std::string id;  ///< "one-step-beats-iterative"; the metric is sign.<id>.
  double value = 0;
  double threshold = 0;  ///< Flagged when value exceeds it.
  bool flagged = false;
  std::vector<std::int64_t> samples;  ///< Original indices of those that show it, rising.
  check::Text because;                ///< Ends the sentence "cannot be trusted because ...".
};

/// Which of the samples an attack broke; rising in sample.
struct Verdicts {
  std::vector<std::int64_t> samples;
  std::vector<bool> broken;

  std::int64_t Count() const;
  /// Share that stands, 1 without samples.
  double Standing() const;
};

/// Samples that `weaker` broke and `stronger` did not. Precondition: the same samples.
std::vector<std::int64_t> BrokenOnlyBy(const Verdicts& weaker, const Verdicts& stronger);
/// Broken by any of them. Precondition: the same samples, at least one list.
Verdicts UnionOf(std::span<const Verdicts> attacks);

/// One step breaks what many steps do not: more than 1 % of the samples, and more than one.
Sign OneStepBeatsIterative(const Verdicts& one_step, const Verdicts& iterative);
/// Twice the steps break more than 1 % more, and more than one.
Sign MoreStepsBreakMore(const Verdicts& steps, const Verdicts& twice);
/// More starts break more than 2 % more, and more than two: a few inputs near the boundary always need a
/// lucky start.
Sign MoreRestartsBreakMore(const Verdicts& once, const Verdicts& often);
/// Accuracy rises with the budget somewhere: by more than 1 % of the samples, and more than one.
/// budgets: one list a budget, rising, each attacked by itself.
Sign LargerBudgetIsWeaker(std::span<const Verdicts> budgets);
/// An attacker without a budget leaves more than one class in `class_count` would by chance.
Sign UnboundedAttackFails(const Verdicts& unbounded, std::int64_t class_count);
/// Noise in the ball breaks a sample that the gradient attacks did not.
Sign RandomSearchSucceeds(const Verdicts& noise, const Verdicts& white_box);
/// A query attack breaks what the gradient attacks did not: more than 0.2 % of the samples (the threshold of
/// AutoAttack's own warning), and more than one.
Sign QueriesBeatGradients(const Verdicts& queries, const Verdicts& white_box);

/// What probe.h measured of the gradient at some samples.
struct GradientProbe {
  std::vector<std::int64_t> samples;
  std::vector<double> cross_entropy_norm;  ///< Largest absolute entry of the loss's gradient.
  std::vector<double> margin_norm;         ///< The same of the margin.
  std::vector<double> cosine;  ///< Of slopes by gradient and by central differences; NaN where both vanish.
  std::vector<double> gain;    ///< Relative rise of the margin after one step of the budget.
  double random_difference =
      0;  ///< Largest difference of a logit in repeated passes, over the largest logit.
  double position_difference = 0;  ///< The same for other places in a tile.
};

/// The gradient of the margin vanishes (largest entry below 1e-10) at any sample.
Sign GradientVanishes(const GradientProbe& probe);
/// The loss's gradient vanishes where that of the margin does not: the logits are saturated.
Sign LossSaturates(const GradientProbe& probe);
/// The median cosine between slopes by gradient and by central differences is below 0.9.
Sign GradientMisleads(const GradientProbe& probe);
/// One step of the whole budget along the gradient raises the margin of more than 5 % of the samples by less
/// than a millionth.
Sign LossIsFlat(const GradientProbe& probe);
/// Repeated passes differ by more than 1e-4 of the largest logit, or the graph draws random numbers (value
/// 1). operators: the names of those that draw.
Sign AnswersAreRandom(const GradientProbe& probe, const std::vector<std::string>& operators);
/// Answers depend on the place in a batch by more than 1e-4 of the largest logit.
Sign AnswersDependOnTheBatch(const GradientProbe& probe);
/// Operators without a useful derivative between input and output. operators: their names, one a node.
Sign PathIsNotDifferentiable(const std::vector<std::string>& operators);

}  // namespace cupel::algorithm::masking
