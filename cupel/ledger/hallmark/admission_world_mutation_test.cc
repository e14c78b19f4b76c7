// SPDX-License-Identifier: Apache-2.0
// The second half of the mutation suite: what the gate is told about the world is changed (conditions,
// clocks, classes, witnesses, logs, the trust root), to the second and to the value where that is the limit.
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

class WorldMutation : public ::testing::Test {
 protected:
  const GateWorld world_;
};

/// The same for the receipt's witnesses and for those of the newest checkpoint.
TEST_F(WorldMutation, WitnessesCountOnceAndMustBeKnown) {
  const std::vector<std::pair<std::vector<int>, bool>> cases = {
      {{}, false},        {{0}, false},       {{1}, false},      {{0, 0}, false},
      {{2, 2, 2}, false}, {{3, 4, 5}, false}, {{0, 5}, false},   {{0, 1}, true},
      {{2, 0}, true},     {{0, 1, 2}, true},  {{5, 1, 2}, true},
  };
  for (const auto& [witnesses, enough] : cases) {
    Scenario receipt;
    receipt.receipt_witnesses = witnesses;
    EXPECT_EQ(CodeOf(world_.Make(receipt)), enough ? "admitted" : "receipt-quorum")
        << ::testing::PrintToString(witnesses);
    Scenario newest;
    newest.newest_witnesses = witnesses;
    EXPECT_EQ(CodeOf(world_.Make(newest)), enough ? "admitted" : "checkpoint-quorum")
        << ::testing::PrintToString(witnesses);
  }
}

TEST_F(WorldMutation, CheckpointsOfAnotherLogAreRefused) {
  const GateCase good = world_.Make({});
  merkle::Tree tree;
  tree.Append(merkle::LeafHash(Bytes{'x'}));
  const std::string other = "example.com/other";
  const crypto::LogKey other_key = GateWorld::LogKeyOf(77);
  const auto note = [&](const std::string& origin, const std::string& name, const crypto::LogKey& key) {
    const merkle::Checkpoint checkpoint{origin, 1, tree.Root(), {}};
    merkle::SignedNote signed_note = merkle::SignNote(checkpoint.ToText(), name, key).value();
    for (const int i : {0, 1, 2}) {
      signed_note.signatures.push_back(GateWorld::Witness(i).Sign(signed_note.text, good.now).value());
    }
    return signed_note.ToText();
  };
  GateCase bad = good;
  bad.checkpoint = note(other, other, other_key);
  EXPECT_EQ(CodeOf(bad), "checkpoint-quorum");
  bad.checkpoint = note(world_.origin, world_.origin, other_key);
  EXPECT_EQ(CodeOf(bad), "checkpoint-quorum");
  bad.checkpoint = note(other, world_.origin, world_.log_key);
  EXPECT_EQ(CodeOf(bad), "checkpoint-quorum");
  // A second log that the policy knows is still not the one that the hallmark is in.
  bad.checkpoint = note(other, other, other_key);
  bad.trust->log_policy = "log " + merkle::NoteVerifier::Create(other, other_key.Public())->ToText() + "\n" +
                          bad.trust->log_policy;
  EXPECT_EQ(CodeOf(bad), "checkpoint-quorum");
}

TEST_F(WorldMutation, EveryConditionHoldsExactly) {
  const GateCase good = world_.Make({});
  const auto with = [&](const std::function<void(RuntimeContext&)>& change) {
    GateCase bad = good;
    change(bad.context);
    return CodeOf(bad);
  };
  EXPECT_EQ(with([](RuntimeContext& c) { c.host = "gate-8"; }), "admitted");
  for (const char* text : {"", "gate-70", "gate-", "GATE-7", "gate-7 ", "gate-7,gate-8", "*"}) {
    EXPECT_EQ(with([&](RuntimeContext& c) { c.host = text; }), "host-not-allowed") << text;
    EXPECT_EQ(with([&](RuntimeContext& c) { c.purpose = text; }), "purpose-not-allowed") << text;
    EXPECT_EQ(with([&](RuntimeContext& c) { c.region = text; }), "region-not-allowed") << text;
  }
  EXPECT_EQ(with([](RuntimeContext& c) { c.guard = GuardLevel::kObserve; }), "guard-too-weak");
  EXPECT_EQ(with([](RuntimeContext& c) { c.accepted_classes.clear(); }), "class-not-accepted");
  EXPECT_EQ(with([](RuntimeContext& c) { c.accepted_classes = {RiskClass::kE3}; }), "admitted");
}

