// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The family of regression, counting and age estimation (rows C01 to C07).

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::regression {

const scheme::Family& Family();

}  // namespace cupel::algorithm::regression
