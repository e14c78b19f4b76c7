// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detection in images (catalogue D01 to D04, D07 to D12): boxes, turned boxes, lesions, faces, licence
/// plates, attributes.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::detection {

const scheme::Family& Family();

}  // namespace cupel::algorithm::detection
