// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of the family's list, one a theme; family.cc joins them.

#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

std::vector<scheme::Scheme> ComparisonSchemes();    ///< H01
std::vector<scheme::Scheme> TransactionSchemes();   ///< H02
std::vector<scheme::Scheme> SearchSchemes();        ///< H03
std::vector<scheme::Scheme> AttackSchemes();        ///< H04
std::vector<scheme::Scheme> VerificationSchemes();  ///< H06
std::vector<scheme::Scheme> GallerySchemes();       ///< H07
std::vector<scheme::Scheme> RetrievalSchemes();     ///< H08

}  // namespace cupel::algorithm::biometric
