// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/admission.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/hallmark/admission_twin_for_test.h"
#include "cupel/ledger/hallmark/ledger_policy.h"
#include "cupel/ledger/hallmark/revocation.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::hallmark {
namespace {

using evidence::Bundle;
using evidence::KeyRole;
using evidence::TlogEntry;
using log::Leaf;
using log::Receipt;
using witness::CosignedCheckpoint;

/// How far two honest clocks may be apart.
constexpr std::int64_t kClockToleranceSeconds = 300;

/// One decision: the steps in their order, each returning whether to go on.
class Gate {
 public:
  Gate(const AdmissionInputs& inputs, std::optional<AdmissionCode> skipped)
      : inputs_(inputs), skipped_(skipped) {}

  Admission Decide() {
    decision_.code = AdmissionCode::kAdmitted;
    if (inputs_.bundle) decision_.bundle = crypto::Sha256(AsBytes(*inputs_.bundle));
    const bool complete = TrustRoot() && ReadBundle() && Signature() && Model() && ClassAndConditions() &&
                          Time() && ReceiptHolds() && NewestCheckpoint() && NothingRevoked();
    CUPEL_CHECK(complete || !decision_.admitted() || skipped_.has_value());
    return std::move(decision_);
  }

 private:
  /// Refuses, unless this is the check that was taken out; true when it did.
  bool Refuse(AdmissionCode code, std::string message) {
    if (code == skipped_) return false;
    decision_.code = code;
    decision_.message = std::move(message);
    return true;
  }
  bool Refuse(AdmissionCode code, const Error& error) { return Refuse(code, error.ToString()); }

  bool TrustRoot() {
    using enum AdmissionCode;
    if (!inputs_.trust) {
      Refuse(kTrustRoot, inputs_.trust.error());
      return false;
    }
    if (inputs_.trust->KeysOf(KeyRole::kHallmark).empty() &&
        Refuse(kTrustRoot, "the trust root has no key of role hallmark")) {
      return false;
    }
    auto policy = LedgerPolicy(*inputs_.trust);
    if (!policy) {
      Refuse(kTrustRoot, Error{ErrorCode::kCorrupt, policy.error().ToString(), "ledger policy", ""});
      return false;
    }
    policy_.emplace(*std::move(policy));
    return true;
  }

  bool ReadBundle() {
    using enum AdmissionCode;
    if (!inputs_.bundle) {
      Refuse(kBundleUnreadable, inputs_.bundle.error());
      return false;
    }
    auto bundle = Bundle::Parse(*inputs_.bundle);
    if (!bundle) {
      Refuse(kBundleUnreadable, bundle.error());
      return false;
    }
    bundle_ = *std::move(bundle);
    return bundle_.ToText() == *inputs_.bundle ||
           !Refuse(kBundleForm, "the bundle is not in the one form in which it was written");
  }

  bool SignedByHallmarkKey() {
    using enum AdmissionCode;
    const auto signed_by = [&](KeyRole role) {
      const auto signers = bundle_.envelope.Verify(inputs_.trust->KeysOf(role));
      if (signers) signer_ = signers->front();
      return signers.has_value();
    };
    if (signed_by(KeyRole::kHallmark)) return true;
    if (signed_by(KeyRole::kEvidence) || signed_by(KeyRole::kVote)) {
      return !Refuse(kKeyRole,
                     fmt::format("signed with the key {}, which is trusted for another role", signer_->Id()));
    }
    return !Refuse(kSignature, "no key that is trusted for hallmarks made the signature");
  }

  bool Signature() {
    using enum AdmissionCode;
    if (!SignedByHallmarkKey()) return false;
    decision_.payload = crypto::Sha256(bundle_.envelope.payload);
    if (bundle_.envelope.payload_type != evidence::kStatementPayloadType &&
        Refuse(kNotAHallmark, fmt::format("the payload's type must be {}, got {}",
                                          evidence::kStatementPayloadType, bundle_.envelope.payload_type))) {
      return false;
    }
    auto hallmark = Hallmark::Parse(bundle_.envelope.payload);
    if (!hallmark) {
      Refuse(kNotAHallmark, hallmark.error());
      return false;
    }
    decision_.hallmark = *std::move(hallmark);
    return true;
  }

  bool Model() {
    using enum AdmissionCode;
    const Result<ModelDigests> model = inputs_.model();
    if (!model) return !Refuse(kModelUnreadable, model.error());
    decision_.model = *model;
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
    const RuntimeContext& context = inputs_.context;
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
    if (inputs_.now < hallmark.not_before &&
        Refuse(kNotYetValid, fmt::format("the hallmark holds from {}, now is {}",
                                         FormatUtc(hallmark.not_before), FormatUtc(inputs_.now)))) {
      return false;
    }
    return inputs_.now < hallmark.expires ||
           !Refuse(kExpired, fmt::format("the hallmark expired at {}, now is {}", FormatUtc(hallmark.expires),
                                         FormatUtc(inputs_.now)));
  }

