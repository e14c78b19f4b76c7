// SPDX-License-Identifier: Apache-2.0
// The mutation suite of the gate: everything it is given is changed, one thing at a time, and nothing that was changed
// is admitted. Where a change has one right reason, the code is asserted, not only the refusal.
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;

std::string CodeOf(const GateCase& gate_case) { return std::string(AdmissionCodeName(Admit(gate_case.Inputs()).code)); }

/// The steps 2 and 3 together: the bundle is not what a hallmark key signed.
const auto kNotSigned = AnyOf(Eq("bundle-unreadable"), Eq("bundle-form"), Eq("signature"), Eq("key-role"));

/// Every place of a JSON document that holds a value of its own, as the members and indexes that lead there.
struct Place {
  std::vector<std::string> path;
  Json* Find(Json& root) const {
    Json* at = &root;
    for (const std::string& step : path) {
      at = at->IsArray() ? &at->AsArray()[static_cast<std::size_t>(std::stoi(step))] : &(*at)[step];
    }
    return at;
  }
  std::string Name() const {
    std::string name;
    for (const std::string& step : path) name += "/" + step;
    return name;
  }
};

void CollectPlaces(const Json& json, const Place& here, bool leaves, std::vector<Place>& places) {
  const bool inner = json.IsArray() || json.IsObject();
  if (!inner && leaves) places.push_back(here);
  if (inner && !leaves) places.push_back(here);
  const auto down = [&](const std::string& step, const Json& child) {
    Place place = here;
    place.path.push_back(step);
    CollectPlaces(child, place, leaves, places);
  };
  if (json.IsArray()) {
    for (std::size_t i = 0; i < json.AsArray().size(); ++i) down(std::to_string(i), json.AsArray()[i]);
  } else if (json.IsObject()) {
    for (const auto& [member, child] : json.AsObject()) down(member, child);
  }
}

std::vector<Place> LeavesOf(const Json& json) {
  std::vector<Place> places;
  CollectPlaces(json, {}, true, places);
  return places;
}

/// Another value of the same type, and of the same form where the last character has one.
Json Changed(const Json& value) {
  if (value.IsString() && !value.AsString().empty()) {
    std::string text = value.AsString();
    text.back() = text.back() == '1' ? '2' : '1';
    return text;
  }
  if (value.IsInteger()) return value.AsInteger() + 1;
  if (value.IsBool()) return !value.AsBool();
  return Json("x");
}

class Mutation : public ::testing::Test {
 protected:
  Json ValidStatement() const {
    Hallmark hallmark = world_.Valid();
    hallmark.issued_into = {world_.origin, kLeavesBefore, GateWorld::DigestOf("root of the ledger")};
    return Json::Parse(AsText(hallmark.ToStatement().value().ToPayload().value())).value();
  }

  /// The statement is changed after it was signed and logged.
  std::string CodeUnsigned(const std::function<void(Json&)>& change) const {
    Scenario scenario;
    scenario.bundle = [&](evidence::Bundle& bundle) {
      Json json = Json::Parse(AsText(bundle.envelope.payload)).value();
      change(json);
      const std::string text = json.Canonical();
      bundle.envelope.payload.assign(text.begin(), text.end());
    };
    return CodeOf(world_.Make(scenario));
  }

  /// The statement is changed, then signed by `key` and logged.
  std::string CodeSignedBy(const crypto::SigningKey& key, const std::function<void(Json&)>& change) const {
    Scenario scenario;
    scenario.statement = change;
    scenario.signer = &key;
    return CodeOf(world_.Make(scenario));
  }

