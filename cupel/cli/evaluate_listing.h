// SPDX-License-Identifier: Apache-2.0
#pragma once

/// `cupel evaluate list` and `cupel evaluate show ID`.

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddEvaluateListing(CLI::App& evaluate, Session& session);

}  // namespace cupel::cli
