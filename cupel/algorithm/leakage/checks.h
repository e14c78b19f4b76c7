// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::leakage {

/// inspect.membership: can a threshold on the model's answer tell training samples from others?
const check::Check& MembershipCheck();
/// inspect.lira: the same by likelihood ratio, calibrated for each sample by shadow models.
const check::Check& LiraCheck();
/// inspect.rmia: the same by pairwise ratios against a population, calibrated by the same shadow models.
const check::Check& RmiaCheck();
/// inspect.inversion: what the model thinks a class looks like, held against what it was trained on.
const check::Check& InversionCheck();
/// inspect.attribute-inference: does the model help to guess a hidden column of a table?
const check::Check& AttributeInferenceCheck();
/// inspect.extraction: how faithful a copy can be made from the model's answers?
const check::Check& ExtractionCheck();

}  // namespace cupel::algorithm::leakage
