// SPDX-License-Identifier: Apache-2.0
// What a runtime's memory does to the gate: it reads less, it notices a ledger that was put back, and it
// never admits what would be refused without it.
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/ledger/hallmark/ledger_history_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using ::testing::HasSubstr;

class PositionInGate : public ::testing::Test {
 protected:
  PositionInGate() {
    history_.ledger.AppendMany(300, "before");
    issued_ = history_.Issue();
    history_.ledger.AppendMany(100, "after");
  }

  std::string Code(const LoggedHallmark& hallmark, std::uint64_t size) {
    return CodeOf(history_.Inputs(hallmark, size, &position_));
  }
  std::string Code() { return Code(issued_, history_.ledger.size()); }
  /// The first leaf that an admission now has to read.
  std::uint64_t ReadFrom() { return *Admit(history_.Inputs(issued_, &position_)).read_from; }

  const LedgerPosition& Kept() const { return position_.kept->ledgers[0]; }
  HallmarkProgress& KeptProgress() { return position_.kept->ledgers[0].hallmarks[0]; }

  const GateWorld world_;
  LedgerHistory history_{world_};
  MemoryPosition position_;
  LoggedHallmark issued_;
};

TEST_F(PositionInGate, TheFirstAdmissionReadsAllAndTheNextOnlyWhatIsNew) {
  const Admission first = Admit(history_.Inputs(issued_, &position_));
  ASSERT_TRUE(first.admitted()) << first.message;
  EXPECT_TRUE(first.position_is_new);
  EXPECT_EQ(first.read_from, 300u);
  EXPECT_EQ(Kept().seen, history_.ledger.StateAt(world_.origin, 401));
  EXPECT_EQ(KeptProgress().read_to, 401u);

  const Admission second = Admit(history_.Inputs(issued_, &position_));
  ASSERT_TRUE(second.admitted()) << second.message;
  EXPECT_FALSE(second.position_is_new);
  EXPECT_EQ(second.read_from, 401u);
  EXPECT_EQ(position_.saves, 1) << "nothing is new, so nothing is written";

  history_.ledger.AppendMany(50, "new");
  const Admission third = Admit(history_.Inputs(issued_, &position_));
  ASSERT_TRUE(third.admitted()) << third.message;
  EXPECT_EQ(third.read_from, 401u);
  EXPECT_EQ(KeptProgress().read_to, 451u);
  EXPECT_EQ(position_.saves, 2);
}

TEST_F(PositionInGate, AGateWithoutAPositionIsAsItWas) {
  const Admission admission = Admit(history_.Inputs(issued_, nullptr));
  EXPECT_TRUE(admission.admitted());
  EXPECT_FALSE(admission.position_is_new);
  EXPECT_EQ(admission.read_from, 300u);
}

TEST_F(PositionInGate, ARevocationIsFoundOnBothSidesOfThePosition) {
  LoggedHallmark other = history_.Issue("1");
  history_.Revoke(other, world_.hallmark_key);
  ASSERT_EQ(Code(), "admitted");
  // Revoked before this runtime ever saw that hallmark, and before its position.
  EXPECT_EQ(Code(other, history_.ledger.size()), "revoked");
  const std::uint64_t leaf = history_.Revoke(issued_, world_.hallmark_key, "superseded");
  history_.ledger.AppendMany(3, "new");
  const Admission refused = Admit(history_.Inputs(issued_, &position_));
  EXPECT_EQ(refused.code, AdmissionCode::kRevoked);
  EXPECT_EQ(refused.message, fmt::format("revoked by leaf {}: superseded", leaf));
}

TEST_F(PositionInGate, ARevocationIsRememberedAndAnOlderLedgerDoesNotHideIt) {
  ASSERT_EQ(Code(), "admitted");
  const std::uint64_t before = history_.ledger.size();
  const std::uint64_t leaf = history_.Revoke(issued_, world_.hallmark_key);
  ASSERT_EQ(Code(), "revoked");
  EXPECT_EQ(KeptProgress().revoked, (FoundRevocation{leaf, "model-defect"}));
  EXPECT_EQ(Code(issued_, before), "ledger-rolled-back");
  EXPECT_EQ(CodeOf(history_.Inputs(issued_, before, nullptr)), "admitted")
      << "that is what the position is for";
  // Nothing of it is read again, and it stays.
  history_.ledger.AppendMany(700, "new");
  EXPECT_EQ(Code(), "revoked");
  EXPECT_EQ(ReadFrom(), history_.ledger.size());
  EXPECT_EQ(Code(), "revoked");
}

