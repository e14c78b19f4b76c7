// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every evaluation scheme there is: the families in the order of the catalogue's letters. A new family is
/// one line here; a new scheme is one entry of its family's list.

#include <span>
#include <string_view>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::catalogue {

std::span<const scheme::Family* const> AllFamilies();

/// In the order of the families.
std::span<const scheme::Scheme* const> AllSchemes();

}  // namespace cupel::algorithm::catalogue
