// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/revocation.h"

#include <set>

#include "cupel/crypto/hash.h"
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

}  // namespace
}  // namespace cupel::ledger::hallmark
