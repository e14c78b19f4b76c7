// SPDX-License-Identifier: Apache-2.0
#pragma once

/// `cupel model bench`, a subcommand of `cupel model`.

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddModelBench(CLI::App& model, Session& session);

}  // namespace cupel::cli
