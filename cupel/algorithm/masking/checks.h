// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The check of this module; it lives as long as the program.

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::masking {

/// inspect.masking: can the figures of gradient attacks be believed?
const check::Check& MaskingCheck();

}  // namespace cupel::algorithm::masking
