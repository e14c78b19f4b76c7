// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tensor/generators.h"

#include "cupel/algorithm/tensor/tensor.h"

#include <ATen/Context.h>

namespace cupel::algorithm::tensor {

void SeedGenerators(std::uint64_t seed) { at::manual_seed(seed); }

}  // namespace cupel::algorithm::tensor
