// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The part of `cupel export` that writes an audit pack.

#include <string>

#include "cupel/cli/command.h"

namespace cupel::cli {

struct AuditArguments {
  std::string zip;    ///< --audit OUT.zip; empty: not asked for.
  std::string model;  ///< --with-model FILE; empty: the model stays out.
};

/// Adds --audit and --with-model to `cupel export RUN`.
void AddAuditOptions(CLI::App& export_command, AuditArguments& arguments);

/// Writes the pack of the run in the folder `run` and prints what it wrote. Precondition: arguments.zip is
/// not empty.
Status ExportAudit(const Session& session, const std::string& run, const AuditArguments& arguments);

}  // namespace cupel::cli