  /// The statement is changed and signed anew with the hallmark key, but the ledger holds the old one.
  std::string CodeNotLogged(const std::function<void(Json&)>& change) const {
    Scenario scenario;
    scenario.bundle = [&](evidence::Bundle& bundle) {
      Json json = Json::Parse(AsText(bundle.envelope.payload)).value();
      change(json);
      const std::string text = json.Canonical();
      const auto entries = bundle.tlog_entries;
      bundle = evidence::Bundle::Of(evidence::SignEnvelope(evidence::kStatementPayloadType,
                                                           Bytes(text.begin(), text.end()), world_.hallmark_key));
      bundle.tlog_entries = entries;
    };
    return CodeOf(world_.Make(scenario));
  }

  const GateWorld world_;
};

TEST_F(Mutation, EveryFieldOfTheStatementIsUnderTheSignature) {
  const auto places = LeavesOf(ValidStatement());
  EXPECT_GT(places.size(), 40u);
  for (const Place& place : places) {
    const auto change = [&](Json& json) { *place.Find(json) = Changed(*place.Find(json)); };
    EXPECT_EQ(CodeUnsigned(change), "signature") << place.Name();
    EXPECT_EQ(CodeSignedBy(world_.stranger_key, change), "signature") << place.Name();
    EXPECT_EQ(CodeSignedBy(world_.evidence_key, change), "key-role") << place.Name();
    EXPECT_EQ(CodeSignedBy(world_.vote_key, change), "key-role") << place.Name();
    EXPECT_NE(CodeNotLogged(change), "admitted") << place.Name();
  }
}

TEST_F(Mutation, EveryMemberMustBeThereAndNoOtherMayBe) {
  Json valid = ValidStatement();
  std::vector<Place> places;
  CollectPlaces(valid, {}, false, places);
  for (const Place& place : places) {
    const Json& object = *place.Find(valid);
    if (!object.IsObject()) continue;
    const auto add = [&](Json& json) { (*place.Find(json))["zusatz"] = "1"; };
    EXPECT_EQ(CodeSignedBy(world_.hallmark_key, add), "not-a-hallmark") << place.Name();
    for (const auto& [member, value] : object.AsObject()) {
      const auto remove = [&, name = member](Json& json) { place.Find(json)->AsObject().erase(name); };
      // These may be absent: then the hallmark allows more, or follows none. A hallmark key decided so.
      const bool optional = place.Name() == "/predicate/conditions" || member == "renews";
      EXPECT_EQ(CodeSignedBy(world_.hallmark_key, remove), optional ? "admitted" : "not-a-hallmark")
          << place.Name() << "/" << member;
      EXPECT_NE(CodeUnsigned(remove), "admitted") << place.Name() << "/" << member;
    }
  }
}

TEST_F(Mutation, WhatAHallmarkKeySignsMustStillFitTheWorld) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"_type"}, "not-a-hallmark"},
      {{"predicateType"}, "not-a-hallmark"},
      {{"subject", "0", "digest", "sha256"}, "model-mismatch"},
      {{"subject", "1", "digest", "sha256"}, "model-mismatch"},
      {{"subject", "0", "name"}, "not-a-hallmark"},
      {{"predicate", "conditions", "host", "0"}, "host-not-allowed"},
      {{"predicate", "conditions", "purpose", "0"}, "purpose-not-allowed"},
      {{"predicate", "conditions", "region", "0"}, "region-not-allowed"},
      {{"predicate", "notBefore"}, "not-a-hallmark"},
      {{"predicate", "expires"}, "not-a-hallmark"},
      {{"predicate", "issuedInto", "origin"}, "receipt-quorum"},
      {{"predicate", "issuedInto", "rootHash", "sha256"}, "ledger-inconsistent"},
      {{"predicate", "issuedInto", "size"}, "ledger-inconsistent"},
      {{"predicate", "inputAttestations", "0", "what"}, "not-a-hallmark"},
      {{"predicate", "inputAttestations", "1", "verdict"}, "not-a-hallmark"},
  };
  for (const auto& [path, code] : cases) {
    const Place place{path};
    // issuedInto.size: one less than it was, so that the entry is still younger; else it is refused as older.
    const auto change = [&](Json& json) {
      *place.Find(json) = place.Name() == "/predicate/issuedInto/size" ? Json("260") : Changed(*place.Find(json));
    };
    EXPECT_EQ(CodeSignedBy(world_.hallmark_key, change), code) << place.Name();
  }
  const auto older = [](Json& json) { json["predicate"]["issuedInto"]["size"] = "262"; };
  EXPECT_EQ(CodeSignedBy(world_.hallmark_key, older), "receipt-false");
  const auto longer = [](Json& json) { json["predicate"]["expires"] = "2027-05-25T10:00:01Z"; };
  EXPECT_EQ(CodeSignedBy(world_.hallmark_key, longer), "not-a-hallmark");
  for (const char* name : {"E4", "E5", "e3", "E", ""}) {
    const auto change = [&](Json& json) { json["predicate"]["class"] = name; };
    EXPECT_EQ(CodeSignedBy(world_.hallmark_key, change), "not-a-hallmark") << name;
  }
}

