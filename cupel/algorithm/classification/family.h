// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Classification: rows A01 to A14 (answers counted) and B01 to B18 (rankings and probabilities) of the
/// catalogue, on one input, `labelled`.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::classification {

const scheme::Family& Family();

}  // namespace cupel::algorithm::classification
