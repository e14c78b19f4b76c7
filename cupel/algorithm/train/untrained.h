// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A fresh network for the task of a given classifier: what shadow models and substitutes start from.
///
/// The graph made here takes raw samples, as the data set holds them, and answers logits: the classifier's
/// preprocessing stands in front of it as nodes, a final Softmax is taken off. So it can be trained by
/// `Train` on the data set itself, and wrapped in a classifier without preprocessing.
///
/// Does not promise that a graph with a normalisation exported among its initialisers trains well: they are
/// taken for weights. Name an architecture then.

#include <cstdint>
#include <string_view>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::train {

/// The word for the classifier's own graph.
inline constexpr std::string_view kOwnArchitecture = "target";

/// kOwnArchitecture and ArchitectureNames().
std::vector<std::string> UntrainedNames();

/// architecture: "target" for the classifier's own graph with its weights drawn anew (same mean and spread
/// for each tensor, graph/random_weights.h), or a name of architectures.h. Depends on (model, architecture,
/// seed). Errors: kInvalidArgument for an unknown name (nearest named) or samples that do not fit the
/// architecture.
Result<graph::Graph> UntrainedGraph(std::string_view architecture, const executor::Classifier& model,
                                    std::uint64_t seed);

/// Whether a forward pass in training draws random numbers that the whole process shares (dropout): two such
/// trainings must not run at the same time.
bool DrawsWhileTraining(const graph::Graph& graph);

}  // namespace cupel::algorithm::train
