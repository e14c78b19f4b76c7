// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module: does the model, or what it was trained on, carry a backdoor? Each lives as long
/// as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::backdoor {

/// inspect.trigger: how often a given trigger makes the model answer a given class.
const check::Check& TriggerCheck();
/// inspect.neural-cleanse: recovers the smallest trigger of every class and looks for one that is too small.
const check::Check& NeuralCleanseCheck();
/// inspect.activation-clustering: training samples of a class that lie apart from its held-out samples.
const check::Check& ActivationClusteringCheck();
/// inspect.spectral-signatures: training samples far out along the first singular vector of their class.
const check::Check& SpectralSignaturesCheck();
/// inspect.strip: inputs whose answer survives any overlay.
const check::Check& StripCheck();

}  // namespace cupel::algorithm::backdoor
