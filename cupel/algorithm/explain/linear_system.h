// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Small dense systems of equations.

#include <vector>

#include "cupel/base/error.h"

namespace cupel::algorithm::explain {

/// Solves A x = b by Cholesky's factorisation; x comes back in `right`. matrix: [k, k], of which the lower
/// triangle is read and overwritten. O(k^3 / 3). Errors: kInvalidArgument when A is not positive definite.
Status SolvePositiveDefinite(std::vector<double>& matrix, std::vector<double>& right);

}  // namespace cupel::algorithm::explain
