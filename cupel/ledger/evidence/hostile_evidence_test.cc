// SPDX-License-Identifier: Apache-2.0
// Envelopes, bundles and statements as somebody would write them who wants to be believed.
#include <functional>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::PublicKey;
using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::AllOf;
using ::testing::HasSubstr;

Statement Claim(const std::string& name = "model.onnx") {
  Statement statement;
  statement.subjects = {ResourceDescriptor::OfSha256(name, crypto::Sha256(AsBytes(name)))};
  statement.predicate_type = "https://example.com/claim/v1";
  statement.predicate["verdict"] = "pass";
  return statement;
}

class HostileEvidenceTest : public ::testing::Test {
 protected:
  HostileEvidenceTest() {
    bundle_ = Bundle::Of(SignEnvelope(kStatementPayloadType, Claim().ToPayload().value(), key_));
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
    bundle_.tlog_entries = {entry};
  }

  /// What a reader believes: everything but the hints, which choose nothing.
  bool SaysTheSame(const Bundle& other) const {
    return other.envelope.payload == bundle_.envelope.payload &&
           other.envelope.payload_type == bundle_.envelope.payload_type &&
           other.envelope.signatures[0].signature == bundle_.envelope.signatures[0].signature &&
           other.tlog_entries == bundle_.tlog_entries;
  }

  const SigningKey key_ = SigningKey::Generate().value();
  const std::vector<PublicKey> trusted_ = {key_.Public()};
  Bundle bundle_;
};

// Adding a character anywhere: unreadable, false, another log entry (which ledger/log proves hash by hash),
// or white space, or an escape that spells the same character ("\\/").
TEST_F(HostileEvidenceTest, EveryInsertedCharacterIsCaughtOrSaysTheSame) {
  const std::string good = bundle_.ToText();
  for (std::size_t i = 0; i <= good.size(); ++i) {
    for (const char c : {'=', 'A', '0', '"', ',', '}', '\\', '\0', '+', '-', ' ', '\n'}) {
      const auto parsed = Bundle::Parse(std::string(good).insert(i, 1, c));
      if (!parsed || !parsed->envelope.Verify(trusted_) || parsed->tlog_entries != bundle_.tlog_entries)
        continue;
      EXPECT_TRUE(SaysTheSame(*parsed)) << i << " " << c;
      EXPECT_TRUE(c == ' ' || c == '\n' || (c == '\\' && good[i] == '/')) << i << " " << int{c};
    }
  }
}

// Of single characters only base64's padding may be missing: the specification lets it.
TEST_F(HostileEvidenceTest, EveryRemovedCharacterIsCaughtOrSaysTheSame) {
  const std::string good = bundle_.ToText();
  for (std::size_t i = 0; i + 1 < good.size(); ++i) {
    const auto parsed = Bundle::Parse(std::string(good).erase(i, 1));
    if (!parsed || !parsed->envelope.Verify(trusted_) || parsed->tlog_entries != bundle_.tlog_entries)
      continue;
    EXPECT_TRUE(SaysTheSame(*parsed)) << i;
    EXPECT_EQ(good[i], '=') << i;
  }
}

TEST_F(HostileEvidenceTest, TheOtherAlphabetMayBeReadAndSaysTheSame) {
  std::string text = bundle_.ToText();
  const std::string payload = ToBase64(bundle_.envelope.payload);
  std::string other = payload;
  for (char& c : other) c = c == '+' ? '-' : c == '/' ? '_' : c;
  text.replace(text.find(payload), payload.size(), other);
  CUPEL_ASSERT_OK(const Bundle read, Bundle::Parse(text));
  EXPECT_TRUE(SaysTheSame(read));
}

// Type confusion: a signature over one type must not hold for bytes that are framed as another.
TEST_F(HostileEvidenceTest, NoOtherDivisionOfTheSignedBytesVerifies) {
  const Bytes signed_bytes =
      PreAuthenticationEncoding(bundle_.envelope.payload_type, bundle_.envelope.payload);
  const std::string text(AsText(signed_bytes));
  int tried = 0;
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    Envelope forged = bundle_.envelope;
    forged.payload_type = text.substr(0, cut);
    forged.payload.assign(text.begin() + static_cast<std::ptrdiff_t>(cut), text.end());
    EXPECT_THAT(forged.Verify(trusted_), HasError(ErrorCode::kVerificationFailed));
    ++tried;
  }
  EXPECT_GT(tried, 100);
}

