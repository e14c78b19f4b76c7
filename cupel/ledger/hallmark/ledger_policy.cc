// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/ledger_policy.h"

namespace cupel::ledger::hallmark {

Result<witness::Policy> LedgerPolicy(const evidence::TrustPolicy& trust) {
  const auto& ledgers = trust.VerifierKeysOf(evidence::KeyRole::kLedger);
  if (trust.log_policy.empty() && ledgers.size() == 1) return witness::Policy::FromLogKey(ledgers[0]);
  return witness::Policy::Parse(trust.log_policy);
}

}  // namespace cupel::ledger::hallmark