TEST_F(Mutation, EveryByteOfTheBundleCounts) {
  const GateCase good = world_.Make({});
  for (std::size_t i = 0; i < good.bundle->size(); ++i) {
    GateCase bad = good;
    (*bad.bundle)[i] = static_cast<char>((*bad.bundle)[i] ^ (1 << i % 7));
    EXPECT_NE(CodeOf(bad), "admitted") << i << ": " << good.bundle->substr(i, 40);
  }
  for (const std::string& text : {std::string(" ") + *good.bundle, *good.bundle + "\n", std::string(),
                                  good.bundle->substr(0, good.bundle->size() - 1), *good.bundle + *good.bundle}) {
    GateCase bad = good;
    bad.bundle = text;
    EXPECT_THAT(CodeOf(bad), AnyOf(Eq("bundle-form"), Eq("bundle-unreadable")));
  }
}

TEST_F(Mutation, EveryFieldOfTheBundleCounts) {
  const GateCase good = world_.Make({});
  const Json json = Json::Parse(*good.bundle).value();
  for (const Place& place : LeavesOf(json)) {
    Json changed = json;
    *place.Find(changed) = Changed(*place.Find(changed));
    GateCase bad = good;
    bad.bundle = changed.Canonical() + "\n";
    const std::string code = CodeOf(bad);
    EXPECT_NE(code, "admitted") << place.Name();
    if (place.Name().starts_with("/dsseEnvelope")) EXPECT_THAT(code, kNotSigned) << place.Name();
    if (place.Name().find("tlogEntries") != std::string::npos) {
      EXPECT_THAT(code, AnyOf(Eq("receipt-false"), Eq("receipt-quorum"), Eq("bundle-unreadable"), Eq("bundle-form")))
          << place.Name();
    }
  }
}

TEST_F(Mutation, ABundleHoldsOneSignatureAndOneLogEntry) {
  Scenario twice;
  twice.bundle = [](evidence::Bundle& bundle) {
    bundle.envelope.signatures.push_back(bundle.envelope.signatures[0]);
  };
  EXPECT_EQ(CodeOf(world_.Make(twice)), "bundle-unreadable");
  Scenario two_entries;
  two_entries.bundle = [](evidence::Bundle& bundle) { bundle.tlog_entries.push_back(bundle.tlog_entries[0]); };
  EXPECT_EQ(CodeOf(world_.Make(two_entries)), "receipt-false");
  Scenario other_type;
  other_type.bundle = [&](evidence::Bundle& bundle) {
    const auto entries = bundle.tlog_entries;
    bundle = evidence::Bundle::Of(
        evidence::SignEnvelope("application/json", bundle.envelope.payload, world_.hallmark_key));
    bundle.tlog_entries = entries;
  };
  EXPECT_EQ(CodeOf(world_.Make(other_type)), "not-a-hallmark");
}

