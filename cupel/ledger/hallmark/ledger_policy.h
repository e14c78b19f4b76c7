// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which checkpoints a trust root accepts.

#include "cupel/base/error.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/witness/policy.h"

namespace cupel::ledger::hallmark {

/// The C2SP policy of the trust root; without one, its only ledger key and no witnesses.
/// Errors: as witness::Policy::Parse; an empty policy is one.
Result<witness::Policy> LedgerPolicy(const evidence::TrustPolicy& trust);

}  // namespace cupel::ledger::hallmark
