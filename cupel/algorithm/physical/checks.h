// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::physical {

/// inspect.physical: a printed patch or mask under rotation, scale, tilt, blur, light and noise.
const check::Check& PhysicalCheck();

}  // namespace cupel::algorithm::physical
