// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A ledger with a history: hallmarks are issued into it, taken back and forgotten about, it grows, is shown
/// as it was before, or is forked. What the gate is given about any of it is made here. For tests only.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cupel/ledger/hallmark/gate_world_for_test.h"

namespace cupel::ledger::hallmark {

/// A hallmark in the ledger.
struct LoggedHallmark {
  Hallmark hallmark;
  evidence::Bundle bundle;
  Digest payload;
  Bytes leaf;
  std::uint64_t index = 0;
};

class LedgerHistory {
 public:
  explicit LedgerHistory(const GateWorld& world) : world_(&world) {}

  GrowingLedger ledger;

  LoggedHallmark Issue(const std::string& id_digit = "0") {
    LoggedHallmark issued;
    issued.hallmark = world_->Valid();
    issued.hallmark.id = id_digit + issued.hallmark.id.substr(1);
    issued.hallmark.issued_into = ledger.StateAt(world_->origin, ledger.size());
    issued.bundle = world_->Sign(issued.hallmark, {});
    issued.payload = crypto::Sha256(issued.bundle.envelope.payload);
    issued.leaf = log::Leaf::Of(issued.bundle.envelope, world_->hallmark_key.Public()).ToBody();
    issued.index = ledger.Append(issued.leaf);
    return issued;
  }

  std::uint64_t Revoke(const LoggedHallmark& issued, const crypto::SigningKey& key,
                       std::string_view reason = "model-defect") {
    const auto bundle = hallmark::Revoke(issued.payload, reason, key).value();
    return ledger.Append(log::Leaf::Of(bundle.envelope, key.Public()).ToBody());
  }

  std::string NoteAt(std::uint64_t size) const {
    return world_->Note(ledger.tree(), size, {0, 1}, world_->issued_at + kDay);
  }

  /// The bundle's text with a receipt under the checkpoint of `proven` leaves.
  std::string Text(const LoggedHallmark& issued, std::uint64_t proven) const {
    evidence::Bundle bundle = issued.bundle;
    bundle.tlog_entries = {log::ToTlogEntry(ReceiptAt(issued, proven), issued.leaf, world_->Log()).value()};
    return bundle.ToText();
  }

  log::Receipt ReceiptAt(const LoggedHallmark& issued, std::uint64_t proven) const {
    return {{}, issued.index, ledger.tree().ProveInclusion(issued.index, proven)->path, NoteAt(proven)};
  }

  /// What a runtime is given that has `size` leaves of this ledger. The receipt is that of issue.
  /// Precondition: this outlives the inputs.
  AdmissionInputs Inputs(const LoggedHallmark& issued, std::uint64_t size, PositionStore* position) const {
    AdmissionInputs inputs;
    inputs.trust = world_->Trust("group q 2 w1 w2 w3\nquorum q\n");
    inputs.bundle = Text(issued, issued.index + 1);
    inputs.model = [model = issued.hallmark.model] { return model; };
    inputs.ledger = [this, size](std::uint64_t from) { return View(from, size); };
    inputs.position = position;
    inputs.context = {"gate-7", "access-control", "eu", GuardLevel::kFailClosed, {RiskClass::kE3}};
    inputs.now = world_->issued_at + 2 * kDay;
    return inputs;
  }
  AdmissionInputs Inputs(const LoggedHallmark& issued, PositionStore* position) const {
    return Inputs(issued, ledger.size(), position);
  }

  /// As reading a folder of that size gives it.
  LedgerView View(std::uint64_t from, std::uint64_t size) const {
    if (from > size) return {NoteAt(size), Result<LedgerTail>(Fail(ErrorCode::kInvalidArgument, "too far"))};
    return {NoteAt(size), Result<LedgerTail>(ledger.Tail(from, size))};
  }

  const GateWorld& world() const { return *world_; }

 private:
  const GateWorld* world_;
};

}  // namespace cupel::ledger::hallmark
