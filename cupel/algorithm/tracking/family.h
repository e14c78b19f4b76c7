// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tracking family: rows G01, G02, G03, G07 and G09 of the catalogue.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::tracking {

const scheme::Family& Family();

}  // namespace cupel::algorithm::tracking
