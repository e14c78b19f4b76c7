// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/linear_system.h"

#include <cmath>

namespace cupel::algorithm::explain {

Status SolvePositiveDefinite(std::vector<double>& matrix, std::vector<double>& right) {
  const std::size_t k = right.size();
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return matrix[i * k + j]; };
  for (std::size_t i = 0; i < k; ++i) {
    const double diagonal = at(i, i);
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = at(i, j);
      for (std::size_t m = 0; m < j; ++m) sum -= at(i, m) * at(j, m);
      if (j < i) {
        at(i, j) = sum / at(j, j);
      } else if (sum > 1e-12 * diagonal) {
        at(i, i) = std::sqrt(sum);
      } else {
        return Fail(ErrorCode::kInvalidArgument, "the system of equations is singular", "",
                    "sample more coalitions");
      }
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t m = 0; m < i; ++m) right[i] -= at(i, m) * right[m];
    right[i] /= at(i, i);
  }
  for (std::size_t i = k; i-- > 0;) {
    for (std::size_t m = i + 1; m < k; ++m) right[i] -= at(m, i) * right[m];
    right[i] /= at(i, i);
  }
  return {};
}

}  // namespace cupel::algorithm::explain
