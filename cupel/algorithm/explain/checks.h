// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::explain {

/// explain.faithfulness: do integrated gradients say what the model uses?
const check::Check& FaithfulnessCheck();
/// explain.sanity: which methods' maps change when the network's weights are random, layer by layer?
const check::Check& SanityCheck();
/// explain.completeness: do the parts add up, and at what cost?
const check::Check& CompletenessCheck();
/// explain.removal: deletion, insertion and ROAD, beyond random orders and beyond an edge detector.
const check::Check& RemovalCheck();
/// explain.stability: how far a map moves when the input moves a little.
const check::Check& StabilityCheck();
/// explain.planted-cue: does a method find a cause that was planted into data and network?
const check::Check& PlantedCueCheck();
/// explain.localisation: pointing game and relevance mass against masks.
const check::Check& LocalisationCheck();
/// explain.counterfactual: what would have to change in a table's row for another answer?
const check::Check& CounterfactualCheck();

}  // namespace cupel::algorithm::explain