  /// Every receipt that is there must hold: the bundle's own, and the file beside it.
  bool ReceiptHolds() {
    using enum AdmissionCode;
    if (bundle_.tlog_entries.empty()) return !Refuse(kReceiptMissing, "the bundle has no log entry");
    if (bundle_.tlog_entries.size() > 1 &&
        Refuse(kReceiptFalse, "the bundle must have exactly one log entry")) {
      return false;
    }
    const TlogEntry& entry = bundle_.tlog_entries[0];
    if (const Status status = CheckLeaf(entry); !status && Refuse(kReceiptFalse, status.error()))
      return false;
    const Receipt own{{}, entry.log_index, entry.path, entry.checkpoint};
    if (!CheckReceipt(own, &entry)) return false;
    if (!inputs_.receipt) return true;
    const auto text = *inputs_.receipt;
    if (!text) return !Refuse(kReceiptFalse, text.error());
    const auto receipt = Receipt::Parse(*text);
    if (!receipt) return !Refuse(kReceiptFalse, receipt.error());
    if ((receipt->index != own.index || !receipt->extra.empty()) &&
        Refuse(kReceiptFalse,
               "the receipt's file is of another leaf than the bundle's log entry, or says more")) {
      return false;
    }
    return CheckReceipt(*receipt, nullptr);
  }

