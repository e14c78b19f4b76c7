// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/revocation.h"

#include <random>
#include <set>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/log/leaf.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

class RevocationTest : public ::testing::Test {
 protected:
  Bytes LeafOf(const Digest& hallmark, std::string_view reason, const crypto::SigningKey& key) const {
    return log::Leaf::Of(Revoke(hallmark, reason, key)->envelope, key.Public()).ToBody();
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate().value();
  const crypto::SigningKey second_ = crypto::SigningKey::Generate().value();
  const std::vector<crypto::PublicKey> keys_ = {second_.Public(), key_.Public()};
  const Digest hallmark_ = crypto::Sha256(AsBytes("a hallmark's payload"));
  const RevocationIndex index_{hallmark_};
};

TEST_F(RevocationTest, PayloadFollowsFromHallmarkAndReason) {
  CUPEL_ASSERT_OK(const Bytes payload, RevocationPayload(hallmark_, "model-defect"));
  // Byte for byte what docs/formats/hallmark.md says, so that others can compute it.
  EXPECT_EQ(AsText(payload),
            R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"reason":"model-defect"},)"
            R"("predicateType":"https://cupel.dev/predicate/revocation/v0.1",)"
            R"("subject":[{"digest":{"sha256":")" +
                hallmark_.Hex() + R"("},"name":"hallmark"}]})");
  std::set<Digest> digests;
  for (const std::string_view reason : kRevocationReasons) {
    EXPECT_TRUE(digests.insert(crypto::Sha256(RevocationPayload(hallmark_, reason).value())).second);
  }
  EXPECT_THAT(RevocationPayload(hallmark_, "model-defekt"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("\"model-defect\"")));
}

TEST_F(RevocationTest, EveryReasonIsRecognisedFromTheLeafAlone) {
  for (const std::string_view reason : kRevocationReasons) {
    EXPECT_EQ(index_.Match(LeafOf(hallmark_, reason, key_), keys_), std::string(reason));
    EXPECT_EQ(index_.Match(LeafOf(hallmark_, reason, second_), keys_), std::string(reason));
  }
}

TEST_F(RevocationTest, NothingElseIsARevocation) {
  const Bytes leaf = LeafOf(hallmark_, "superseded", key_);
  const crypto::PublicKey other = second_.Public();
  EXPECT_EQ(index_.Match(leaf, {&other, 1}), std::nullopt);
  EXPECT_EQ(index_.Match(leaf, {}), std::nullopt);
  EXPECT_EQ(index_.Match(LeafOf(crypto::Sha256(Bytes{1}), "superseded", key_), keys_), std::nullopt);
  EXPECT_EQ(index_.Match(Bytes{}, keys_), std::nullopt);
  for (std::size_t i = 0; i < leaf.size(); ++i) {
    Bytes bad = leaf;
    bad[i] ^= 1;
    EXPECT_EQ(index_.Match(bad, keys_), std::nullopt) << i;
  }
}

TEST_F(RevocationTest, ALeafThatClaimsAnotherSignerStillCountsByItsSignature) {
  // The key that a leaf names proves nothing; the signature does, or does not.
  const auto bundle = Revoke(hallmark_, "superseded", key_).value();
  const Bytes misnamed = log::Leaf::Of(bundle.envelope, second_.Public()).ToBody();
  EXPECT_EQ(index_.Match(misnamed, keys_), "superseded");
}

/// The slow way: every leaf is parsed, and every payload is tried with every key.
std::optional<std::string> MatchByParsing(BytesView leaf, const Digest& hallmark,
                                          const std::vector<crypto::PublicKey>& keys) {
  const auto parsed = log::Leaf::Parse(leaf);
  if (!parsed) return std::nullopt;
  for (const std::string_view reason : kRevocationReasons) {
    const Bytes payload = RevocationPayload(hallmark, reason).value();
    if (crypto::Sha256(payload) != parsed->payload) continue;
    const Bytes pae = evidence::PreAuthenticationEncoding(evidence::kStatementPayloadType, payload);
    for (const crypto::PublicKey& key : keys) {
      if (key.Verify(pae, parsed->signature)) return std::string(reason);
    }
  }
  return std::nullopt;
}

TEST_F(RevocationTest, LooksAtOnePlaceAndSeesWhatParsingEveryLeafSees) {
  std::mt19937_64 random(11);
  const auto stranger = crypto::SigningKey::Generate().value();
  const Digest other = crypto::Sha256(AsBytes("another hallmark"));
  int found = 0;
  for (int i = 0; i < 1500; ++i) {
    const Digest& hallmark = random() % 3 == 0 ? other : hallmark_;
    const crypto::SigningKey& key = random() % 3 == 0 ? stranger : key_;
    Bytes leaf = LeafOf(hallmark, kRevocationReasons[random() % kRevocationReasons.size()], key);
    const std::size_t at = random() % leaf.size();
    switch (random() % 6) {
      case 0: leaf[at] = static_cast<std::uint8_t>(random()); break;
      case 1: leaf.erase(leaf.begin() + static_cast<std::ptrdiff_t>(at)); break;
      case 2: leaf.insert(leaf.begin() + static_cast<std::ptrdiff_t>(at), ' '); break;
      case 3: leaf.resize(at); break;
      default: break;
    }
    const auto expected = MatchByParsing(leaf, hallmark_, keys_);
    EXPECT_EQ(index_.Match(leaf, keys_), expected) << AsText(leaf);
    found += expected.has_value() ? 1 : 0;
  }
  EXPECT_GT(found, 100);
}

/// A leaf that carries the digest somewhere else (a key, a signature, a member of its own) is none, and costs
/// nothing.
TEST_F(RevocationTest, ADigestInAnotherPlaceIsNoRevocation) {
  const Bytes payload = RevocationPayload(hallmark_, "model-defect").value();
  const std::string digest = ToBase64(crypto::Sha256(payload).bytes);
  const std::string leaf(AsText(LeafOf(hallmark_, "model-defect", key_)));
  ASSERT_EQ(index_.Match(AsBytes(leaf), keys_), "model-defect");
  for (const std::string& text :
       {digest, "{\"digest\":\"" + digest + "\"}", leaf.substr(1), " " + leaf, leaf + digest,
        leaf.substr(0, leaf.size() - 1) + ",\"x\":\"" + digest + "\"}"}) {
    EXPECT_EQ(index_.Match(AsBytes(text), keys_), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cupel::ledger::hallmark