TEST_F(Mutation, EveryByteOfTheReceiptCounts) {
  const GateCase good = world_.Make({});
  const std::string text = **good.receipt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    GateCase bad = good;
    (**bad.receipt)[i] = static_cast<char>(text[i] ^ (1 << i % 7));
    EXPECT_THAT(CodeOf(bad), AnyOf(Eq("receipt-false"), Eq("receipt-quorum"))) << i;
    bad.receipt = text.substr(0, i);
    EXPECT_THAT(CodeOf(bad), AnyOf(Eq("receipt-false"), Eq("receipt-quorum"))) << i;
  }
  GateCase bad = good;
  bad.receipt = Fail(ErrorCode::kPermission, "cannot be read");
  EXPECT_EQ(CodeOf(bad), "receipt-false");
  log::Receipt more = log::Receipt::Parse(text).value();
  more.extra = {'m', 'o', 'r', 'e'};
  bad.receipt = more.ToText();
  EXPECT_EQ(CodeOf(bad), "receipt-false");
  bad.receipt.reset();  // the bundle's own entry is a receipt, too
  EXPECT_EQ(CodeOf(bad), "admitted");
}

TEST_F(Mutation, EveryByteOfTheCheckpointCounts) {
  const GateCase good = world_.Make({});
  for (std::size_t i = 0; i < good.checkpoint->size(); ++i) {
    GateCase bad = good;
    (*bad.checkpoint)[i] = static_cast<char>((*bad.checkpoint)[i] ^ (1 << i % 7));
    EXPECT_EQ(CodeOf(bad), "checkpoint-quorum") << i << ": " << good.checkpoint->substr(i, 30);
    bad.checkpoint = good.checkpoint->substr(0, i);
    EXPECT_EQ(CodeOf(bad), "checkpoint-quorum") << i;
  }
}

/// The same for the receipt's witnesses and for those of the newest checkpoint.
TEST_F(Mutation, WitnessesCountOnceAndMustBeKnown) {
  const std::vector<std::pair<std::vector<int>, bool>> cases = {
      {{}, false},     {{0}, false},       {{1}, false},      {{0, 0}, false},  {{2, 2, 2}, false}, {{3, 4, 5}, false},
      {{0, 5}, false}, {{0, 1}, true},     {{2, 0}, true},    {{0, 1, 2}, true}, {{5, 1, 2}, true},
  };
  for (const auto& [witnesses, enough] : cases) {
    Scenario receipt;
    receipt.receipt_witnesses = witnesses;
    EXPECT_EQ(CodeOf(world_.Make(receipt)), enough ? "admitted" : "receipt-quorum") << ::testing::PrintToString(witnesses);
    Scenario newest;
    newest.newest_witnesses = witnesses;
    EXPECT_EQ(CodeOf(world_.Make(newest)), enough ? "admitted" : "checkpoint-quorum")
        << ::testing::PrintToString(witnesses);
  }
}

TEST_F(Mutation, CheckpointsOfAnotherLogAreRefused) {
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
  bad.trust->log_policy =
      "log " + merkle::NoteVerifier::Create(other, other_key.Public())->ToText() + "\n" + bad.trust->log_policy;
  EXPECT_EQ(CodeOf(bad), "checkpoint-quorum");
}

