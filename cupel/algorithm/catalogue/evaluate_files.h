// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs schemes on the files of one evaluation. Each format is read once, however many schemes use it.

#include <optional>
#include <vector>

#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::catalogue {

/// What one scheme said: an evaluation, or why there is none.
struct Outcome {
  scheme::Call call;
  Result<scheme::Evaluation> evaluation;
};

/// One outcome a call, in order. An input that cannot be read fails all (its error); an input that cannot
/// carry a scheme fails that scheme alone. Errors: of the readers; kInvalidArgument when a scheme needs a
/// file with the truth and none is given, or none needs the one that is given.
Result<std::vector<Outcome>> EvaluateFiles(const std::vector<scheme::Call>& calls,
                                           const scheme::Sources& sources, const scheme::Options& options);

/// Errors: kInvalidArgument for an unknown id (the nearest is named).
Result<const scheme::Scheme*> FindScheme(std::string_view id);

}  // namespace cupel::algorithm::catalogue
