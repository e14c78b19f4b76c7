// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counting where a sample has several labels at once.

#include <vector>

#include "cupel/algorithm/classification/labelled.h"
#include "cupel/algorithm/classification/table.h"

namespace cupel::algorithm::classification {

/// One a label, over the samples. weights: [n]. Precondition, here and below: input.is_multilabel.
std::vector<Counts> CountsOfLabels(const Labelled& input, std::span<const double> weights);

/// Of one sample, over the labels.
Counts CountsOfSample(const Labelled& input, std::size_t sample);

}  // namespace cupel::algorithm::classification
