// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Holds the checks of one assessment against each other, before the last of them is signed: what one proved
/// robust, no other may have broken.

#include <span>

#include "cupel/application/assess/assessment.h"

namespace cupel::application::assess {

/// Compares the certificates and the adversarial inputs of `last` with those of `earlier`, sample by sample.
/// Errors: kInternal when they contradict each other: then one of the two is computed wrongly and neither may
/// be signed.
Status CheckBrackets(std::span<const CheckRun> earlier, const CheckRun& last);

}  // namespace cupel::application::assess
