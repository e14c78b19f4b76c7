// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The subcommands of `cupel ledger` that serve, witness and cosign.

#include <CLI/CLI.hpp>

#include "cupel/cli/command.h"

namespace cupel::cli {

/// serve, witness init, witness serve, cosign, policy check, compare.
void AddLedgerServer(CLI::App& ledger, Session& session);

/// Of those, the ones that only read and sign: cosign, policy check, compare (ledger_cosign_command.cc).
void AddLedgerCosign(CLI::App& ledger, Session& session);

}  // namespace cupel::cli
