// SPDX-License-Identifier: Apache-2.0
#pragma once

/// `cupel evaluate matrix FILE`: the scenario matrix.

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddEvaluateMatrix(CLI::App& evaluate, Session& session);

}  // namespace cupel::cli
