// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ledger's subcommands for those who check it; ledger_command.cc adds them.

#include "cupel/cli/command.h"

namespace cupel::cli {

void AddLedgerVerify(CLI::App& ledger, Session& session);
void AddLedgerMonitor(CLI::App& ledger, Session& session);

}  // namespace cupel::cli
