// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: step 8 of the gate: the ledger as it is now, and what this runtime remembers of
/// it.
///
///     issue ............. receipts ............. seen ............. newest
///       |____ read before, if there is a position ___|___ read now ____|
///
/// Without a position everything from the issue on is read, and the states on the way are compared with roots
/// that come out of the leaves. With one, the leaves up to `read_to` are known to be a beginning of `seen`,
/// so it is enough that `seen` comes out of the tail too, and that the tail begins no later than what was not
/// read yet. A receipt whose checkpoint is new makes the tail begin there.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cupel/base/clock.h"
#include "cupel/ledger/hallmark/gate_state.h"
#include "cupel/ledger/hallmark/position.h"
#include "cupel/ledger/hallmark/revocation.h"

namespace cupel::ledger::hallmark {

template <typename Checks>
class LedgerStep : private GateStep<Checks> {
  using GateStep<Checks>::Refuse;
  using GateStep<Checks>::Inputs;
  using GateStep<Checks>::Decision;
  using GateStep<Checks>::TheHallmark;
  using GateStep<Checks>::state_;

 public:
  LedgerStep(GateState& state, const Checks& checks) : GateStep<Checks>(state, checks) {}

  bool Holds() { return Remember() && NewestCheckpoint() && NotRolledBack() && NothingRevoked(); }

 private:
  /// How far two honest clocks may be apart.
  static constexpr std::int64_t kClockToleranceSeconds = 300;

  const std::vector<crypto::PublicKey>& Keys() const {
    return Inputs().trust->KeysOf(evidence::KeyRole::kHallmark);
  }

  bool Remember() {
    using enum AdmissionCode;
    if (Inputs().position == nullptr) return true;
    const auto loaded = Inputs().position->Load();
    if (!loaded) return !Refuse(kPositionUnreadable, loaded.error());
    Decision().position_is_new = !loaded->has_value();
    position_ = loaded->value_or(VerifiedPosition{});
    if (const LedgerPosition* ledger = position_.Of(TheHallmark().issued_into.origin)) {
      seen_ = ledger->seen;
      const HallmarkProgress* progress = ledger->Of(*Decision().payload);
      if (progress != nullptr && progress->keys == KeysDigest(Keys())) progress_ = *progress;
    }
    return true;
  }

  /// Where the leaves must begin: nothing before it can be new.
  std::uint64_t ReadFrom() const {
    std::uint64_t from = progress_ ? progress_->read_to : TheHallmark().issued_into.size;
    if (seen_) from = std::min(from, seen_->size);
    for (const merkle::Checkpoint& checkpoint : state_.proven) {
      if (!IsKnown(checkpoint)) from = std::min(from, checkpoint.size);
    }
    return from;
  }

  /// Whether an earlier admission found this checkpoint of a receipt to be a beginning of the ledger.
  bool IsKnown(const merkle::Checkpoint& checkpoint) const {
    return progress_ &&
           std::ranges::find(progress_->receipts, LedgerPrefix{checkpoint.size, checkpoint.root}) !=
               progress_->receipts.end();
  }

  bool NewestCheckpoint() {
    using enum AdmissionCode;
    Decision().read_from = ReadFrom();
    view_ = Inputs().ledger(ReadFrom());
    if (!view_.checkpoint) {
      Refuse(kCheckpointMissing, view_.checkpoint.error());
      return false;
    }
    const Result<witness::CosignedCheckpoint>& opened = state_.OpenNote(*view_.checkpoint);
    if (!opened) {
      Refuse(kCheckpointQuorum, opened.error());
      return false;
    }
    const merkle::Checkpoint& checkpoint = opened->checkpoint;
    newest_ = {checkpoint.origin, checkpoint.size, checkpoint.root};
    Decision().newest = newest_;
    Decision().seen_at = opened->cosigned_at;
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
    const std::int64_t age = Inputs().now - *seen_at;
    if (age < -kClockToleranceSeconds &&
        Refuse(kClockBehind, fmt::format("witnesses saw the checkpoint at {}, this clock says {}",
                                         FormatUtc(*seen_at), FormatUtc(Inputs().now)))) {
      return false;
    }
    return !limit || age <= *limit ||
           !Refuse(kCheckpointStale,
                   fmt::format("witnesses saw the checkpoint {} s ago, class {} allows {} s", age,
                               RiskClassName(TheHallmark().risk), *limit));
  }

  /// A ledger that was put back to before hides the leaves since.
  bool NotRolledBack() {
    using enum AdmissionCode;
    if (!seen_ || newest_.size >= seen_->size) return true;
    if (Refuse(kLedgerRolledBack, fmt::format("the newest checkpoint has {} leaves, this runtime has seen {}",
                                              newest_.size, seen_->size))) {
      return false;
    }
    Forget();
    return true;
  }

  void Forget() {
    position_ = {};
    seen_.reset();
    progress_.reset();
  }

  bool NothingRevoked() {
    using enum AdmissionCode;
    for (const merkle::Checkpoint& checkpoint : state_.proven) {
      if (checkpoint.size > newest_.size &&
          Refuse(kLedgerInconsistent, fmt::format("the newest checkpoint has {} leaves, the receipt's {}",
                                                  newest_.size, checkpoint.size))) {
        return false;
      }
    }
    if (!view_.tail) return CheckpointIsEnough();
    const Result<LedgerTail>& tail = *view_.tail;
    if (!tail) return !Refuse(kLedgerUnreadable, tail.error());
    if (const Status status = Continues(*tail); !status && Refuse(kLedgerInconsistent, status.error()))
      return false;
    HallmarkProgress progress{*Decision().payload, KeysDigest(Keys()), newest_.size, Receipts(), {}};
    progress.revoked = progress_ && progress_->revoked ? progress_->revoked : FindRevocation(*tail);
    return Conclude(progress.revoked, progress);
  }