TEST_F(HostileEvidenceTest, ASignatureOfAnotherEnvelopeDoesNotHold) {
  const Envelope other = SignEnvelope(kStatementPayloadType, Claim("other.onnx").ToPayload().value(), key_);
  Envelope forged = bundle_.envelope;
  forged.signatures = other.signatures;
  EXPECT_THAT(forged.Verify(trusted_), HasError(ErrorCode::kVerificationFailed));
  // Beside the true one it does no harm, and counts for nothing.
  forged.signatures.push_back(bundle_.envelope.signatures[0]);
  EXPECT_THAT(forged.Verify(trusted_), IsOkAndHolds(trusted_));
  EXPECT_THAT(forged.Verify(trusted_, 2), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(HostileEvidenceTest, MalformedSignaturesAreFalseAndDoNotStopTheTrueOne) {
  for (const Bytes& der : {Bytes{}, Bytes{0x30}, Bytes(1000, 0x30), Bytes(72, 0xff)}) {
    Envelope envelope = bundle_.envelope;
    envelope.signatures.insert(envelope.signatures.begin(), {"", {der}});
    EXPECT_THAT(envelope.Verify(trusted_), IsOkAndHolds(trusted_));
    envelope.signatures.pop_back();
    EXPECT_THAT(envelope.Verify(trusted_), HasError(ErrorCode::kVerificationFailed));
  }
}

TEST_F(HostileEvidenceTest, SignsAndVerifiesPayloadsOfEverySize) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{9}, std::size_t{10}, std::size_t{99}, std::size_t{100},
        std::size_t{65535}, std::size_t{1} << 20}) {
    const Envelope envelope = SignEnvelope("t", Bytes(size, 0), key_);
    EXPECT_THAT(envelope.Verify(trusted_), IsOkAndHolds(trusted_)) << size;
    Envelope shorter = envelope;
    shorter.payload.push_back(0);
    EXPECT_THAT(shorter.Verify(trusted_), HasError(ErrorCode::kVerificationFailed)) << size;
  }
}

// ---- Statements ----

TEST_F(HostileEvidenceTest, AStatementWithLargeNumbersCanBeReadAndPrinted) {
  const std::string text =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha512":"00"}}],)"
      R"("predicateType":"p","predicate":{"n":9223372036854775807,"m":18446744073709551616}})";
  CUPEL_ASSERT_OK(const Statement statement, Statement::Parse(AsBytes(text)));
  CUPEL_ASSERT_OK(const Bytes payload, statement.ToPayload());
  EXPECT_THAT(std::string(AsText(payload)),
              HasSubstr(R"({"m":18446744073709552000,"n":9223372036854776000})"));
}

TEST_F(HostileEvidenceTest, AStatementMayNotSayAThingTwice) {
  const std::string twice = R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":")" +
                            std::string(64, 'a') + R"(","sha256":")" + std::string(64, 'b') +
                            R"("}}],"predicateType":"p","predicate":{}})";
  EXPECT_THAT(Statement::Parse(AsBytes(twice)), HasError(ErrorCode::kCorrupt, HasSubstr("twice")));
}

