// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/gate_state.h"

#include <fmt/format.h>

namespace cupel::ledger::hallmark {

using witness::CosignedCheckpoint;

const Result<CosignedCheckpoint>& GateState::OpenNote(const std::string& note) {
  const auto known = opened_.find(note);
  return known != opened_.end() ? known->second : opened_.emplace(note, OpenNewNote(note)).first->second;
}

Result<CosignedCheckpoint> GateState::OpenNewNote(const std::string& note) const {
  CUPEL_TRY(CosignedCheckpoint opened, policy->Verify(note));
  const std::string& origin = TheHallmark().issued_into.origin;
  if (opened.checkpoint.origin != origin) {
    return Fail(ErrorCode::kVerificationFailed, fmt::format("the checkpoint is of the log {}, expected {}",
                                                            opened.checkpoint.origin, origin));
  }
  return opened;
}

}  // namespace cupel::ledger::hallmark
