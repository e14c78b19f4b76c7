// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: steps 1 to 6 of the gate, from the trust root to the clock: what can be decided
/// about the hallmark and the model without the ledger. Each method returns whether to go on.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/hallmark/gate_state.h"
#include "cupel/ledger/hallmark/ledger_policy.h"

namespace cupel::ledger::hallmark {

template <typename Checks>
class HallmarkSteps : private GateStep<Checks> {
  using GateStep<Checks>::Refuse;
  using GateStep<Checks>::Inputs;
  using GateStep<Checks>::Decision;
  using GateStep<Checks>::TheHallmark;
  using GateStep<Checks>::state_;

 public:
  HallmarkSteps(GateState& state, const Checks& checks) : GateStep<Checks>(state, checks) {}

  bool Hold() {
    return TrustRoot() && ReadBundle() && Signature() && Model() && ClassAndConditions() && Time();
  }

 private:
  bool TrustRoot() {
    using enum AdmissionCode;
    if (!Inputs().trust) {
      Refuse(kTrustRoot, Inputs().trust.error());
      return false;
    }
    if (Inputs().trust->KeysOf(evidence::KeyRole::kHallmark).empty() &&
        Refuse(kTrustRoot, "the trust root has no key of role hallmark")) {
      return false;
    }
    auto policy = LedgerPolicy(*Inputs().trust);
    if (!policy) {
      Refuse(kTrustRoot, Error{ErrorCode::kCorrupt, policy.error().ToString(), "ledger policy", ""});
      return false;
    }
    state_.policy.emplace(*std::move(policy));
    return true;
  }

  bool ReadBundle() {
    using enum AdmissionCode;
    if (!Inputs().bundle) {
      Refuse(kBundleUnreadable, Inputs().bundle.error());
      return false;
    }
    auto bundle = evidence::Bundle::Parse(*Inputs().bundle);
    if (!bundle) {
      Refuse(kBundleUnreadable, bundle.error());
      return false;
    }
    state_.bundle = *std::move(bundle);
    return state_.bundle.ToText() == *Inputs().bundle ||
           !Refuse(kBundleForm, "the bundle is not in the one form in which it was written");
  }

  bool SignedByHallmarkKey() {
    using enum AdmissionCode;
    const auto signed_by = [&](evidence::KeyRole role) {
      const auto signers = state_.bundle.envelope.Verify(Inputs().trust->KeysOf(role));
      if (signers) state_.signer = signers->front();
      return signers.has_value();
    };
    if (signed_by(evidence::KeyRole::kHallmark)) return true;
    if (signed_by(evidence::KeyRole::kEvidence) || signed_by(evidence::KeyRole::kVote)) {
      return !Refuse(kKeyRole, fmt::format("signed with the key {}, which is trusted for another role",
                                           state_.signer->Id()));
    }
    return !Refuse(kSignature, "no key that is trusted for hallmarks made the signature");
  }

  bool Signature() {
    using enum AdmissionCode;
    if (!SignedByHallmarkKey()) return false;
    Decision().payload = crypto::Sha256(state_.bundle.envelope.payload);
    if (state_.bundle.envelope.payload_type != evidence::kStatementPayloadType &&
        Refuse(kNotAHallmark,
               fmt::format("the payload's type must be {}, got {}", evidence::kStatementPayloadType,
                           state_.bundle.envelope.payload_type))) {
      return false;
    }
    auto hallmark = Hallmark::Parse(state_.bundle.envelope.payload);
    if (!hallmark) {
      Refuse(kNotAHallmark, hallmark.error());
      return false;
    }
    Decision().hallmark = *std::move(hallmark);
    return true;
  }

  bool Model() {
    using enum AdmissionCode;
    const Result<ModelDigests> model = Inputs().model();
    if (!model) return !Refuse(kModelUnreadable, model.error());
    Decision().model = *model;
    const ModelDigests& wanted = TheHallmark().model;
    if (model->file == wanted.file && model->root == wanted.root) return true;
    const bool is_file = model->file != wanted.file;
    return !Refuse(kModelMismatch,
                   fmt::format("the hallmark is for {} {}, the files have {}", is_file ? "file" : "root",
                               (is_file ? wanted.file : wanted.root).Hex(),
                               (is_file ? model->file : model->root).Hex()));
  }

  bool Allows(AdmissionCode code, std::string_view kind, std::string_view value) {
    const Conditions& conditions = TheHallmark().conditions;
    if (conditions.Allows(kind, value)) return true;
    return !Refuse(code, fmt::format("the {} must be one of {}, got {}", kind,
                                     fmt::join(*conditions.Of(kind), ", "), value.empty() ? "none" : value));
  }

  bool ClassAndConditions() {
    using enum AdmissionCode;
    const RiskClass risk = TheHallmark().risk;
    const RuntimeContext& context = Inputs().context;
    const auto& accepted = context.accepted_classes;
    if (std::find(accepted.begin(), accepted.end(), risk) == accepted.end() &&
        Refuse(kClassNotAccepted, fmt::format("the model is of class {}", RiskClassName(risk)))) {
      return false;
    }
    if (!Allows(kHostNotAllowed, "host", context.host) ||
        !Allows(kPurposeNotAllowed, "purpose", context.purpose) ||
        !Allows(kRegionNotAllowed, "region", context.region) ||
        !Allows(kGuardNotAllowed, "guard", GuardLevelName(context.guard))) {
      return false;
    }
    return context.guard >= RequiredGuard(risk) ||
           !Refuse(kGuardTooWeak,
                   fmt::format("class {} needs a guard of level {}, got {}", RiskClassName(risk),
                               GuardLevelName(RequiredGuard(risk)), GuardLevelName(context.guard)));
  }

  bool Time() {
    using enum AdmissionCode;
    const Hallmark& hallmark = TheHallmark();
    if (Inputs().now < hallmark.not_before &&
        Refuse(kNotYetValid, fmt::format("the hallmark holds from {}, now is {}",
                                         FormatUtc(hallmark.not_before), FormatUtc(Inputs().now)))) {
      return false;
    }
    return Inputs().now < hallmark.expires ||
           !Refuse(kExpired, fmt::format("the hallmark expired at {}, now is {}", FormatUtc(hallmark.expires),
                                         FormatUtc(Inputs().now)));
  }
};

}  // namespace cupel::ledger::hallmark
