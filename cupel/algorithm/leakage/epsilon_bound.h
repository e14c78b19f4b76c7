// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attack's success says about differential privacy: the largest epsilon that it refutes.
///
/// A lower bound never certifies: a better attack may raise it. 0 means that nothing was refuted.
/// Sources: Steinke, Nasr and Jagielski, "Privacy auditing with one (1) training run", NeurIPS 2023
/// (arXiv 2305.08846), corollary 5.4 and appendix D; Jagielski, Ullman and Oprea, "Auditing differentially
/// private machine learning", NeurIPS 2020, and Nasr et al., USENIX Security 2023, for the rates.

#include <cstdint>

namespace cupel::algorithm::leakage {

/// Of m bits, each set by a fair coin before one training run that is (epsilon, delta)-private for each bit,
/// an attacker guessed r and got v right: the largest probability of that. For delta = 0 it is
/// P[Binomial(r, e^epsilon / (1 + e^epsilon)) >= v]. O(v). Preconditions: 0 <= v <= r <= m, epsilon >= 0,
/// delta in [0, 1].
double OneRunPValue(std::int64_t m, std::int64_t r, std::int64_t v, double epsilon, double delta);

/// The largest epsilon with a p-value below 1 - level; 0 when there is none. r must not be chosen by looking
/// at v.
double OneRunEpsilon(std::int64_t m, std::int64_t r, std::int64_t v, double delta, double level);

/// The larger of log((TPR - delta) / FPR) and log((1 - FPR - delta) / (1 - TPR)), with Clopper-Pearson's
/// lower limit of the TPR and upper limit of the FPR, both at once at `level`; 0 when negative. Assumes
/// independent trials, which samples of one training run are not: OneRunEpsilon does without.
double RatesEpsilon(std::int64_t true_positives, std::int64_t members, std::int64_t false_positives,
                    std::int64_t others, double delta, double level);

}  // namespace cupel::algorithm::leakage
