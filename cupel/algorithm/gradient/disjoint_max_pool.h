// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Max pooling over 2x2 windows that do not overlap: by far the most frequent kind, and in small networks a
/// quarter of the time of a gradient pass with libtorch's general kernel, which keeps 64-bit indices and
/// scatters.
///
/// Same values and same gradients, bit for bit, as at::max_pool2d_with_indices: the first of equal maxima
/// wins, NaN wins. First derivatives only: a recorded backward pass throws.

#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::gradient {

/// True for float32 and float64 [n, c, h, w] on the CPU, row-major.
bool DisjointMaxPoolTakes(const tensor::Tensor& x);

/// [n, c, h, w] to [n, c, h / 2, w / 2]; an odd last row or column is ignored. Precondition:
/// DisjointMaxPoolTakes(x).
tensor::Tensor DisjointMaxPool(const tensor::Tensor& x);

}  // namespace cupel::algorithm::gradient