  /// That the entry's leaf records this envelope, and that the signer is who it says.
  Status CheckLeaf(const TlogEntry& entry) {
    decision_.index = entry.log_index;
    if (entry.kind != log::kLeafKind || entry.version != log::kLeafVersion) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry is of another kind");
    }
    CUPEL_TRY(const Leaf leaf, Leaf::Parse(entry.body));
    CUPEL_TRY_STATUS(leaf.Matches(bundle_.envelope));
    if (leaf.signer.Id() != bundle_.key_hint || (signer_ && leaf.signer != *signer_)) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry and the bundle name different keys");
    }
    if (entry.log_index < TheHallmark().issued_into.size) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry is older than the hallmark");
    }
    return {};
  }

  bool CheckReceipt(const Receipt& receipt, const TlogEntry* entry) {
    using enum AdmissionCode;
    const Result<CosignedCheckpoint> opened = OpenNote(receipt.checkpoint);
    if (!opened) return !Refuse(kReceiptQuorum, opened.error());
    const merkle::Checkpoint& checkpoint = opened->checkpoint;
    proven_.push_back(checkpoint);
    const merkle::InclusionProof proof{receipt.index, checkpoint.size, receipt.path};
    const Digest leaf = merkle::LeafHash(bundle_.tlog_entries[0].body);
    if (const Status status = VerifyInclusion(leaf, proof, checkpoint.root);
        !status && Refuse(kReceiptFalse, status.error())) {
      return false;
    }
    const bool same =
        entry == nullptr || (entry->tree_size == checkpoint.size && entry->root == checkpoint.root &&
                             IsLogId(entry->log_id, checkpoint.origin));
    return same ||
           !Refuse(kReceiptFalse, "the log entry's log, size and root are not those of its checkpoint");
  }

  /// Whether the id is that of a log of this name in the policy.
  bool IsLogId(const Bytes& log_id, const std::string& origin) const {
    return std::any_of(policy_->Logs().begin(), policy_->Logs().end(), [&](const witness::Policy::Log& log) {
      return log.key.Name() == origin && std::ranges::equal(log.key.FullId().bytes, log_id);
    });
  }

  /// A checkpoint that the quorum accepts, of the ledger that the hallmark was issued into.
  Result<CosignedCheckpoint> OpenNote(std::string_view note) const {
    CUPEL_TRY(CosignedCheckpoint opened, policy_->Verify(note));
    const std::string& origin = TheHallmark().issued_into.origin;
    if (opened.checkpoint.origin != origin) {
      return Fail(ErrorCode::kVerificationFailed, fmt::format("the checkpoint is of the log {}, expected {}",
                                                              opened.checkpoint.origin, origin));
    }
    return opened;
  }

  bool NewestCheckpoint() {
    using enum AdmissionCode;
    view_ = inputs_.ledger(TheHallmark().issued_into.size);
    if (!view_.checkpoint) {
      Refuse(kCheckpointMissing, view_.checkpoint.error());
      return false;
    }
    const auto opened = OpenNote(*view_.checkpoint);
    if (!opened) {
      Refuse(kCheckpointQuorum, opened.error());
      return false;
    }
    newest_ = opened->checkpoint;
    decision_.newest = LedgerState{newest_.origin, newest_.size, newest_.root};
    decision_.seen_at = opened->cosigned_at;
    return IsFresh(opened->cosigned_at);
  }

  bool IsFresh(const std::optional<std::int64_t>& seen_at) {
    using enum AdmissionCode;
    const auto limit = MaximumCheckpointAgeSeconds(TheHallmark().risk);
    if (!seen_at) {
      return !limit ||
             !Refuse(kCheckpointTime, fmt::format("class {} needs a checkpoint whose time witnesses state",
                                                  RiskClassName(TheHallmark().risk)));
    }
    const std::int64_t age = inputs_.now - *seen_at;
    if (age < -kClockToleranceSeconds &&
        Refuse(kClockBehind, fmt::format("witnesses saw the checkpoint at {}, this clock says {}",
                                         FormatUtc(*seen_at), FormatUtc(inputs_.now)))) {
      return false;
    }
    return !limit || age <= *limit ||
           !Refuse(kCheckpointStale,
                   fmt::format("witnesses saw the checkpoint {} s ago, class {} allows {} s", age,
                               RiskClassName(TheHallmark().risk), *limit));
  }

  bool NothingRevoked() {
    using enum AdmissionCode;
    for (const merkle::Checkpoint& checkpoint : proven_) {
      if (checkpoint.size > newest_.size &&
          Refuse(kLedgerInconsistent, fmt::format("the newest checkpoint has {} leaves, the receipt's {}",
                                                  newest_.size, checkpoint.size))) {
        return false;
      }
    }
    if (!view_.tail) return IsLastLeaf();
    const Result<LedgerTail>& tail = *view_.tail;
    if (!tail) return !Refuse(kLedgerUnreadable, tail.error());
    if (const Status status = Continues(*tail); !status && Refuse(kLedgerInconsistent, status.error()))
      return false;
    const RevocationIndex revocations(*decision_.payload);
    const auto& keys = inputs_.trust->KeysOf(KeyRole::kHallmark);
    for (std::size_t i = 0; i < tail->leaves.size(); ++i) {
      const std::uint64_t index = tail->start + i;
      if (index < TheHallmark().issued_into.size) continue;
      const auto reason = revocations.Match(tail->leaves[i], keys);
      if (reason && Refuse(kRevoked, fmt::format("revoked by leaf {}: {}", index, *reason))) return false;
    }
    return true;
  }

  /// Without the leaves: nothing can have followed a hallmark that is still the last one.
  bool IsLastLeaf() {
    using enum AdmissionCode;
    bool last = newest_.size == TheHallmark().issued_into.size + 1;
    for (const merkle::Checkpoint& checkpoint : proven_) {
      last = last && checkpoint.size == newest_.size;
      if (checkpoint.size == newest_.size && checkpoint.root != newest_.root &&
          Refuse(kLedgerInconsistent, "two checkpoints of one size have different roots")) {
        return false;
      }
    }
    return last ||
           !Refuse(
               kLedgerUnreadable,
               fmt::format("the ledger had {} leaves at issue and has {}: a checkpoint alone does not show "
                           "what the others are",
                           TheHallmark().issued_into.size, newest_.size));
  }

  /// That the tail is what the newest checkpoint signs, and that every earlier state is its beginning.
  Status Continues(const LedgerTail& tail) const {
    const LedgerState& issued = TheHallmark().issued_into;
    std::vector<std::uint64_t> sizes = {newest_.size, issued.size};
    std::vector<Digest> expected = {newest_.root, issued.root};
    for (const merkle::Checkpoint& checkpoint : proven_) {
      sizes.push_back(checkpoint.size);
      expected.push_back(checkpoint.root);
    }
    if (tail.size() != newest_.size) {
      return Fail(
          ErrorCode::kVerificationFailed,
          fmt::format("the leaves end at {}, the newest checkpoint at {}", tail.size(), newest_.size));
    }
    CUPEL_TRY(const std::vector<Digest> roots, tail.RootsAt(sizes));
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (roots[i] == expected[i]) continue;
      const std::string_view what = i == 0   ? "the newest checkpoint"
                                    : i == 1 ? "the ledger at issue"
                                             : "the receipt's checkpoint";
      return Fail(ErrorCode::kVerificationFailed, fmt::format("{} is not a state of this ledger", what));
    }
    return {};
  }

  const Hallmark& TheHallmark() const { return *decision_.hallmark; }

  const AdmissionInputs& inputs_;
  const std::optional<AdmissionCode> skipped_;
  Admission decision_;
  std::optional<witness::Policy> policy_;
  Bundle bundle_;
  std::optional<crypto::PublicKey> signer_;
  std::vector<merkle::Checkpoint> proven_;  ///< Under which a receipt holds.
  LedgerView view_;
  merkle::Checkpoint newest_;
};

}  // namespace

Admission Admit(const AdmissionInputs& inputs) { return Gate(inputs, std::nullopt).Decide(); }

Admission AdmitWithout(AdmissionCode skipped, const AdmissionInputs& inputs) {
  return Gate(inputs, skipped).Decide();
}

}  // namespace cupel::ledger::hallmark
