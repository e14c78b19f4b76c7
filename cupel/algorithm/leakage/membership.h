// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Membership inference by a threshold on the model's answer (Yeom et al. 2018): members of the training set
/// tend to have a smaller loss.
///
/// Reported as area under the ROC curve, and as the share of members found at a small false-positive rate,
/// which is what matters to the persons concerned (Carlini et al. 2022). Beside the loss: the largest
/// probability, which needs no label (Salem et al. 2019), and the modified entropy (Song and Mittal 2021). An
/// attacker without shadow models does at least this well; inspect.lira and inspect.rmia have some.

#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/leakage/leak_metrics.h"
#include "cupel/algorithm/leakage/signals.h"

namespace cupel::algorithm::leakage {

/// Metrics, ROC figure and notes from the answers about members and non-members; each at least one, finite.
/// members[i] and non_members[i] are a pair (leak_metrics.h).
check::CheckResult MembershipFromSignals(const std::vector<Signals>& members,
                                         const std::vector<Signals>& non_members, const LeakOptions& options);

}  // namespace cupel::algorithm::leakage
