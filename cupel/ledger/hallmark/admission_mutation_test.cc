// SPDX-License-Identifier: Apache-2.0
// The mutation suite of the gate: everything it is given is changed, one thing at a time, and nothing that
// was changed is admitted. Where a change has one right reason, the code is asserted, not only the refusal.
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;

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
      bundle = evidence::Bundle::Of(evidence::SignEnvelope(
          evidence::kStatementPayloadType, Bytes(text.begin(), text.end()), world_.hallmark_key));
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
      *place.Find(json) =
          place.Name() == "/predicate/issuedInto/size" ? Json("260") : Changed(*place.Find(json));
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
  for (const std::string& text :
       {std::string(" ") + *good.bundle, *good.bundle + "\n", std::string(),
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
    if (place.Name().starts_with("/dsseEnvelope")) {
      EXPECT_THAT(code, kNotSigned) << place.Name();
    }
    if (place.Name().find("tlogEntries") != std::string::npos) {
      EXPECT_THAT(
          code, AnyOf(Eq("receipt-false"), Eq("receipt-quorum"), Eq("bundle-unreadable"), Eq("bundle-form")))
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
  two_entries.bundle = [](evidence::Bundle& bundle) {
    bundle.tlog_entries.push_back(bundle.tlog_entries[0]);
  };
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
    EXPECT_EQ(
        with([&](LedgerTail& t) { t.leaves.insert(t.leaves.begin() + static_cast<long>(i), Bytes{'y'}); }),
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

}  // namespace
}  // namespace cupel::ledger::hallmark
