// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: step 7 of the gate: every receipt at hand proves that the hallmark is in its
/// ledger.

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cupel/ledger/hallmark/gate_state.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::hallmark {

template <typename Checks>
class ReceiptStep : private GateStep<Checks> {
  using GateStep<Checks>::Refuse;
  using GateStep<Checks>::Inputs;
  using GateStep<Checks>::Decision;
  using GateStep<Checks>::TheHallmark;
  using GateStep<Checks>::state_;

 public:
  ReceiptStep(GateState& state, const Checks& checks) : GateStep<Checks>(state, checks) {}

  /// Every receipt that is there must hold: the bundle's own, and the file beside it.
  bool Holds() {
    using enum AdmissionCode;
    if (state_.bundle.tlog_entries.empty()) return !Refuse(kReceiptMissing, "the bundle has no log entry");
    if (state_.bundle.tlog_entries.size() > 1 &&
        Refuse(kReceiptFalse, "the bundle must have exactly one log entry")) {
      return false;
    }
    const evidence::TlogEntry& entry = state_.bundle.tlog_entries[0];
    if (const Status status = CheckLeaf(entry); !status && Refuse(kReceiptFalse, status.error()))
      return false;
    const log::Receipt own{{}, entry.log_index, entry.path, entry.checkpoint};
    if (!CheckReceipt(own, &entry)) return false;
    if (!Inputs().receipt) return true;
    const auto text = *Inputs().receipt;
    if (!text) return !Refuse(kReceiptFalse, text.error());
    const auto receipt = log::Receipt::Parse(*text);
    if (!receipt) return !Refuse(kReceiptFalse, receipt.error());
    if ((receipt->index != own.index || !receipt->extra.empty()) &&
        Refuse(kReceiptFalse,
               "the receipt's file is of another leaf than the bundle's log entry, or says more")) {
      return false;
    }
    return CheckReceipt(*receipt, nullptr);
  }

 private:
  /// That the entry's leaf records this envelope, and that the signer is who it says.
  Status CheckLeaf(const evidence::TlogEntry& entry) {
    Decision().index = entry.log_index;
    if (entry.kind != log::kLeafKind || entry.version != log::kLeafVersion) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry is of another kind");
    }
    CUPEL_TRY(const crypto::PublicKey signer, SignerOf(entry));
    if (signer.Id() != state_.bundle.key_hint || (state_.signer && signer != *state_.signer)) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry and the bundle name different keys");
    }
    if (entry.log_index < TheHallmark().issued_into.size) {
      return Fail(ErrorCode::kVerificationFailed, "the log entry is older than the hallmark");
    }
    return {};
  }

  /// Who the leaf says signed the envelope, and did.
  Result<crypto::PublicKey> SignerOf(const evidence::TlogEntry& entry) const {
    // A leaf has one form: when it is the one that follows from envelope and signer, whose signature was
    // verified in step 3, then reading it and verifying the signature again would say the same.
    if (state_.signer) {
      const Bytes expected = log::Leaf::Of(state_.bundle.envelope, *state_.signer).ToBody();
      if (AsText(expected) == AsText(entry.body)) return *state_.signer;
    }
    CUPEL_TRY(const log::Leaf leaf, log::Leaf::Parse(entry.body));
    CUPEL_TRY_STATUS(leaf.Matches(state_.bundle.envelope));
    return leaf.signer;
  }

  bool CheckReceipt(const log::Receipt& receipt, const evidence::TlogEntry* entry) {
    using enum AdmissionCode;
    const Result<witness::CosignedCheckpoint>& opened = state_.OpenNote(receipt.checkpoint);
    if (!opened) return !Refuse(kReceiptQuorum, opened.error());
    const merkle::Checkpoint& checkpoint = opened->checkpoint;
    state_.proven.push_back(checkpoint);
    const merkle::InclusionProof proof{receipt.index, checkpoint.size, receipt.path};
    const Digest leaf = merkle::LeafHash(state_.bundle.tlog_entries[0].body);
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
    return std::any_of(
        state_.policy->Logs().begin(), state_.policy->Logs().end(), [&](const witness::Policy::Log& log) {
          return log.key.Name() == origin && std::ranges::equal(log.key.FullId().bytes, log_id);
        });
  }
};

}  // namespace cupel::ledger::hallmark
