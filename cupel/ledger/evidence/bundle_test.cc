// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/bundle.h"

#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::PublicKey;
using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class BundleTest : public ::testing::Test {
 protected:
  BundleTest() {
    const std::string payload = "{\"x\":1}";
    bundle_ = Bundle::Of(SignEnvelope("application/example", Bytes(payload.begin(), payload.end()), key_));
    TlogEntry entry;
    entry.log_index = 5;
    entry.log_id = Bytes(32, 9);
    entry.kind = "dsse";
    entry.version = "0.0.2";
    entry.tree_size = 11;
    entry.root = Digest{{1, 2, 3}};
    entry.path = {Digest{{4}}, Digest{{5}}};
    entry.checkpoint = "origin\n11\nroot\n\n\xE2\x80\x94 origin sig\n";
    entry.body = {'{', '}'};
    logged_ = bundle_;
    logged_.tlog_entries = {entry};
  }

  Json ToJson(const Bundle& bundle) const { return Json::Parse(bundle.ToText()).value(); }

  const SigningKey key_ = SigningKey::Generate().value();
  const std::vector<PublicKey> trusted_ = {key_.Public()};
  Bundle bundle_;
  Bundle logged_;
};

TEST_F(BundleTest, SurvivesItsText) {
  EXPECT_THAT(Bundle::Parse(bundle_.ToText()), IsOkAndHolds(bundle_));
  EXPECT_THAT(Bundle::Parse(logged_.ToText()), IsOkAndHolds(logged_));
  EXPECT_EQ(bundle_.key_hint, key_.Public().Id());
}

TEST_F(BundleTest, HasTheMembersOfTheSpecification) {
  const Json json = ToJson(logged_);
  EXPECT_EQ(json["mediaType"], Json("application/vnd.dev.sigstore.bundle.v0.3+json"));
  EXPECT_EQ(json["verificationMaterial"]["publicKey"]["hint"], Json(key_.Public().Id()));
  const Json& entry = json["verificationMaterial"]["tlogEntries"].AsArray()[0];
  EXPECT_EQ(entry["logIndex"], Json("5"));  // int64 values are strings in protobuf's JSON
  EXPECT_EQ(entry["logId"]["keyId"], Json(ToBase64(Bytes(32, 9))));
  EXPECT_EQ(entry["kindVersion"]["version"], Json("0.0.2"));
  EXPECT_EQ(entry["integratedTime"], Json("0"));
  EXPECT_EQ(entry["inclusionProof"]["treeSize"], Json("11"));
  EXPECT_EQ(entry["inclusionProof"]["hashes"].AsArray().size(), 2u);
  EXPECT_EQ(entry["canonicalizedBody"], Json("e30="));
  EXPECT_EQ(json["dsseEnvelope"], bundle_.envelope.ToJson());
}

TEST_F(BundleTest, EveryFlippedBitIsCaught) {
  for (const Bundle& bundle : {bundle_, logged_}) {
    const std::string good = bundle.ToText();
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
      const auto parsed = Bundle::Parse(bad);
      if (!parsed) continue;
      // What still parses is either the very same value (the newline at the end became another white space),
      // has a false signature, or differs in the log entry, which ledger/log verifies hash by hash.
      EXPECT_TRUE(*parsed == bundle || !parsed->envelope.Verify(trusted_) ||
                  parsed->tlog_entries != bundle.tlog_entries)
          << bad;
    }
  }
}

TEST_F(BundleTest, RejectsEveryTruncation) {
  const std::string good = logged_.ToText();
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    EXPECT_FALSE(Bundle::Parse(good.substr(0, size)).has_value()) << size;
  }
}

TEST_F(BundleTest, HoldsExactlyOneSignature) {
  Json json = ToJson(bundle_);
  json["dsseEnvelope"]["signatures"].Append(json["dsseEnvelope"]["signatures"].AsArray()[0]);
  EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kCorrupt, HasSubstr("exactly one")));
}

TEST_F(BundleTest, HintAndKeyIdMustBeEqualWhenBothAreThere) {
  Json json = ToJson(bundle_);
  json["verificationMaterial"]["publicKey"]["hint"] = "another";
  EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kCorrupt, HasSubstr("hint")));
  json["dsseEnvelope"]["signatures"].AsArray()[0]["keyid"] = Json();
  EXPECT_THAT(Bundle::Parse(json.Canonical()), IsOk());
}

TEST_F(BundleTest, SaysUnsupportedForOtherKindsOfBundle) {
  Json json = ToJson(bundle_);
  json["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1";
  EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kUnsupported, HasSubstr("mediaType")));
  for (const char* member : {"certificate", "x509CertificateChain"}) {
    json = ToJson(bundle_);
    json["verificationMaterial"][member] = Json::Object{};
    EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kUnsupported, HasSubstr(member)));
  }
  json = ToJson(bundle_);
  json["messageSignature"] = Json::Object{};
  EXPECT_THAT(Bundle::Parse(json.Canonical()),
              HasError(ErrorCode::kUnsupported, HasSubstr("messageSignature")));
  json = ToJson(logged_);
  json["verificationMaterial"]["tlogEntries"].AsArray()[0]["inclusionPromise"] = Json::Object{};
  EXPECT_THAT(Bundle::Parse(json.Canonical()),
              HasError(ErrorCode::kUnsupported, HasSubstr("inclusionPromise")));
}

