// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Operators without a gradient that are plain loops over elements on the CPU, kept out of the indexing
/// family's file.

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

/// boxes [n, b, 4], scores [n, c, b], three optional limits. Greedy suppression by intersection over union
/// (ONNX opset 10): returns rows (n, c, b) of the boxes that stay, best score first within a class. int64 [k,
/// 3].
std::vector<Tensor> NonMaxSuppression(const OperatorCall& call);

/// [t] or [n, t] int32/int64 to counts of the n-grams of a pool, float32 [m] or [n, m] (ONNX opset 9).
/// Errors: kUnsupported for a pool of strings.
std::vector<Tensor> TfIdfVectorizer(const OperatorCall& call);

}  // namespace cupel::algorithm::gradient
