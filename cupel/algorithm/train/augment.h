// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Mirroring and moving a picture: what training does at random, and what an attacker asks systematically.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::train {

/// Mirrors (left-right) and moves one image [c, h, w] in place; zeros enter at the edge.
void Augment(std::span<float> image, const std::vector<std::int64_t>& shape, bool mirror, int down,
             int right);

}  // namespace cupel::algorithm::train