TEST_F(HostileEvidenceTest, EveryTruncatedStatementIsRefused) {
  const std::string text(AsText(Claim().ToPayload().value()));
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_THAT(Statement::Parse(AsBytes(text.substr(0, size))), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST_F(HostileEvidenceTest, EveryChangedByteOfAStatementIsRefusedOrSaysSomethingElse) {
  const Statement claim = Claim();
  const std::string text(AsText(claim.ToPayload().value()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'a', 'Z', '0', '"', ' ', '{', ']', '\\', '\0', '\x7f', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      const auto parsed = Statement::Parse(AsBytes(changed));
      if (!parsed || changed == text) continue;
      EXPECT_TRUE(*parsed != claim || c == ' ') << changed;
    }
  }
}

TEST_F(HostileEvidenceTest, NestingIsLimited) {
  const std::string deep =
      R"({"_type":"https://in-toto.io/Statement/v1","predicate":)" + std::string(100000, '[');
  EXPECT_THAT(Statement::Parse(AsBytes(deep)), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(Bundle::Parse("{\"a\":" + std::string(100000, '[')), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(Envelope::Parse("{\"a\":" + std::string(100000, '{')), ::testing::Not(IsOk()));
}

TEST_F(HostileEvidenceTest, DigestsHaveOneSpelling) {
  for (const std::string& hex :
       {std::string(), std::string("a"), std::string("abc"), std::string("AB"), std::string("0x12"),
        std::string("ab "), std::string("g0"), std::string("ab\n")}) {
    Json json = ResourceDescriptor::OfSha256("m", Digest{}).ToJson();
    json["digest"]["sha512"] = hex;
    EXPECT_THAT(ResourceDescriptor::FromJson(json), HasError(ErrorCode::kCorrupt, HasSubstr("sha512")))
        << hex;
  }
  for (const std::size_t size : {62u, 66u, 128u}) {
    Json json;
    json["digest"]["sha256"] = std::string(size, 'a');
    EXPECT_THAT(ResourceDescriptor::FromJson(json), HasError(ErrorCode::kCorrupt, HasSubstr("64")));
  }
}

// ---- Reading members ----

TEST(JsonField, NamesTheMemberThatIsMissingOrMistyped) {
  const Json json =
      Json::Object{{"n", 1}, {"s", "x"}, {"o", Json::Object{}}, {"a", Json::Array{}}, {"z", Json()}};
  EXPECT_THAT(TextField(json, "s"), IsOkAndHolds("x"));
  for (const char* member : {"n", "o", "a", "z", "absent"}) {
    EXPECT_THAT(TextField(json, member),
                HasError(ErrorCode::kCorrupt, HasSubstr(std::string("\"") + member + "\"")));
    EXPECT_THAT(BytesField(json, member), HasError(ErrorCode::kCorrupt, HasSubstr(member)));
    EXPECT_THAT(DigestField(json, member), HasError(ErrorCode::kCorrupt, HasSubstr(member)));
    EXPECT_THAT(DecimalField(json, member), HasError(ErrorCode::kCorrupt, HasSubstr(member)));
  }
  EXPECT_THAT(ObjectField(json, "o"), IsOk());
  EXPECT_THAT(ObjectField(json, "a"), HasError(ErrorCode::kCorrupt, HasSubstr("\"a\"")));
  EXPECT_THAT(ArrayField(json, "a"), IsOk());
  EXPECT_THAT(ArrayField(json, "absent"), HasError(ErrorCode::kCorrupt, HasSubstr("\"absent\"")));
  EXPECT_THAT(TextField(Json("no object"), "s"), HasError(ErrorCode::kCorrupt));
}

TEST(JsonField, OptionalTextMayBeAbsentOrNullButNotAnotherType) {
  const Json json = Json::Object{{"n", 1}, {"s", "x"}, {"z", Json()}};
  EXPECT_THAT(OptionalTextField(json, "s"), IsOkAndHolds("x"));
  EXPECT_THAT(OptionalTextField(json, "z"), IsOkAndHolds(""));
  EXPECT_THAT(OptionalTextField(json, "absent"), IsOkAndHolds(""));
  EXPECT_THAT(OptionalTextField(json, "n"), HasError(ErrorCode::kCorrupt, HasSubstr("\"n\"")));
}

TEST(JsonField, DecimalsHaveOneSpelling) {
  for (const auto& [text, value] : {std::pair("0", 0ull), std::pair("7", 7ull),
                                    std::pair("9223372036854775807", 9223372036854775807ull)}) {
    EXPECT_THAT(DecimalField(Json::Object{{"d", text}}, "d"), IsOkAndHolds(value));
  }
  for (const char* text : {"", "-1", "-0", "+1", "01", "00", " 1", "1 ", "1.0", "1e3", "0x1",
                           "9223372036854775808", "99999999999999999999"}) {
    EXPECT_THAT(DecimalField(Json::Object{{"d", text}}, "d"),
                HasError(ErrorCode::kCorrupt, HasSubstr("\"d\"")))
        << text;
  }
  EXPECT_THAT(DecimalField(Json::Object{{"d", 1}}, "d"), HasError(ErrorCode::kCorrupt));
}

TEST(JsonField, DigestsAreBase64Of32Bytes) {
  const Digest digest{{1, 2, 3}};
  EXPECT_THAT(DigestField(Json::Object{{"d", ToBase64(digest.bytes)}}, "d"), IsOkAndHolds(digest));
  for (const std::string& text : {std::string(), std::string("AAAA"), ToBase64(Bytes(31)),
                                  ToBase64(Bytes(33)), digest.Hex() + "!", ToBase64(digest.bytes) + "="}) {
    EXPECT_THAT(DigestField(Json::Object{{"d", text}}, "d"),
                HasError(ErrorCode::kCorrupt, HasSubstr("\"d\"")))
        << text;
  }
}

TEST(JsonField, ExpectsATextAndSaysBoth) {
  EXPECT_THAT(ExpectTextField(Json::Object{{"t", "a"}}, "t", "a"), IsOk());
  EXPECT_THAT(ExpectTextField(Json::Object{{"t", "b"}}, "t", "a"),
              HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("\"a\""), HasSubstr("\"b\""))));
  EXPECT_THAT(ExpectTextField(Json::Object{}, "t", ""), HasError(ErrorCode::kCorrupt));
}

TEST(JsonField, KnowsItsMembersAndNamesTheNearest) {
  EXPECT_THAT(OnlyMembers(Json::Object{{"keyid", ""}}, {"keyid", "sig"}), IsOk());
  EXPECT_THAT(OnlyMembers(Json::Object{}, {}), IsOk());
  EXPECT_THAT(OnlyMembers(Json::Object{{"keyId", ""}}, {"keyid", "sig"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"keyid\"")));
  EXPECT_THAT(OnlyMembers(Json::Object{{"zzz", ""}}, {"keyid", "sig"}),
              HasError(ErrorCode::kCorrupt, HasSubstr("known: keyid, sig")));
  for (const Json& other : {Json(), Json(1), Json("x"), Json(Json::Array{})}) {
    EXPECT_THAT(OnlyMembers(other, {"a"}), HasError(ErrorCode::kCorrupt, HasSubstr("object")));
  }
}

}  // namespace
}  // namespace cupel::ledger::evidence
