// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A root whose backward pass stays finite at 0. Private to the module.

#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::gradient {

/// x^(1/p) for x >= 0, with the subgradient 0 at 0, where that of the power is infinite: infinite times the 0
/// that follows inside a norm is not a number, and would end an attack on an input with a flat region.
inline tensor::Tensor Root(const tensor::Tensor& x, double p) {
  const tensor::Tensor zero = x.detach().eq(0);
  return x.masked_fill(zero, 1).pow(1 / p).masked_fill(zero, 0);
}

}  // namespace cupel::algorithm::gradient
