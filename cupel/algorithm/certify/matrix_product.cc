// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/matrix_product.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "cupel/algorithm/tensor/tensor.h"

namespace cupel::algorithm::certify {
namespace {

constexpr std::int64_t kSmall = 512;  // Products for which a call into the library costs more than the work.

tensor::Tensor View(const double* values, std::int64_t rows, std::int64_t columns) {
  // libtorch has no read-only tensors; mm does not write its factors.
  return at::from_blob(const_cast<double*>(values),
                       {rows, columns},  // NOLINT(cppcoreguidelines-pro-type-const-cast)
                       at::TensorOptions().dtype(at::kDouble));
}

}  // namespace

void Multiply(const double* a, const double* b, std::int64_t m, std::int64_t k, std::int64_t n, double* c) {
  if (m == 0 || n == 0) return;
  if (k == 0 || m * k * n <= kSmall) {
    std::fill_n(c, m * n, 0.0);
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t p = 0; p < k; ++p) {
        const double factor = a[i * k + p];
        for (std::int64_t j = 0; j < n; ++j) c[i * n + j] += factor * b[p * n + j];
      }
    }
    return;
  }
  const c10::AutoGradMode off(false);
  tensor::Tensor result = View(c, m, n);
  at::mm_out(result, View(a, m, k), View(b, k, n));
}

}  // namespace cupel::algorithm::certify
