// SPDX-License-Identifier: Apache-2.0
#pragma once

/// `cupel evaluate claim`; evaluate_command.cc adds it.

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddEvaluateClaim(CLI::App& evaluate, Session& session);

}  // namespace cupel::cli
