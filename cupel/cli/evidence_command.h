// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of `cupel evidence`: what a statement says (evidence_command.cc), the same in the words of other
/// tools (evidence_project_command.cc), when its signature was seen (evidence_timestamp_command.cc).

#include <CLI/CLI.hpp>

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddEvidenceProject(CLI::App& evidence, Session& session);
void AddEvidenceTimestamp(CLI::App& evidence, Session& session);

}  // namespace cupel::cli
