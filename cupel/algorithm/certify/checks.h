// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::certify {

/// inspect.certify-bounds: which samples are proven robust by interval bounds or CROWN.
const check::Check& CertifyBoundsCheck();
/// inspect.certify-smoothing: radii of the model smoothed by Gaussian noise.
const check::Check& CertifySmoothingCheck();

}  // namespace cupel::algorithm::certify
