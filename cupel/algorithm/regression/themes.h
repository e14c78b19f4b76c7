// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of the family's list, one a theme; family.cc joins them.

#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::regression {

std::vector<scheme::Scheme> ErrorSchemes();         ///< C01, C03, C07
std::vector<scheme::Scheme> AgreementSchemes();     ///< C02
std::vector<scheme::Scheme> DistributionSchemes();  ///< C04, C05
std::vector<scheme::Scheme> CountingSchemes();      ///< C06

}  // namespace cupel::algorithm::regression