TEST_F(PositionInGate, EveryShorterLedgerIsRefused) {
  ASSERT_EQ(Code(), "admitted");
  for (const std::uint64_t size : {400, 399, 384, 302, 301}) {
    const Admission refused = Admit(history_.Inputs(issued_, size, &position_));
    EXPECT_EQ(AdmissionCodeName(refused.code), "ledger-rolled-back") << size;
    EXPECT_THAT(refused.message, HasSubstr(fmt::format("has {} leaves, this runtime has seen 401", size)));
  }
  EXPECT_EQ(position_.saves, 1) << "a refusal teaches nothing";
  EXPECT_EQ(Code(), "admitted");
}

TEST_F(PositionInGate, WhatOneHallmarkSawCountsForEveryOther) {
  const LoggedHallmark other = history_.Issue("1");
  history_.ledger.AppendMany(10, "new");
  ASSERT_EQ(Code(), "admitted");
  EXPECT_EQ(Code(other, history_.ledger.size() - 1), "ledger-rolled-back");
  EXPECT_EQ(Code(other, history_.ledger.size()), "admitted");
  ASSERT_EQ(Kept().hallmarks.size(), 2u);
  history_.ledger.AppendMany(10, "newer");
  EXPECT_EQ(Code(other, history_.ledger.size()), "admitted");
  EXPECT_EQ(ReadFrom(), 412u) << "the first one was not read with the other";
}

TEST_F(PositionInGate, AForkIsRefusedWhereverItBegins) {
  ASSERT_EQ(Code(), "admitted");
  for (const std::uint64_t fork_at : {0, 255, 256, 299, 301, 390, 400}) {
    for (const std::uint64_t longer : {0, 1, 200}) {
      LedgerHistory forked(world_);
      for (std::uint64_t i = 0; i < 401 + longer; ++i) {
        const Bytes other = {'f', static_cast<std::uint8_t>(i)};
        forked.ledger.Append(i == fork_at || i >= 401 ? other : history_.ledger.Leaf(i));
      }
      AdmissionInputs inputs = history_.Inputs(issued_, &position_);
      inputs.ledger = [&](std::uint64_t from) { return forked.View(from, forked.ledger.size()); };
      EXPECT_EQ(CodeOf(inputs), "ledger-inconsistent") << fork_at << " " << longer;
    }
  }
  EXPECT_EQ(Code(), "admitted");
}

TEST_F(PositionInGate, LeavesThatAreNewCannotBeLeftOut) {
  ASSERT_EQ(Code(), "admitted");
  history_.ledger.AppendMany(5, "new");
  history_.Revoke(issued_, world_.hallmark_key);
  history_.ledger.AppendMany(5, "newer");
  // A tail that begins behind the revocation, with the right hashes on its left: it has the right root.
  for (std::uint64_t start = 402; start <= history_.ledger.size(); ++start) {
    AdmissionInputs inputs = history_.Inputs(issued_, &position_);
    inputs.ledger = [&](std::uint64_t) { return history_.View(start, history_.ledger.size()); };
    EXPECT_EQ(CodeOf(inputs), "ledger-inconsistent") << start;
  }
  // One that begins earlier than it must is only slower.
  const auto before = position_.kept;
  for (const std::uint64_t start : {0, 256, 300, 400, 401}) {
    position_.kept = before;
    AdmissionInputs inputs = history_.Inputs(issued_, &position_);
    inputs.ledger = [&](std::uint64_t) { return history_.View(start, history_.ledger.size()); };
    EXPECT_EQ(CodeOf(inputs), "revoked") << start;
  }
}

TEST_F(PositionInGate, AKeyThatIsTrustedLaterCountsForOldLeavesToo) {
  history_.Revoke(issued_, world_.stranger_key);
  ASSERT_EQ(Code(), "admitted") << "a stranger cannot revoke";
  const std::string policy = world_.PolicyText("group q 2 w1 w2 w3\nquorum q\n");
  AdmissionInputs inputs = history_.Inputs(issued_, &position_);
  inputs.trust = GateWorld::TrustIn({&world_.hallmark_key, &world_.stranger_key}, {}, {}, policy);
  EXPECT_EQ(CodeOf(inputs), "revoked");
  EXPECT_EQ(Code(), "admitted") << "nor once he is no longer trusted, as without a position";
  EXPECT_EQ(CodeOf(inputs), "revoked");
  EXPECT_EQ(CodeOf(history_.Inputs(issued_, nullptr)), "admitted");
}

