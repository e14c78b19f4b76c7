// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Draws a graph's weights anew: the control of explanation sanity tests. An explanation that hardly changes
/// when the model's weights are random does not explain the model. Source: Adebayo et al., "Sanity checks for
/// saliency maps", NeurIPS 2018.

#include <cstdint>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::graph {

/// Every float32 and float64 initializer of the main graph with rank >= 1 and more than one element is
/// replaced by normal numbers with the mean and (population) standard deviation of the original; the stream's
/// name is the tensor's name, so the result depends on (graph, seed) alone. The variance input of
/// BatchNormalization is drawn the same way and made positive by its absolute value. Integers, scalars,
/// Constant nodes, and inputs that are settings rather than weights (scales of Resize, Upsample and
/// quantisation) stay. Structure and names stay. Does not change float16 and bfloat16 constants.
Graph RandomiseWeights(const Graph& graph, std::uint64_t seed);

/// The same for the last `layers` layers alone, from the output towards the input: cascading randomisation.
/// A layer is a node of the main graph with a weight of its own; a weight that several nodes read goes with
/// the last of them. Each weight gets the numbers that RandomiseWeights gives it. Precondition: layers >= 0;
/// more than there are is all.
Graph RandomiseLastLayers(const Graph& graph, std::uint64_t seed, std::int64_t layers);

/// How many layers that function knows.
std::int64_t CountWeightLayers(const Graph& graph);

}  // namespace cupel::algorithm::graph