  /// Remembers before it refuses: a revocation that was seen once must not be hidden by an older ledger.
  bool Conclude(const std::optional<FoundRevocation>& revoked,
                const std::optional<HallmarkProgress>& progress) {
    using enum AdmissionCode;
    const Status kept = Keep(progress);
    if (revoked && Refuse(kRevoked, fmt::format("revoked by leaf {}: {}", revoked->leaf, revoked->reason))) {
      return false;
    }
    return kept || !Refuse(kPositionNotKept, kept.error());
  }

  Status Keep(const std::optional<HallmarkProgress>& progress) {
    if (Inputs().position == nullptr) return {};
    const VerifiedPosition after = position_.After(newest_, progress);
    if (after == position_) return {};
    return Inputs().position->Save(after);
  }

  std::vector<LedgerPrefix> Receipts() const {
    std::vector<LedgerPrefix> receipts;
    for (const merkle::Checkpoint& checkpoint : state_.proven) {
      receipts.push_back({checkpoint.size, checkpoint.root});
    }
    std::ranges::sort(receipts);
    const auto twice = std::ranges::unique(receipts);
    receipts.erase(twice.begin(), twice.end());
    return receipts;
  }

  std::optional<FoundRevocation> FindRevocation(const LedgerTail& tail) const {
    const RevocationIndex revocations(*state_.decision.payload);
    for (std::size_t i = 0; i < tail.leaves.size(); ++i) {
      const std::uint64_t index = tail.start + i;
      if (index < TheHallmark().issued_into.size) continue;
      if (auto reason = revocations.Match(tail.leaves[i], Keys())) return FoundRevocation{index, *reason};
    }
    return std::nullopt;
  }

  /// Without the leaves: enough when none is new since the hallmark, or since they were read.
  bool CheckpointIsEnough() {
    using enum AdmissionCode;
    bool nothing_new =
        progress_ ? progress_->read_to == newest_.size : newest_.size == TheHallmark().issued_into.size + 1;
    for (const State& state : EarlierStates()) {
      nothing_new = nothing_new && state.size == newest_.size;
      if (state.size == newest_.size && state.root != newest_.root &&
          Refuse(kLedgerInconsistent, fmt::format("{} and the newest checkpoint are of one size and have "
                                                  "different roots",
                                                  state.what))) {
        return false;
      }
    }
    // How far the leaves were read is not brought forward: the state at issue was compared with nothing.
    if (nothing_new) return Conclude(progress_ ? progress_->revoked : std::nullopt, progress_);
    return !Refuse(kLedgerUnreadable,
                   fmt::format("the ledger had {} leaves at issue{} and has {}: a checkpoint alone does not "
                               "show what the others are",
                               TheHallmark().issued_into.size,
                               seen_ ? fmt::format(", {} when it was read", seen_->size) : "", newest_.size));
  }

  struct State {
    std::uint64_t size;
    Digest root;
    std::string_view what;
  };

  /// What the ledger must continue: seen before, and under receipts that are new.
  std::vector<State> EarlierStates() const {
    std::vector<State> states;
    if (seen_) states.push_back({seen_->size, seen_->root, "what this runtime has seen of the ledger"});
    for (const merkle::Checkpoint& checkpoint : state_.proven) {
      if (!IsKnown(checkpoint))
        states.push_back({checkpoint.size, checkpoint.root, "the receipt's checkpoint"});
    }
    return states;
  }

  /// That the tail is what the newest checkpoint signs, that every earlier state is its beginning, and that
  /// no leaf is left out.
  Status Continues(const LedgerTail& tail) const {
    const auto is_false = [](std::string message) {
      return Fail(ErrorCode::kVerificationFailed, std::move(message));
    };
    if (tail.size() != newest_.size) {
      return is_false(
          fmt::format("the leaves end at {}, the newest checkpoint at {}", tail.size(), newest_.size));
    }
    if (tail.start > ReadFrom()) {
      return is_false(
          fmt::format("the leaves begin at {}, those from {} on are new", tail.start, ReadFrom()));
    }
    std::vector<State> states = EarlierStates();
    states.push_back({newest_.size, newest_.root, "the newest checkpoint"});
    const LedgerState& issued = TheHallmark().issued_into;
    if (!progress_) states.push_back({issued.size, issued.root, "the ledger at issue"});
    std::vector<std::uint64_t> sizes;
    for (const State& state : states) sizes.push_back(state.size);
    CUPEL_TRY(const std::vector<Digest> roots, tail.RootsAt(sizes));
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (roots[i] != states[i].root)
        return is_false(fmt::format("{} is not a state of this ledger", states[i].what));
    }
    return {};
  }

  VerifiedPosition position_;                 ///< As it was before; empty without one.
  std::optional<LedgerState> seen_;           ///< Of this ledger.
  std::optional<HallmarkProgress> progress_;  ///< Of this hallmark and these keys.
  LedgerView view_;
  LedgerState newest_;
};

}  // namespace cupel::ledger::hallmark
