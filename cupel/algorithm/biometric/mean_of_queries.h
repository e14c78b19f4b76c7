// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A figure that is a mean over queries.

#include <span>
#include <string_view>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

/// Named `value`, with the bootstrap interval over queries. values: [queries], not empty.
check::Metric MeanOfQueries(std::span<const double> values, std::string_view stream,
                            const scheme::Options& options);

}  // namespace cupel::algorithm::biometric