TEST_F(BundleTest, CarriesTimestampsUnderSigstoresNames) {
  Bundle stamped = logged_;
  stamped.timestamps = {{1, 2, 3}, {4}};
  EXPECT_THAT(Bundle::Parse(stamped.ToText()), IsOkAndHolds(stamped));
  const Json json = ToJson(stamped);
  const Json& list = json["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
  ASSERT_EQ(list.AsArray().size(), 2u);
  EXPECT_EQ(list.AsArray()[0]["signedTimestamp"], Json("AQID"));
  EXPECT_EQ(ToJson(logged_)["verificationMaterial"].Find("timestampVerificationData"), nullptr);
}

TEST_F(BundleTest, TimestampsHaveOneForm) {
  for (const char* data : {R"({})", R"({"rfc3161Timestamps":[]})", R"({"rfc3161Timestamps":[{}]})",
                           R"({"rfc3161Timestamps":[{"signedTimestamp":"AQ=="}],"more":1})",
                           R"({"rfc3161Timestamps":[{"signedTimestamp":"AQ==","more":1}]})",
                           R"({"rfc3161Timestamps":[{"signedTimestamp":7}]})", R"([])"}) {
    Json json = ToJson(bundle_);
    json["verificationMaterial"]["timestampVerificationData"] = Json::Parse(data).value();
    EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kCorrupt)) << data;
  }
}

TEST_F(BundleTest, TimestampsAreOverTheSignature) {
  const crypto::TimeStamperForTest stamper;
  const auto authority = crypto::TimestampAuthority::FromPem(stamper.CertificatePem());
  ASSERT_THAT(authority, IsOk());
  const Bytes& signature = bundle_.envelope.signatures[0].signature.der;
  EXPECT_THAT(VerifyTimestamps(bundle_, *authority), IsOkAndHolds(std::vector<std::int64_t>{}));

  bundle_.timestamps = {stamper.Stamp(signature, 1'760'000'000), stamper.Stamp(signature, 1'770'000'000)};
  EXPECT_THAT(VerifyTimestamps(bundle_, *authority),
              IsOkAndHolds(std::vector<std::int64_t>{1'760'000'000, 1'770'000'000}));

  bundle_.timestamps.push_back(stamper.Stamp(bundle_.envelope.payload, 1'760'000'000));
  EXPECT_THAT(VerifyTimestamps(bundle_, *authority),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("over other bytes")))
      << "of the payload, not of the signature";
}

TEST_F(BundleTest, RefusesUnknownMembersEverywhereAndNamesTheNearest) {
  const std::vector<std::vector<std::string>> places = {
      {}, {"verificationMaterial"}, {"verificationMaterial", "publicKey"}, {"dsseEnvelope"}};
  for (const auto& place : places) {
    Json json = ToJson(bundle_);
    Json* object = &json;
    for (const auto& member : place) object = &(*object)[member];
    (*object)["zusatz"] = 1;
    EXPECT_THAT(Bundle::Parse(json.Canonical()), HasError(ErrorCode::kCorrupt, HasSubstr("zusatz")));
  }
  Json json = ToJson(bundle_);
  json["dsseEnvelop"] = 1;
  EXPECT_THAT(Bundle::Parse(json.Canonical()),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"dsseEnvelope\"")));
}

TEST_F(BundleTest, NamesTheLogEntryThatIsWrong) {
  const auto with = [&](const std::function<void(Json&)>& change) {
    Json json = ToJson(logged_);
    change(json["verificationMaterial"]["tlogEntries"].AsArray()[0]);
    return json.Canonical();
  };
  const std::vector<std::pair<std::function<void(Json&)>, const char*>> cases = {
      {[](Json& e) { e["logIndex"] = 5; }, "logIndex"},
      {[](Json& e) { e["logIndex"] = "05"; }, "logIndex"},
      {[](Json& e) { e["logIndex"] = "-5"; }, "logIndex"},
      {[](Json& e) { e["logIndex"] = "6"; }, "two different"},
      {[](Json& e) { e["logId"]["keyId"] = "?"; }, "keyId"},
      {[](Json& e) { e["kindVersion"]["kind"] = 1; }, "kind"},
      {[](Json& e) { e["integratedTime"] = "x"; }, "integratedTime"},
      {[](Json& e) { e["inclusionProof"] = Json(); }, "inclusionProof"},
      {[](Json& e) { e["inclusionProof"]["rootHash"] = "AAAA"; }, "rootHash"},
      {[](Json& e) { e["inclusionProof"]["treeSize"] = "9223372036854775808"; }, "treeSize"},
      {[](Json& e) { e["inclusionProof"]["hashes"].Append(1); }, "hashes"},
      {[](Json& e) { e["inclusionProof"]["hashes"].Append("AAAA"); }, "32 bytes"},
      {[](Json& e) { e["inclusionProof"]["checkpoint"]["envelope"] = Json(); }, "envelope"},
      {[](Json& e) { e["canonicalizedBody"] = Json(); }, "canonicalizedBody"},
  };
  for (const auto& [change, named] : cases) {
    EXPECT_THAT(
        Bundle::Parse(with(change)),
        HasError(ErrorCode::kCorrupt, ::testing::AllOf(HasSubstr(named), HasSubstr("tlogEntries[0]"))));
  }
}

}  // namespace
}  // namespace cupel::ledger::evidence
