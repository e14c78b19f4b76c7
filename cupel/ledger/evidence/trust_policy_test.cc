// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/trust_policy.h"

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TrustPolicyTest : public ::testing::Test {
 protected:
  Bundle Signed(const SigningKey& key) const {
    Statement statement;
    statement.subjects = {ResourceDescriptor::OfSha256("m", crypto::Sha256({}))};
    statement.predicate_type = "https://example.com/p";
    statement.predicate = Json::Object{};
    return Bundle::Of(SignEnvelope(kStatementPayloadType, statement.ToPayload().value(), key));
  }

  const ScratchFolder folder_;
  const SigningKey alice_ = SigningKey::Generate().value();
  const SigningKey bob_ = SigningKey::Generate().value();
};

TEST_F(TrustPolicyTest, ReadsAFolderInOrderOfNames) {
  ASSERT_THAT(crypto::SavePublicKey(folder_ / "b.pem", bob_.Public()), IsOk());
  ASSERT_THAT(crypto::SavePublicKey(folder_ / "a.pem", alice_.Public()), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "log.vkey", std::string_view("x+00000000+AA==\n")), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "README.md", std::string_view("whose keys these are")), IsOk());
  CUPEL_ASSERT_OK(const TrustPolicy policy, TrustPolicy::Load(folder_.path()));
  EXPECT_THAT(policy.evidence_keys, ElementsAre(alice_.Public(), bob_.Public()));
  EXPECT_THAT(policy.ledger_keys, ElementsAre("x+00000000+AA=="));
}

TEST_F(TrustPolicyTest, ReadsASingleFile) {
  ASSERT_THAT(crypto::SavePublicKey(folder_ / "a.pem", alice_.Public()), IsOk());
  CUPEL_ASSERT_OK(const TrustPolicy policy, TrustPolicy::Load(folder_ / "a.pem"));
  EXPECT_THAT(policy.evidence_keys, ElementsAre(alice_.Public()));
}

TEST_F(TrustPolicyTest, NamesWhatItCannotRead) {
  EXPECT_THAT(TrustPolicy::Load(folder_ / "absent"), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(TrustPolicy::Load(folder_.path()), HasError(ErrorCode::kInvalidArgument, HasSubstr(".pem")));
  ASSERT_THAT(WriteFileAtomic(folder_ / "broken.pem", std::string_view("x")), IsOk());
  EXPECT_THAT(TrustPolicy::Load(folder_.path()), HasError(ErrorCode::kCorrupt, HasSubstr("broken.pem")));
}

TEST_F(TrustPolicyTest, OpensWhatATrustedKeySigned) {
  const TrustPolicy policy{{bob_.Public(), alice_.Public()}, {}};
  CUPEL_ASSERT_OK(const TrustedStatement opened, policy.Open(Signed(alice_)));
  EXPECT_EQ(opened.signer, alice_.Public());
  EXPECT_TRUE(opened.statement.IsAbout(crypto::Sha256({})));
}

TEST_F(TrustPolicyTest, RejectsWhatAStrangerSigned) {
  const TrustPolicy policy{{alice_.Public()}, {}};
  EXPECT_THAT(policy.Open(Signed(bob_)), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(TrustPolicy{}.Open(Signed(bob_)), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(TrustPolicyTest, RejectsSignedThingsThatAreNoStatements) {
  const TrustPolicy policy{{alice_.Public()}, {}};
  EXPECT_THAT(policy.Open(Bundle::Of(SignEnvelope("text/plain", {'x'}, alice_))),
              HasError(ErrorCode::kCorrupt, HasSubstr("payloadType")));
  EXPECT_THAT(policy.Open(Bundle::Of(SignEnvelope(kStatementPayloadType, {'x'}, alice_))),
              HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::ledger::evidence
