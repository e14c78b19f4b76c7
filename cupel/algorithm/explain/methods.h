// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The attribution methods, one file each, and their list. What each computes and promises stands in
/// docs/tasks/explain.md; settings in attribution.h. A new method is one file and one line in methods.cc.

#include <span>
#include <string_view>

#include "cupel/algorithm/explain/attribution.h"

namespace cupel::algorithm::explain {

/// Absolute gradient. One evaluation.
const Method& SaliencyMethod();
/// Input times gradient. One evaluation.
const Method& InputXGradientMethod();
/// Mean gradient over `noise_samples` noisy inputs (Gaussian, `noise` of the box, not clipped).
const Method& SmoothGradMethod();
/// See integrated_gradients.h.
const Method& IntegratedGradientsMethod();
/// ReLU of the activations of `layer` weighted by the class's mean gradient there, brought to the picture's
/// size bilinearly (corners not aligned), the same for every channel (each gets its share of the sum). Cost:
/// a forward pass, and a backward pass through the layers behind `layer` alone. Errors of prepare:
/// kUnsupported without a graph, without a spatial layer that all paths go through, for other than pictures.
const Method& GradCamMethod();
/// DeepLift with the rescale rule, max pooling by cross maxima: complete. Errors of prepare: kUnsupported
/// naming the operator whose rule is not known, or without a graph. See deep_lift.cc.
const Method& DeepLiftMethod();
/// Mean drop of the logit over the windows that cover a feature; what is covered takes the baseline.
const Method& OcclusionMethod();
/// Shapley values of patches by weighted least squares, see shapley.h. Complete by construction.
const Method& KernelShapMethod();
/// Shapley values of patches by antithetic permutations, see shapley.h. Complete by construction.
const Method& PermutationShapMethod();

/// All of the above, cheapest first.
std::span<const Method* const> AllMethods();

/// Errors: kInvalidArgument (nearest named).
Result<const Method*> FindMethod(std::string_view id);

}  // namespace cupel::algorithm::explain