TEST_F(Mutation, EveryHashAndLeafOfTheLedgerCounts) {
  const GateCase good = world_.Make({});
  const auto with = [&](const std::function<void(LedgerTail&)>& change) {
    GateCase bad = good;
    change(**bad.tail);
    return CodeOf(bad);
  };
  const LedgerTail& tail = **good.tail;
  for (std::size_t i = 0; i < tail.leaves.size(); ++i) {
    for (std::size_t byte = 0; byte < tail.leaves[i].size(); byte += 7) {
      EXPECT_EQ(with([&](LedgerTail& t) { t.leaves[i][byte] ^= 1; }), "ledger-inconsistent");
    }
    EXPECT_EQ(with([&](LedgerTail& t) { t.leaves.erase(t.leaves.begin() + static_cast<long>(i)); }),
              "ledger-inconsistent");
    EXPECT_EQ(with([&](LedgerTail& t) { t.leaves.insert(t.leaves.begin() + static_cast<long>(i), Bytes{'y'}); }),
              "ledger-inconsistent");
  }
  for (std::size_t byte = 0; byte < Digest::kSize; ++byte) {
    EXPECT_EQ(with([&](LedgerTail& t) { t.left[0].bytes[byte] ^= 0x80; }), "ledger-inconsistent");
  }
  EXPECT_EQ(with([&](LedgerTail& t) { t.left.clear(); }), "ledger-inconsistent");
  EXPECT_EQ(with([&](LedgerTail& t) { t.left.push_back(t.left[0]); }), "ledger-inconsistent");
  EXPECT_EQ(with([&](LedgerTail& t) { t.start = 0; }), "ledger-inconsistent");
  EXPECT_EQ(with([&](LedgerTail& t) { t.start = ~std::uint64_t{0}; }), "ledger-inconsistent");
  EXPECT_EQ(with([&](LedgerTail& t) { t.leaves.clear(); }), "ledger-inconsistent");
}

TEST_F(Mutation, EveryByteOfTheModelsDigestsCounts) {
  const GateCase good = world_.Make({});
  for (std::size_t byte = 0; byte < Digest::kSize; ++byte) {
    GateCase bad = good;
    bad.model->file.bytes[byte] ^= 1;
    EXPECT_EQ(CodeOf(bad), "model-mismatch");
    bad = good;
    bad.model->root.bytes[byte] ^= 1;
    EXPECT_EQ(CodeOf(bad), "model-mismatch");
  }
  GateCase exchanged = good;
  std::swap(exchanged.model->file, exchanged.model->root);
  EXPECT_EQ(CodeOf(exchanged), "model-mismatch");
  GateCase renamed = good;
  renamed.model->name = "other.onnx";  // a name identifies nothing
  EXPECT_EQ(CodeOf(renamed), "admitted");
}

TEST_F(Mutation, EveryConditionHoldsExactly) {
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

TEST_F(Mutation, TimeHoldsToTheSecond) {
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

TEST_F(Mutation, EachClassHasItsOwnLimits) {
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

TEST_F(Mutation, EveryPartOfTheTrustRootCounts) {
  const GateCase good = world_.Make({});
  const std::string policy = good.trust->log_policy;
  const auto with = [&](const GateWorld::Keys& hallmark, const GateWorld::Keys& evidence, const std::string& text) {
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

TEST_F(Mutation, EveryReasonRevokesAndOnlyHallmarkKeysCan) {
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

TEST_F(Mutation, LoggingAHallmarkAgainDoesNotUndoItsRevocation) {
  Scenario scenario;
  scenario.logged_again = true;
  EXPECT_EQ(CodeOf(world_.Make(scenario)), "admitted");
  scenario.revoked = "key-compromise";
  EXPECT_EQ(CodeOf(world_.Make(scenario)), "revoked");
}

TEST_F(Mutation, ACheckpointAloneIsEnoughOnlyForTheLastLeaf) {
  Scenario alone;
  alone.alone = true;
  EXPECT_EQ(CodeOf(world_.Make(alone)), "admitted");
  GateCase grown = world_.Make({});
  grown.tail.reset();
  EXPECT_EQ(CodeOf(grown), "ledger-unreadable");
  alone.logged_again = true;
  EXPECT_EQ(CodeOf(world_.Make(alone)), "ledger-unreadable");
}

TEST_F(Mutation, AnOlderLedgerAndAForkAreRefused) {
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
    forked.Append(i == 3 ? merkle::LeafHash(Bytes{'f'}) : merkle::LeafHash(AsBytes(fmt::format("leaf {}", i))));
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
