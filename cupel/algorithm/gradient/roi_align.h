// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pools regions of interest without rounding their corners (He et al., "Mask R-CNN", 2017; ONNX opset 10 and
/// 16).

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {

/// x [n, c, h, w], regions [r, 4] as (x1, y1, x2, y2), batch_indices [r] to [r, c, output_height,
/// output_width]. Gradients are recorded with respect to x only.
std::vector<Tensor> RoiAlign(const OperatorCall& call);

}  // namespace cupel::algorithm::gradient
