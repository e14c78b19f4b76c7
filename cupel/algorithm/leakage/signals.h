// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attacker reads off a model's answer to a labelled sample.
///
/// All are computed from the log-odds of the true class, log(p / (1 - p)) = z_y - log sum_{j != y} exp(z_j),
/// so that a very sure answer keeps its digits: from the probability itself they would be lost near 1.
/// Sources: Yeom et al., CSF 2018 (loss); Salem et al., NDSS 2019 (largest probability); Song and Mittal,
/// USENIX Security 2021, equation 9 (modified entropy); Carlini et al., S&P 2022, section VI (log-odds).

#include <cstdint>
#include <span>

namespace cupel::algorithm::leakage {

struct Signals {
  double log_odds = 0;          ///< Of the true class: the "logit-scaled confidence".
  double loss = 0;              ///< Cross entropy, -log p.
  double largest_prob = 0;      ///< Of whatever class: needs no label.
  double modified_entropy = 0;  ///< -(1 - p_y) log p_y - sum over others of p_j log(1 - p_j).
};

/// logits: [c], finite, c >= 2; label in [0, c).
Signals SignalsOf(std::span<const float> logits, std::int32_t label);

/// log(p / (1 - p)) back to p.
double Probability(double log_odds);

}  // namespace cupel::algorithm::leakage
