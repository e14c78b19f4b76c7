// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Products of matrices in double, by libtorch's BLAS: the inner loop of everything here.
///
/// The library sums products in some order (no Strassen), so that gamma_k bounds the error. One thread when
/// tensor::UseOneThreadPerOperator was called in the calling thread.

#include <cstdint>

namespace cupel::algorithm::certify {

/// c [m, n] = a [m, k] b [k, n], row-major.
void Multiply(const double* a, const double* b, std::int64_t m, std::int64_t k, std::int64_t n, double* c);

}  // namespace cupel::algorithm::certify