TEST_F(PositionInGate, AnotherLedgersPositionIsNone) {
  position_.kept = VerifiedPosition().After({"example.com/other", 5000, GateWorld::DigestOf("x")}, {});
  const Admission admission = Admit(history_.Inputs(issued_, &position_));
  EXPECT_TRUE(admission.admitted());
  EXPECT_EQ(admission.read_from, 300u);
  ASSERT_EQ(position_.kept->ledgers.size(), 2u);
  EXPECT_EQ(position_.kept->Of("example.com/other")->seen.size, 5000u);
}

TEST_F(PositionInGate, AReceiptThatIsNewIsComparedAndThenKnown) {
  ASSERT_EQ(Code(), "admitted");
  AdmissionInputs inputs = history_.Inputs(issued_, &position_);
  inputs.receipt = history_.ReceiptAt(issued_, 350).ToText();
  const Admission first = Admit(inputs);
  EXPECT_TRUE(first.admitted()) << first.message;
  EXPECT_EQ(first.read_from, 350u);
  EXPECT_EQ(Admit(inputs).read_from, 401u);
  EXPECT_EQ(KeptProgress().receipts.size(), 2u);

  // One of a fork, under cosignatures that are all in order.
  LedgerHistory forked(world_);
  for (std::uint64_t i = 0; i < 360; ++i) {
    forked.ledger.Append(i == 340 ? Bytes{'f'} : history_.ledger.Leaf(i));
  }
  inputs.receipt = forked.ReceiptAt(issued_, 360).ToText();
  EXPECT_EQ(CodeOf(inputs), "ledger-inconsistent");
  inputs.receipt = forked.ReceiptAt(issued_, 340).ToText();  // before the fork: a true beginning
  EXPECT_EQ(CodeOf(inputs), "admitted");
}

TEST_F(PositionInGate, ACheckpointAloneIsEnoughWhileNothingIsNew) {
  AdmissionInputs alone = history_.Inputs(issued_, &position_);
  const auto checkpoint_only = [&](std::uint64_t size) {
    alone.ledger = [this, size](std::uint64_t) { return LedgerView{history_.NoteAt(size), {}}; };
    return CodeOf(alone);
  };
  EXPECT_EQ(checkpoint_only(401), "ledger-unreadable") << "there are leaves that nobody read";
  EXPECT_FALSE(position_.kept.has_value());
  ASSERT_EQ(Code(), "admitted");
  EXPECT_EQ(checkpoint_only(401), "admitted");
  EXPECT_EQ(checkpoint_only(400), "ledger-rolled-back");
  history_.ledger.AppendMany(1, "new");
  EXPECT_EQ(checkpoint_only(402), "ledger-unreadable");

  history_.Revoke(issued_, world_.hallmark_key);
  ASSERT_EQ(Code(), "revoked");
  EXPECT_EQ(checkpoint_only(403), "revoked");

  LedgerHistory forked(world_);
  forked.ledger.AppendMany(403, "forked");
  alone.ledger = [&](std::uint64_t) { return LedgerView{forked.NoteAt(403), {}}; };
  EXPECT_EQ(CodeOf(alone), "ledger-inconsistent");
}

TEST_F(PositionInGate, ACheckpointAloneBringsOnlyTheLedgerForward) {
  const LoggedHallmark last = history_.Issue("1");
  AdmissionInputs alone = history_.Inputs(last, &position_);
  alone.ledger = [this](std::uint64_t) { return LedgerView{history_.NoteAt(402), {}}; };
  EXPECT_EQ(CodeOf(alone), "admitted");
  EXPECT_EQ(Kept().seen.size, 402u);
  EXPECT_TRUE(Kept().hallmarks.empty()) << "the ledger at issue was compared with nothing";
  EXPECT_EQ(Code(issued_, 401), "ledger-rolled-back");
  // With a position that is behind, a checkpoint alone does not show that the ledger continues it.
  position_.kept = VerifiedPosition().After(history_.ledger.StateAt(world_.origin, 200), {});
  EXPECT_EQ(CodeOf(alone), "ledger-unreadable");
  EXPECT_EQ(Code(last, 402), "admitted");
  EXPECT_EQ(CodeOf(alone), "admitted");
}

TEST_F(PositionInGate, WhatCannotBeRememberedIsNotAdmitted) {
  position_.save_error = Error{ErrorCode::kResourceLimit, "the disk is full", "", ""};
  EXPECT_EQ(Code(), "position-not-kept");
  history_.Revoke(issued_, world_.hallmark_key);
  EXPECT_EQ(Code(), "revoked") << "that it cannot be remembered either is the smaller trouble";
  position_.save_error.reset();
  position_.load_error = Error{ErrorCode::kCorrupt, "broken", "", ""};
  EXPECT_EQ(Code(), "position-unreadable");
}

