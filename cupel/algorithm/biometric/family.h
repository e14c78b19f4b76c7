// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The family of biometric and retrieval schemes (rows H01 to H04 and H06 to H08): one-to-one comparisons,
/// searches, presentation attacks, re-identification, ranked retrieval.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

const scheme::Family& Family();

}  // namespace cupel::algorithm::biometric
