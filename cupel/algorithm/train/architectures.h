// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small networks by name, as graphs with freshly drawn weights (He et al. 2015: normal, variance 2 /
/// fan-in).
///
///   lenet          conv 5x5 16, pool 2, conv 5x5 32, pool 2, dense 128, dense classes    80,202 parameters
///   at 1x28x28, 10 resnet-small   conv 3x3 16; residual blocks 16, 32 (stride 2), 64 (stride 2) with batch
///   normalisation and 1x1
///                  projections; global average pool; dense classes                        77,754 parameters
///   mlp            dense 128, dense classes; for table rows and flattened images
///
/// Operator set 13, symbolic batch dimension "N", input "x", output "logits".

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::train {

std::vector<std::string> ArchitectureNames();

/// sample_shape: {c, h, w} for the convolutional ones, anything for mlp. classes >= 2.
/// Errors: kInvalidArgument for an unknown name (nearest named) or a sample too small for the network.
Result<graph::Graph> MakeArchitecture(std::string_view name, const graph::Shape& sample_shape,
                                      std::int64_t classes, std::uint64_t seed);

}  // namespace cupel::algorithm::train
