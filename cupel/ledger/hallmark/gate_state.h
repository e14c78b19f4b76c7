// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: what the gate's steps have in common. Each step is a class template over `Checks`,
/// which says whether a check counts. What is linked into programs is made with `EveryCheck` alone, and there
/// nothing decides at run time whether a check counts; the twins of the tests, which lack one check, are made
/// inside the test program.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/hallmark/admission.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/witness/policy.h"

namespace cupel::ledger::hallmark {

/// The gate as it is.
struct EveryCheck {
  static constexpr bool Counts(AdmissionCode) { return true; }
};

/// One decision under way.
struct GateState {
  explicit GateState(const AdmissionInputs& given) : inputs(given) {}

  const AdmissionInputs& inputs;
  Admission decision;
  std::optional<witness::Policy> policy;
  evidence::Bundle bundle;
  std::optional<crypto::PublicKey> signer;
  std::vector<merkle::Checkpoint> proven;  ///< Under which a receipt holds.

  const Hallmark& TheHallmark() const { return *decision.hallmark; }

  /// A checkpoint that the quorum accepts, of the ledger that the hallmark was issued into. Receipts and the
  /// newest checkpoint are often one note: each text is verified once. Errors: as Policy::Verify;
  /// kVerificationFailed for another log's.
  const Result<witness::CosignedCheckpoint>& OpenNote(const std::string& note);

 private:
  Result<witness::CosignedCheckpoint> OpenNewNote(const std::string& note) const;
  std::map<std::string, Result<witness::CosignedCheckpoint>> opened_;
};

template <typename Checks>
class GateStep {
 protected:
  GateStep(GateState& state, const Checks& checks) : state_(state), checks_(checks) {}

  /// Refuses; false only where the check does not count, and then the caller goes on.
  bool Refuse(AdmissionCode code, std::string message) {
    if (!checks_.Counts(code)) return false;
    state_.decision.code = code;
    state_.decision.message = std::move(message);
    return true;
  }
  bool Refuse(AdmissionCode code, const Error& error) { return Refuse(code, error.ToString()); }

  const AdmissionInputs& Inputs() const { return state_.inputs; }
  Admission& Decision() { return state_.decision; }
  const Hallmark& TheHallmark() const { return state_.TheHallmark(); }

  GateState& state_;
  const Checks& checks_;
};

}  // namespace cupel::ledger::hallmark
