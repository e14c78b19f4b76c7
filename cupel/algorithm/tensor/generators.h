// SPDX-License-Identifier: Apache-2.0
#pragma once

/// libtorch's own random generators, from which a live Dropout draws.

#include <cstdint>

namespace cupel::algorithm::tensor {

/// Starts them anew from `seed`, for the whole process. Everything else in Cupel draws from
/// ReproducibleStream.
void SeedGenerators(std::uint64_t seed);

}  // namespace cupel::algorithm::tensor
