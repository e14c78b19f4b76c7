// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/trusted_root.h"

#include "cupel/base/json.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::log {
namespace {

// tests/interop lets Sigstore's own verifier read what is written here.

merkle::NoteVerifier ExampleLog(const std::string& name) {
  const auto key = crypto::LogKey::FromSeed(Bytes(32, 7));
  return merkle::NoteVerifier::Create(name, key.value().Public()).value();
}

TEST(TrustedRoot, NamesALogByItsFullId) {
  const merkle::NoteVerifier log = ExampleLog("example.com/ledger");
  CUPEL_ASSERT_OK(const Json json, Json::Parse(TrustedRoot({&log, 1})));
  EXPECT_EQ(json["mediaType"].AsString(), "application/vnd.dev.sigstore.trustedroot+json;version=0.1");
  ASSERT_EQ(json["tlogs"].AsArray().size(), 1U);
  const Json& entry = json["tlogs"].AsArray()[0];
  EXPECT_EQ(entry["baseUrl"].AsString(), "https://example.com/ledger");
  EXPECT_EQ(entry["logId"]["keyId"].AsString(), ToBase64(log.FullId().bytes));
  EXPECT_EQ(entry["publicKey"]["keyDetails"].AsString(), "PKIX_ED25519");
  EXPECT_TRUE(json["certificateAuthorities"].AsArray().empty());
  EXPECT_TRUE(json["timestampAuthorities"].AsArray().empty());
}

TEST(TrustedRoot, WritesAKeyAsRfc8410Does) {
  const Bytes der = LogKeyDer(ExampleLog("example.com/ledger"));
  // RFC 8410 section 10.1: the example's first 12 bytes, then the key.
  EXPECT_EQ(ToHex(BytesView(der).first(12)), "302a300506032b6570032100");
  EXPECT_EQ(der.size(), 44U);
  const auto log = ExampleLog("example.com/ledger");
  EXPECT_TRUE(std::equal(log.Key().Raw().begin(), log.Key().Raw().end(), der.begin() + 12));
}

TEST(TrustedRoot, HoldsSeveralLogsAndAuthoritiesInOrder) {
  const std::vector<merkle::NoteVerifier> logs = {ExampleLog("a.example/x"), ExampleLog("b.example/y")};
  const std::vector<std::vector<Bytes>> authorities = {{{1, 2}, {3}}};
  const std::string text = TrustedRoot(logs, authorities);
  EXPECT_EQ(text, TrustedRoot(logs, authorities)) << "a function of its arguments";
  CUPEL_ASSERT_OK(const Json json, Json::Parse(text));
  ASSERT_EQ(json["tlogs"].AsArray().size(), 2U);
  EXPECT_EQ(json["tlogs"].AsArray()[1]["baseUrl"].AsString(), "https://b.example/y");
  const Json& chain = json["timestampAuthorities"].AsArray()[0]["certChain"]["certificates"];
  ASSERT_EQ(chain.AsArray().size(), 2U);
  EXPECT_EQ(chain.AsArray()[1]["rawBytes"].AsString(), "Aw==");
}

}  // namespace
}  // namespace cupel::ledger::log
