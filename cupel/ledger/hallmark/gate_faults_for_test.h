// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One fault for each code of the gate: everything else about the hallmark is right. For tests only.

#include <set>
#include <string>
#include <vector>

#include "cupel/ledger/hallmark/gate_world_for_test.h"

namespace cupel::ledger::hallmark {

struct Fault {
  AdmissionCode code;
  /// What of the world it changes; two faults that share a part cannot be there together.
  std::set<std::string> parts;
  std::function<void(Scenario&, const GateWorld&)> scenario = [](Scenario&, const GateWorld&) {};
  std::function<void(GateCase&)> change = [](GateCase&) {};
};

inline GateCase WithFaults(const GateWorld& world, const std::vector<const Fault*>& faults) {
  Scenario scenario;
  for (const Fault* fault : faults) fault->scenario(scenario, world);
  GateCase result = world.Make(scenario);
  for (const Fault* fault : faults) fault->change(result);
  return result;
}

inline std::vector<Fault> FaultsBeforeTheLedger() {
  using enum AdmissionCode;
  const auto nothing = [](Scenario&, const GateWorld&) {};
  const auto absent = Fail(ErrorCode::kNotFound, "absent");
  return {
      {kTrustRoot, {"trust"}, nothing, [=](GateCase& c) { c.trust = absent; }},
      {kBundleUnreadable, {"bundle"}, nothing, [=](GateCase& c) { c.bundle = absent; }},
      {kBundleForm, {"bundle"}, nothing, [](GateCase& c) { *c.bundle += " "; }},
      {kSignature, {"signer"}, [](Scenario& s, const GateWorld& w) { s.signer = &w.stranger_key; }},
      {kKeyRole, {"signer"}, [](Scenario& s, const GateWorld& w) { s.signer = &w.evidence_key; }},
      {kNotAHallmark,
       {"statement"},
       [](Scenario& s, const GateWorld&) {
         s.statement = [](Json& json) { json["predicate"]["remark"] = "x"; };
       }},
      {kModelUnreadable, {"model"}, nothing, [=](GateCase& c) { c.model = absent; }},
      {kModelMismatch, {"model"}, nothing, [](GateCase& c) { c.model->root.bytes[31] ^= 1; }},
      {kClassNotAccepted,
       {"accepted"},
       nothing,
       [](GateCase& c) { c.context.accepted_classes = {RiskClass::kE0, RiskClass::kE1}; }},
      {kHostNotAllowed, {"host"}, nothing, [](GateCase& c) { c.context.host = "gate-9"; }},
      {kPurposeNotAllowed, {"purpose"}, nothing, [](GateCase& c) { c.context.purpose = "marketing"; }},
      {kRegionNotAllowed, {"region"}, nothing, [](GateCase& c) { c.context.region = ""; }},
      {kGuardNotAllowed,
       {"guard"},
       [](Scenario& s, const GateWorld&) {
         s.hallmark = [](Hallmark& h) {
           h.risk = RiskClass::kE2;
           CUPEL_CHECK(h.conditions.Add("guard=enforce").has_value());
         };
       }},
      {kGuardTooWeak, {"guard"}, nothing, [](GateCase& c) { c.context.guard = GuardLevel::kEnforce; }},
      {kNotYetValid,
       {"time", "seen"},
       [](Scenario& s, const GateWorld& w) {
         s.now = w.issued_at - 1;
         s.seen_at = w.issued_at + 2;  // within what two clocks may differ
       }},
      {kExpired, {"time"}, [](Scenario& s, const GateWorld& w) { s.now = AddMonths(w.issued_at, 6); }},
  };
}

inline std::vector<Fault> FaultsOfTheLedger() {
  using enum AdmissionCode;
  const auto nothing = [](Scenario&, const GateWorld&) {};
  const auto absent = Fail(ErrorCode::kNotFound, "absent");
  const auto damage = [](Scenario& s, std::function<void(evidence::Bundle&)> change) {
    s.bundle = std::move(change);
  };
  return {
      {kReceiptMissing,
       {"entry"},
       [=](Scenario& s, const GateWorld&) {
         damage(s, [](evidence::Bundle& b) { b.tlog_entries.clear(); });
       }},
      {kReceiptFalse,
       {"entry"},
       [=](Scenario& s, const GateWorld&) {
         damage(s, [](evidence::Bundle& b) { b.tlog_entries[0].path[0].bytes[0] ^= 1; });
       }},
      {kReceiptQuorum, {"entry", "policy"}, [](Scenario& s, const GateWorld&) { s.receipt_witnesses = {1}; }},
      {kPositionUnreadable,
       {"position"},
       nothing,
       [=](GateCase& c) { c.position.emplace().load_error = absent.value(); }},
      {kCheckpointMissing, {"checkpoint"}, nothing, [=](GateCase& c) { c.checkpoint = absent; }},
      {kCheckpointQuorum,
       {"checkpoint", "policy"},
       [](Scenario& s, const GateWorld&) { s.newest_witnesses = {2}; }},
      {kCheckpointTime,
       {"policy", "seen"},
       [](Scenario& s, const GateWorld&) { s.quorum = "quorum none\n"; }},
      {kClockBehind,
       {"time", "seen"},
       [](Scenario& s, const GateWorld& w) {
         s.now = w.issued_at + kDay;
         s.seen_at = s.now + 301;
       }},
      {kCheckpointStale,
       {"time", "seen"},
       [](Scenario& s, const GateWorld& w) {
         s.now = w.issued_at + 40 * kDay;
         s.seen_at = s.now - 31 * kDay;
       }},
      {kLedgerRolledBack,
       {"position"},
       nothing,
       [](GateCase& c) {
         const LedgerState seen = {"example.com/ledger", kLeavesBefore + 100, {}};
         c.position.emplace().kept = VerifiedPosition{}.After(seen, {});
       }},
      {kLedgerUnreadable, {"tail"}, nothing, [=](GateCase& c) { c.tail = Result<LedgerTail>(absent); }},
      {kLedgerInconsistent, {"tail"}, nothing, [](GateCase& c) { (*c.tail)->leaves[0][0] ^= 1; }},
      {kRevoked, {"after"}, [](Scenario& s, const GateWorld&) { s.revoked = "model-defect"; }},
      {kPositionNotKept,
       {"position"},
       nothing,
       [=](GateCase& c) { c.position.emplace().save_error = absent.value(); }},
  };
}

/// In the order of the codes.
inline std::vector<Fault> AllFaults() {
  std::vector<Fault> faults = FaultsBeforeTheLedger();
  for (Fault& fault : FaultsOfTheLedger()) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace cupel::ledger::hallmark
