// SPDX-License-Identifier: Apache-2.0
#pragma once

/// STRIP: the entropy of a model's answers to one input under many overlays.
///
/// A clean input's answer changes when another picture is laid over it; a triggered one keeps answering the
/// target, so its entropy is low. For an input x and overlays o_1 .. o_N (clean samples, drawn at random):
///
///     H(x) = 1/N sum over n of  - sum over classes p log2 p,   p = softmax f(x (+) o_n)
///
/// where (+) adds the two pictures above the box's lower end and cuts at its upper end. The boundary is the
/// `frr` quantile of the entropies of clean inputs: false rejections at the rate given. Source: Gao et al.:
/// STRIP: a defence against trojan attacks on deep neural networks, ACSAC 2019, section 4 (N = 100, FRR 1 %).
/// The quantile is the empirical one; the paper takes that of a fitted normal distribution.
///
/// Not promised: triggers that an overlay destroys (blended over the whole picture) or that need the input.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::backdoor {

/// Bits, [n]. inputs: [n, d]; overlays: [N, d], N >= 1; row i of inputs is laid under overlays of its own
/// choice: `per_input` of them, drawn from (seed, names[i]). Errors: those of the model; kInterrupted.
Result<std::vector<double>> OverlayEntropies(const executor::Classifier& model,
                                             const data::dataset::DatasetInfo& info,
                                             std::span<const float> inputs,
                                             std::span<const std::int64_t> names,
                                             std::span<const float> overlays, std::int64_t per_input,
                                             std::uint64_t seed, int workers, Progress& progress);

/// Mean of - sum p log2 p over rows of logits [n, c], in bits.
double MeanEntropy(std::span<const float> logits, std::int64_t class_count);

}  // namespace cupel::algorithm::backdoor