TEST_F(WorldMutation, TimeHoldsToTheSecond) {
  const std::int64_t expires = AddMonths(world_.issued_at, 6);
  const auto at = [&](std::int64_t now, std::int64_t seen_at) {
    Scenario scenario;
    scenario.now = now;
    scenario.seen_at = seen_at;
    return CodeOf(world_.Make(scenario));
  };
  EXPECT_EQ(at(world_.issued_at, world_.issued_at + 300), "admitted");
  EXPECT_EQ(at(world_.issued_at - 1, world_.issued_at), "not-yet-valid");
  EXPECT_EQ(at(expires - 1, expires - 2), "admitted");
  EXPECT_EQ(at(expires, expires - 2), "expired");
  // A clock that was put back to before the expiry is given away by what the witnesses saw.
  EXPECT_EQ(at(expires - kDay, expires + 1), "clock-behind");
  // Class E3: seven days, to the second.
  EXPECT_EQ(at(expires - 1, expires - 1 - 7 * kDay), "admitted");
  EXPECT_EQ(at(expires - 1, expires - 2 - 7 * kDay), "checkpoint-stale");
}

TEST_F(WorldMutation, EachClassHasItsOwnLimits) {
  const auto of = [&](RiskClass risk, const std::function<void(Scenario&)>& change, GuardLevel guard) {
    Scenario scenario;
    scenario.hallmark = [=](Hallmark& hallmark) { hallmark.risk = risk; };
    scenario.now = world_.issued_at + 60 * kDay;
    change(scenario);
    GateCase made = world_.Make(scenario);
    made.context.guard = guard;
    return CodeOf(made);
  };
  using enum GuardLevel;
  const auto fresh = [](Scenario&) {};
  const auto days_30 = [](Scenario& s) { s.seen_at = s.now - 30 * kDay; };
  const auto over_30 = [](Scenario& s) { s.seen_at = s.now - 30 * kDay - 1; };
  const auto unknown = [](Scenario& s) { s.quorum = "quorum none\n"; };
  EXPECT_EQ(of(RiskClass::kE2, days_30, kEnforce), "admitted");
  EXPECT_EQ(of(RiskClass::kE2, over_30, kEnforce), "checkpoint-stale");
  EXPECT_EQ(of(RiskClass::kE2, unknown, kEnforce), "checkpoint-time");
  EXPECT_EQ(of(RiskClass::kE2, fresh, kObserve), "guard-too-weak");
  for (const RiskClass risk : {RiskClass::kE0, RiskClass::kE1}) {
    EXPECT_EQ(of(risk, over_30, kObserve), "admitted");
    EXPECT_EQ(of(risk, unknown, kObserve), "admitted");
  }
  EXPECT_EQ(of(RiskClass::kE3, unknown, kFailClosed), "checkpoint-time");
}

TEST_F(WorldMutation, EveryPartOfTheTrustRootCounts) {
  const GateCase good = world_.Make({});
  const std::string policy = good.trust->log_policy;
  const auto with = [&](const GateWorld::Keys& hallmark, const GateWorld::Keys& evidence,
                        const std::string& text) {
    GateCase bad = good;
    bad.trust = GateWorld::TrustIn(hallmark, evidence, {&world_.vote_key}, text);
    return CodeOf(bad);
  };
  const auto* right = &world_.hallmark_key;
  const auto* other = &world_.evidence_key;
  const auto* stranger = &world_.stranger_key;
  EXPECT_EQ(with({right}, {other}, policy), "admitted");
  EXPECT_EQ(with({}, {other}, policy), "trust-root");
  EXPECT_EQ(with({stranger}, {other}, policy), "signature");
  EXPECT_EQ(with({other}, {right}, policy), "key-role");
  EXPECT_EQ(with({stranger, right}, {}, policy), "admitted");
  EXPECT_EQ(with({right}, {other}, ""), "trust-root");
  std::size_t start = 0;
  while (start < policy.size()) {
    const std::size_t end = policy.find('\n', start) + 1;
    EXPECT_NE(with({right}, {}, policy.substr(0, start) + policy.substr(end)), "admitted") << start;
    start = end;
  }
  EXPECT_EQ(with({right}, {}, world_.PolicyText("quorum w3\n")), "receipt-quorum");
  EXPECT_EQ(with({right}, {}, world_.PolicyText("quorum w2\n")), "admitted");
}

