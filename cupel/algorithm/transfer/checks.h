// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks of this module; each lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::transfer {

/// inspect.transfer: inputs made on other models.
const check::Check& TransferCheck();

}  // namespace cupel::algorithm::transfer
