// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two sites that Cupel serves: a ledger's files, and a witness.
///
/// Ledger (C2SP tlog-tiles): GET /checkpoint, never cached; GET /tile/..., cached for ever. Promises: nothing
/// but these paths is ever read, and no tile that the checkpoint does not cover (an interrupted append may
/// replace those). Does not promise: to verify the ledger; that is the reader's business and needs no
/// server's word.
///
/// Witness (C2SP tlog-witness): POST /add-checkpoint; GET /<sha256 of origin>/checkpoint. The optional POST
/// /sign-subtree is refused (404): cosignatures of type 4 cannot speak of subtrees.

#include <filesystem>

#include "cupel/application/server/http.h"
#include "cupel/ledger/witness/witness.h"

namespace cupel::application::server {

/// `folder` is read anew at every request, so a growing ledger is served as it is.
Site LedgerSite(std::filesystem::path folder);

/// `witness` must outlive the site.
Site WitnessSite(ledger::witness::Witness& witness);

}  // namespace cupel::application::server
