// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: the steps of the gate in their order (admission.h).

#include <type_traits>
#include <utility>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/hallmark/gate_hallmark.h"
#include "cupel/ledger/hallmark/gate_ledger.h"
#include "cupel/ledger/hallmark/gate_receipt.h"
#include "cupel/ledger/hallmark/gate_state.h"

namespace cupel::ledger::hallmark {

/// The first check that fails decides. What is left open by a check that does not count is admitted: that is
/// how a twin shows what only this check notices.
template <typename Checks>
Admission Decide(const AdmissionInputs& inputs, const Checks& checks) {
  GateState state(inputs);
  state.decision.code = AdmissionCode::kAdmitted;
  if (inputs.bundle) state.decision.bundle = crypto::Sha256(AsBytes(*inputs.bundle));
  const bool complete = HallmarkSteps<Checks>(state, checks).Hold() &&
                        ReceiptStep<Checks>(state, checks).Holds() &&
                        LedgerStep<Checks>(state, checks).Holds();
  if constexpr (std::is_same_v<Checks, EveryCheck>) CUPEL_CHECK(complete == state.decision.admitted());
  return std::move(state.decision);
}

}  // namespace cupel::ledger::hallmark