/// The position itself is changed, one thing at a time, by somebody who has the key that signs it, except for
/// what only such a somebody can do: to claim that leaves were read which were not.
TEST_F(PositionInGate, EveryFieldOfThePositionCounts) {
  ASSERT_EQ(Code(), "admitted");
  const VerifiedPosition good = *position_.kept;
  struct Case {
    const char* what;
    std::function<void(LedgerPosition&)> change;
    const char* code;
    std::uint64_t read_from;
  };
  const std::vector<Case> cases = {
      {"nothing", [](LedgerPosition&) {}, "admitted", 401},
      {"origin", [](LedgerPosition& l) { l.seen.origin += "x"; }, "admitted", 300},
      {"size, more", [](LedgerPosition& l) { ++l.seen.size; }, "ledger-rolled-back", 401},
      {"size, far more", [](LedgerPosition& l) { l.seen.size = ~0ull >> 1; }, "ledger-rolled-back", 401},
      {"size, less",
       [](LedgerPosition& l) {
         --l.seen.size;
         --l.hallmarks[0].read_to;
       },
       "ledger-inconsistent", 400},
      {"root", [](LedgerPosition& l) { l.seen.root.bytes[0] ^= 1; }, "ledger-inconsistent", 401},
      {"no hallmark", [](LedgerPosition& l) { l.hallmarks.clear(); }, "admitted", 300},
      {"payload", [](LedgerPosition& l) { l.hallmarks[0].payload.bytes[0] ^= 1; }, "admitted", 300},
      {"keys", [](LedgerPosition& l) { l.hallmarks[0].keys.bytes[31] ^= 1; }, "admitted", 300},
      {"readTo, less", [](LedgerPosition& l) { l.hallmarks[0].read_to = 320; }, "admitted", 320},
      {"receipts", [](LedgerPosition& l) { l.hallmarks[0].receipts.clear(); }, "admitted", 301},
      {"a receipt's root", [](LedgerPosition& l) { l.hallmarks[0].receipts[0].root.bytes[0] ^= 1; },
       "admitted", 301},
      {"a receipt's size", [](LedgerPosition& l) { ++l.hallmarks[0].receipts[0].size; }, "admitted", 301},
      {"revoked", [](LedgerPosition& l) { l.hallmarks[0].revoked = FoundRevocation{310, "unspecified"}; },
       "revoked", 401},
  };
  for (const Case& changed : cases) {
    position_.kept = good;
    changed.change(position_.kept->ledgers[0]);
    const Admission admission = Admit(history_.Inputs(issued_, &position_));
    EXPECT_EQ(AdmissionCodeName(admission.code), changed.code) << changed.what << ": " << admission.message;
    EXPECT_EQ(admission.read_from, changed.read_from) << changed.what;
  }
}

TEST_F(PositionInGate, ItIsAskedForInItsTurnAndOnce) {
  struct Counting : MemoryPosition {
    int loads = 0;
    Result<std::optional<VerifiedPosition>> Load() override {
      ++loads;
      return MemoryPosition::Load();
    }
  } counting;
  AdmissionInputs expired = history_.Inputs(issued_, &counting);
  expired.now = issued_.hallmark.expires;
  EXPECT_EQ(CodeOf(expired), "expired");
  EXPECT_EQ(counting.loads, 0);
  EXPECT_EQ(CodeOf(history_.Inputs(issued_, &counting)), "admitted");
  EXPECT_EQ(counting.loads, 1);
  EXPECT_EQ(counting.saves, 1);
  AdmissionInputs missing = history_.Inputs(issued_, &counting);
  missing.ledger = [](std::uint64_t) { return LedgerView{Fail(ErrorCode::kNotFound, "none"), {}}; };
  EXPECT_EQ(CodeOf(missing), "checkpoint-missing");
  AdmissionInputs unreadable = history_.Inputs(issued_, &counting);
  unreadable.ledger = [&](std::uint64_t) {
    return LedgerView{history_.NoteAt(401), Result<LedgerTail>(Fail(ErrorCode::kNotFound, "none"))};
  };
  EXPECT_EQ(CodeOf(unreadable), "ledger-unreadable");
  EXPECT_EQ(counting.saves, 1) << "only what was verified is remembered";
}

}  // namespace
}  // namespace cupel::ledger::hallmark