TEST_F(WorldMutation, EveryReasonRevokesAndOnlyHallmarkKeysCan) {
  for (const std::string_view reason : kRevocationReasons) {
    Scenario scenario;
    scenario.revoked = reason;
    const Admission admission = Admit(world_.Make(scenario).Inputs());
    EXPECT_EQ(AdmissionCodeName(admission.code), "revoked");
    EXPECT_THAT(admission.message, ::testing::HasSubstr(std::string(reason)));
    for (const auto* key : {&world_.stranger_key, &world_.evidence_key, &world_.vote_key}) {
      scenario.revoker = key;
      EXPECT_EQ(CodeOf(world_.Make(scenario)), "admitted");
    }
  }
}

TEST_F(WorldMutation, LoggingAHallmarkAgainDoesNotUndoItsRevocation) {
  Scenario scenario;
  scenario.logged_again = true;
  EXPECT_EQ(CodeOf(world_.Make(scenario)), "admitted");
  scenario.revoked = "key-compromise";
  EXPECT_EQ(CodeOf(world_.Make(scenario)), "revoked");
}

TEST_F(WorldMutation, ACheckpointAloneIsEnoughOnlyForTheLastLeaf) {
  Scenario alone;
  alone.alone = true;
  EXPECT_EQ(CodeOf(world_.Make(alone)), "admitted");
  GateCase grown = world_.Make({});
  grown.tail.reset();
  EXPECT_EQ(CodeOf(grown), "ledger-unreadable");
  alone.logged_again = true;
  EXPECT_EQ(CodeOf(world_.Make(alone)), "ledger-unreadable");
}

TEST_F(WorldMutation, AnOlderLedgerAndAForkAreRefused) {
  const GateCase good = world_.Make({});
  merkle::Tree older;
  for (std::uint64_t i = 0; i < kLeavesBefore; ++i) {
    older.Append(merkle::LeafHash(AsBytes(fmt::format("leaf {}", i))));
  }
  GateCase bad = good;
  bad.checkpoint = world_.Note(older, older.size(), {0, 1}, good.now);
  EXPECT_EQ(CodeOf(bad), "ledger-inconsistent");
  bad.tail.reset();
  EXPECT_EQ(CodeOf(bad), "ledger-inconsistent");

  merkle::Tree forked;  // another leaf 3, everything else the same, all of it honestly hashed
  for (std::uint64_t i = 0; i < 256; ++i) {
    forked.Append(i == 3 ? merkle::LeafHash(Bytes{'f'})
                         : merkle::LeafHash(AsBytes(fmt::format("leaf {}", i))));
  }
  GateCase split = good;
  (*split.tail)->left = {forked.Subtree(8, 0)};
  for (const Bytes& leaf : (*split.tail)->leaves) forked.Append(merkle::LeafHash(leaf));
  split.checkpoint = world_.Note(forked, forked.size(), {0, 1}, good.now);
  EXPECT_EQ(CodeOf(split), "ledger-inconsistent");

  Scenario alone;
  alone.alone = true;
  GateCase other_root = world_.Make(alone);
  merkle::Tree same_size = older;
  same_size.Append(merkle::LeafHash(Bytes{'z'}));
  other_root.checkpoint = world_.Note(same_size, same_size.size(), {0, 1}, good.now);
  EXPECT_EQ(CodeOf(other_root), "ledger-inconsistent");
}

}  // namespace
}  // namespace cupel::ledger::hallmark
