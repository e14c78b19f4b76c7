// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ensembles of AutoAttack, stage by stage, as the official code defines them
/// (github.com/fra31/auto-attack, a392200, AutoAttack.set_version for Linf and L2):
///
/// - standard: APGD-CE, 1 restart; APGD-T, 9 classes; FAB-T, 9 classes; Square, 5000 queries.
/// - plus: APGD-CE, 5 restarts; APGD-DLR, 5; FAB, 5; Square, 5000 queries; APGD-T, 9 classes; FAB-T, 9
/// classes.
/// - rand, for random models: APGD-CE and APGD-DLR, 1 restart each, over 20 draws a point (the check's
///   parameter eot_iter).
///
/// All gradient attacks run 100 iterations. Every stage is really run on the samples that are still robust.
/// No more classes are attacked than there are wrong ones. A random model is attacked in expectation by every
/// version; the official code does so in rand alone.

#include <string_view>
#include <vector>

#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

enum class AutoAttackVersion { kStandard, kPlus, kRand };

/// "standard", "plus", "rand". Errors: kInvalidArgument.
Result<AutoAttackVersion> ParseAutoAttackVersion(std::string_view text);

std::vector<Stage> AutoAttackStages(AutoAttackVersion version);

}  // namespace cupel::algorithm::inspect
