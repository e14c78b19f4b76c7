// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/envelope.h"

#include <sys/wait.h>

#include <cstdlib>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::PublicKey;
using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

// The test vector of the DSSE specification (protocol.md): type, body, key as X and Y, signature as r || s.
constexpr std::string_view kType = "http://example.com/HelloWorld";
constexpr std::string_view kSpki = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
constexpr std::string_view kX = "67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238";
constexpr std::string_view kY = "0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74";
constexpr std::string_view kFixedSignature =
    "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==";

PublicKey PublishedKey() {
  return PublicKey::FromDer(FromHex(std::string(kSpki) + std::string(kX) + std::string(kY)).value()).value();
}

Bytes ToBytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

/// Runs the OpenSSL command line; its exit code.
int Openssl(const std::string& arguments) {
  const int status = std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class EnvelopeTest : public ::testing::Test {
 protected:
  const SigningKey key_ = SigningKey::Generate().value();
  const std::vector<PublicKey> trusted_ = {key_.Public()};
  const Envelope envelope_ = SignEnvelope("application/example", ToBytes("{\"x\":1}"), key_);
};

TEST(PreAuthenticationEncoding, GivesThePublishedBytes) {
  EXPECT_EQ(AsText(PreAuthenticationEncoding(kType, AsBytes("hello world"))),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(AsText(PreAuthenticationEncoding("", {})), "DSSEv1 0  0 ");
}

TEST(PreAuthenticationEncoding, CountsBytesSoThatNoTwoInputsCollide) {
  EXPECT_EQ(AsText(PreAuthenticationEncoding("\xE9\x87\x91", AsBytes("\n"))), "DSSEv1 3 \xE9\x87\x91 1 \n");
  EXPECT_NE(PreAuthenticationEncoding("a 1 b", AsBytes("c")),
            PreAuthenticationEncoding("a", AsBytes("b 1 c")));
}

TEST(Envelope, VerifiesThePublishedSignature) {
  CUPEL_ASSERT_OK(const auto signature, crypto::Signature::FromFixed(FromBase64(kFixedSignature).value()));
  const Envelope envelope{std::string(kType), ToBytes("hello world"), {{"", signature}}};
  const std::vector<PublicKey> trusted = {PublishedKey()};
  EXPECT_THAT(envelope.Verify(trusted), IsOkAndHolds(trusted));
  Envelope changed = envelope;
  changed.payload.back() = 'D';
  EXPECT_THAT(changed.Verify(trusted), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(EnvelopeTest, SurvivesItsText) {
  const std::string text = envelope_.ToText();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  CUPEL_ASSERT_OK(const Envelope again, Envelope::Parse(text));
  EXPECT_EQ(again, envelope_);
  EXPECT_THAT(again.Verify(trusted_), IsOkAndHolds(trusted_));
  EXPECT_EQ(envelope_.signatures[0].key_id, key_.Public().Id());
}

TEST_F(EnvelopeTest, IsVerifiedByTheOpensslCommandLine) {
  if (Openssl("version") != 0) GTEST_SKIP() << "no openssl command on this machine";
  const ScratchFolder folder;
  const Bytes encoding = PreAuthenticationEncoding(envelope_.payload_type, envelope_.payload);
  ASSERT_THAT(WriteFileAtomic(folder / "pae", encoding), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "sig", envelope_.signatures[0].signature.der), IsOk());
  ASSERT_THAT(crypto::SavePublicKey(folder / "pub.pem", key_.Public()), IsOk());
  const std::string in = folder.path().string();
  const std::string command =
      "dgst -sha256 -verify " + in + "/pub.pem -signature " + in + "/sig " + in + "/pae";
  EXPECT_EQ(Openssl(command), 0);
  ASSERT_THAT(WriteFileAtomic(folder / "pae", std::string_view("DSSEv1 0  0 ")), IsOk());
  EXPECT_NE(Openssl(command), 0);
}

TEST_F(EnvelopeTest, VerifiesWhatTheOpensslCommandLineSigned) {
  if (Openssl("version") != 0) GTEST_SKIP() << "no openssl command on this machine";
  const ScratchFolder folder;
  const std::string in = folder.path().string();
  ASSERT_EQ(Openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + in + "/key.pem"), 0);
  ASSERT_EQ(Openssl("pkey -in " + in + "/key.pem -pubout -out " + in + "/pub.pem"), 0);
  ASSERT_THAT(WriteFileAtomic(folder / "pae", PreAuthenticationEncoding("t", AsBytes("made elsewhere"))),
              IsOk());
  ASSERT_EQ(Openssl("dgst -sha256 -sign " + in + "/key.pem -out " + in + "/sig " + in + "/pae"), 0);
  CUPEL_ASSERT_OK(const PublicKey key, crypto::LoadPublicKey(folder / "pub.pem"));
  CUPEL_ASSERT_OK(const Bytes der, ReadFile(folder / "sig"));
  const Envelope envelope{"t", ToBytes("made elsewhere"), {{"", {der}}}};
  EXPECT_THAT(envelope.Verify(std::vector{key}), IsOk());
}

TEST_F(EnvelopeTest, ReadsBothBase64Alphabets) {
  const Envelope envelope = SignEnvelope("t", Bytes{0xfb, 0xff, 0xbe}, key_);
  Json json = envelope.ToJson();
  EXPECT_EQ(json["payload"], Json("+/++"));
  json["payload"] = "-_--";
  EXPECT_THAT(Envelope::Parse(json.Canonical()), IsOkAndHolds(envelope));
}

TEST_F(EnvelopeTest, IgnoresUnknownMembers) {
  Json json = envelope_.ToJson();
  json["comment"] = "from a later version";
  json["signatures"].AsArray()[0]["extension"] = 1;
  EXPECT_THAT(Envelope::Parse(json.Indented()), IsOkAndHolds(envelope_));
}

TEST_F(EnvelopeTest, TakesTheKeyIdForAHintOnly) {
  for (const Json& key_id : {Json(), Json(""), Json("somebody else")}) {
    Json json = envelope_.ToJson();
    json["signatures"].AsArray()[0]["keyid"] = key_id;
    CUPEL_ASSERT_OK(const Envelope envelope, Envelope::FromJson(json));
    EXPECT_THAT(envelope.Verify(trusted_), IsOkAndHolds(trusted_));
  }
  Envelope forged = SignEnvelope(envelope_.payload_type, envelope_.payload, SigningKey::Generate().value());
  forged.signatures[0].key_id = key_.Public().Id();
  EXPECT_THAT(forged.Verify(trusted_), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(EnvelopeTest, CountsKeysNotSignatures) {
  const SigningKey second = SigningKey::Generate().value();
  Envelope envelope = envelope_;
  const Bytes encoding = PreAuthenticationEncoding(envelope.payload_type, envelope.payload);
  envelope.signatures.push_back({"", key_.Sign(encoding)});
  envelope.signatures.push_back({"", key_.Sign(encoding)});
  const std::vector<PublicKey> both = {second.Public(), key_.Public(), key_.Public()};
  EXPECT_THAT(envelope.Verify(both, 2), HasError(ErrorCode::kVerificationFailed, HasSubstr("1 of the 3")));
  envelope.signatures.push_back({"", second.Sign(encoding)});
  EXPECT_THAT(envelope.Verify(both, 2), IsOkAndHolds(std::vector{second.Public(), key_.Public()}));
  EXPECT_THAT(envelope.Verify(both, 3), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(EnvelopeTest, TrustsNobodyByDefault) {
  EXPECT_THAT(envelope_.Verify({}), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(EnvelopeTest, BindsThePayloadType) {
  Envelope other = envelope_;
  other.payload_type = "application/example2";
  EXPECT_THAT(other.Verify(trusted_), HasError(ErrorCode::kVerificationFailed));
}

// Every byte of the file, eight ways. What still verifies must carry the same payload, type and signature.
TEST_F(EnvelopeTest, EveryFlippedBitIsCaughtOrHarmless) {
  const std::string good = envelope_.ToText();
  int harmless = 0;
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto envelope = Envelope::Parse(bad);
    if (!envelope) {
      EXPECT_EQ(envelope.error().code, ErrorCode::kCorrupt) << bad;
    } else if (envelope->Verify(trusted_)) {
      ++harmless;
      EXPECT_EQ(envelope->payload, envelope_.payload);
      EXPECT_EQ(envelope->payload_type, envelope_.payload_type);
      EXPECT_EQ(envelope->signatures[0].signature, envelope_.signatures[0].signature);
    }
  }
  // Harmless are only the name and value of the hint "keyid" and the newline at the end: at most 8 flips a
  // byte.
  EXPECT_LE(harmless, 8 * static_cast<int>(std::string_view("keyid").size() + 64 + 1));
}

TEST_F(EnvelopeTest, RejectsEveryTruncation) {
  const std::string good = envelope_.ToText();
  for (std::size_t size = 0; size + 1 < good.size(); ++size) {
    EXPECT_THAT(Envelope::Parse(good.substr(0, size)), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST(Envelope, NamesTheMemberThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "payload"},
      {R"({"payloadType":"t","signatures":[{"sig":""}]})", "payload"},
      {R"({"payload":"!","payloadType":"t","signatures":[{"sig":""}]})", "\"payload\""},
      {R"({"payload":"","signatures":[{"sig":""}]})", "payloadType"},
      {R"({"payload":"","payloadType":3,"signatures":[{"sig":""}]})", "payloadType"},
      {R"({"payload":"","payloadType":"t"})", "signatures"},
      {R"({"payload":"","payloadType":"t","signatures":[]})", "signature"},
      {R"({"payload":"","payloadType":"t","signatures":[{}]})", "signatures[0]"},
      {R"({"payload":"","payloadType":"t","signatures":[{"sig":"AA=="},{"sig":"?"}]})", "signatures[1]"},
      {R"({"payload":"","payloadType":"t","signatures":[{"sig":"","keyid":4}]})", "keyid"},
      {R"({"payload":"","payload":"","payloadType":"t","signatures":[{"sig":""}]})", "twice"},
  };
  for (const auto& [text, named] : cases) {
    EXPECT_THAT(Envelope::Parse(text), HasError(ErrorCode::kCorrupt, HasSubstr(named))) << text;
  }
}

}  // namespace
}  // namespace cupel::ledger::evidence
