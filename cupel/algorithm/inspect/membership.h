// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Membership inference by loss threshold (Yeom et al. 2018): members of the training set tend to have a
/// smaller loss.
///
/// Reported as area under the ROC curve, and as the share of members found at a small false-positive rate,
/// which is what matters to the persons concerned (Carlini et al. 2022). An attacker without shadow models
/// does at least this well.

#include <span>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::inspect {

/// Metrics, ROC figure and notes from the losses of members and of non-members; both at least one, finite.
check::CheckResult MembershipFromLosses(std::span<const double> members, std::span<const double> non_members);

}  // namespace cupel::algorithm::inspect
