// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/leaf.h"

#include "cupel/base/json.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

class LeafTest : public ::testing::Test {
 protected:
  const crypto::SigningKey key_ = crypto::SigningKey::Generate().value();
  const evidence::Envelope envelope_ = evidence::SignEnvelope("t", {'{', '}'}, key_);
  const Leaf leaf_ = Leaf::Of(envelope_, key_.Public());
};

TEST_F(LeafTest, HasTheFieldsOfRekorV2) {
  const Bytes body = leaf_.ToBody();
  CUPEL_ASSERT_OK(const Json json, Json::Parse(AsText(body)));
  EXPECT_EQ(json["kind"], Json("dsse"));
  EXPECT_EQ(json["apiVersion"], Json("0.0.2"));
  const Json& spec = json["spec"]["dsseV002"];
  EXPECT_EQ(spec["payloadHash"]["algorithm"], Json("SHA2_256"));
  // SHA-256 of "{}".
  EXPECT_EQ(
      spec["payloadHash"]["digest"],
      Json(ToBase64(FromHex("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a").value())));
  const Json& signature = spec["signatures"].AsArray()[0];
  EXPECT_EQ(signature["content"], Json(ToBase64(envelope_.signatures[0].signature.der)));
  EXPECT_EQ(signature["verifier"]["keyDetails"], Json("PKIX_ECDSA_P256_SHA_256"));
  EXPECT_EQ(signature["verifier"]["publicKey"]["rawBytes"], Json(ToBase64(key_.Public().Der())));
  EXPECT_EQ(json.Canonical(), AsText(body));
  EXPECT_LT(body.size(), 1000u);
}

TEST_F(LeafTest, SurvivesItsBody) { EXPECT_THAT(Leaf::Parse(leaf_.ToBody()), IsOkAndHolds(leaf_)); }

TEST_F(LeafTest, HasOneForm) {
  const Bytes body = leaf_.ToBody();
  const std::string indented = Json::Parse(AsText(body))->Indented();
  EXPECT_THAT(Leaf::Parse(AsBytes(indented)), HasError(ErrorCode::kCorrupt, HasSubstr("canonical")));
  Json extended = Json::Parse(AsText(body)).value();
  extended["extra"] = 1;
  EXPECT_THAT(Leaf::Parse(AsBytes(extended.Canonical())),
              HasError(ErrorCode::kCorrupt, HasSubstr("canonical")));
}

TEST_F(LeafTest, EveryFlippedBitIsCaught) {
  const Bytes body = leaf_.ToBody();
  for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
    Bytes bad = body;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
    const auto leaf = Leaf::Parse(bad);
    EXPECT_TRUE(!leaf || !leaf->Matches(envelope_)) << AsText(bad);
  }
}

TEST_F(LeafTest, MatchesItsOwnEnvelopeOnly) {
  EXPECT_THAT(leaf_.Matches(envelope_), IsOk());
  EXPECT_THAT(leaf_.Matches(evidence::SignEnvelope("t", {'['}, key_)),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("payload")));
  EXPECT_THAT(leaf_.Matches(evidence::SignEnvelope("t", {'{', '}'}, key_)),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("signature")));
  evidence::Envelope other = envelope_;
  other.payload_type = "u";
  EXPECT_THAT(leaf_.Matches(other), HasError(ErrorCode::kVerificationFailed));
  const auto stranger = crypto::SigningKey::Generate().value();
  EXPECT_THAT(Leaf::Of(envelope_, stranger.Public()).Matches(envelope_),
              HasError(ErrorCode::kVerificationFailed));
}

TEST_F(LeafTest, SaysUnsupportedForOtherKinds) {
  const Bytes body = leaf_.ToBody();
  Json json = Json::Parse(AsText(body)).value();
  json["kind"] = "hashedrekord";
  EXPECT_THAT(Leaf::Parse(AsBytes(json.Canonical())),
              HasError(ErrorCode::kUnsupported, HasSubstr("hashedrekord")));
}

TEST_F(LeafTest, ClaimsThePayloadThatParsingFinds) {
  for (int i = 0; i < 50; ++i) {
    const auto envelope = evidence::SignEnvelope("t", {'{', static_cast<std::uint8_t>(i), '}'}, key_);
    const Bytes body = Leaf::Of(envelope, key_.Public()).ToBody();
    EXPECT_EQ(ClaimedPayload(body), ToBase64(Leaf::Parse(body)->payload.bytes));
  }
}

/// Whatever parsing accepts has the claim in its place: nothing that is a leaf can be overlooked.
TEST_F(LeafTest, NoBodyThatParsesIsWithoutItsClaim) {
  const Bytes body = leaf_.ToBody();
  const std::string claim(ClaimedPayload(body));
  const auto check = [](const Bytes& bad) {
    const auto leaf = Leaf::Parse(bad);
    if (!leaf) return;
    EXPECT_EQ(ClaimedPayload(bad), ToBase64(leaf->payload.bytes)) << AsText(bad);
  };
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const char c : {'A', 'a', '0', '"', ' ', '=', '\\', '{'}) {
      Bytes bad = body;
      bad[i] = static_cast<std::uint8_t>(c);
      check(bad);
      bad = body;
      bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(i), static_cast<std::uint8_t>(c));
      check(bad);
    }
    Bytes bad = body;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(i));
    check(bad);
    EXPECT_EQ(ClaimedPayload(BytesView(body).first(i)).empty(), i < 148) << i;
  }
  // The members in another order, an escape for a letter: other forms, which are no leaves.
  std::string text(AsText(body));
  text.replace(text.find("dsse"), 1, "\\u0064");
  EXPECT_FALSE(Leaf::Parse(AsBytes(text)).has_value());
  EXPECT_EQ(ClaimedPayload(AsBytes(text)), "");
}

}  // namespace
}  // namespace cupel::ledger::log
