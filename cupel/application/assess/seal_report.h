// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The end of a run: writes the report's files and signs their digests, so that a changed report is found
/// out.

#include <map>
#include <string>

#include "cupel/application/assess/assessment.h"

namespace cupel::application::assess {

/// files: name in the run's folder to text. Writes them, then seals one statement over all of them as the
/// last evidence.
Status SealReport(const Assessment& assessment, const KeyFiles& keys,
                  const std::map<std::string, std::string>& files);

/// Whether the run already ended with a sealed report; then it is finished and is not written again.
bool ReportIsSealed(const RunFolder& folder, int checks);

/// The ledger of a run for the report: {origin, size, root, checkpoint, publicKeys}. Errors: reading the
/// ledger.
Result<Json> LedgerFacts(const RunFolder& folder);

}  // namespace cupel::application::assess
