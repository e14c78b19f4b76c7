// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/trust_policy.h"

#include <fmt/format.h>

#include <functional>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/key_file.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::SigningKey;
using crypto::TimeStamperForTest;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A verifier key by its outline; the first byte of the key makes it another one.
std::string NoteKey(std::string_view name, std::uint8_t key, std::uint8_t type = 1) {
  Bytes raw(33, key);
  raw[0] = type;
  return fmt::format("{}+00000000+{}", name, ToBase64(raw));
}

class TrustPolicyTest : public ::testing::Test {
 protected:
  Bundle Signed(const SigningKey& key) const {
    Statement statement;
    statement.subjects = {ResourceDescriptor::OfSha256("m", crypto::Sha256({}))};
    statement.predicate_type = "https://example.com/p";
    statement.predicate = Json::Object{};
    return Bundle::Of(SignEnvelope(kStatementPayloadType, statement.ToPayload().value(), key));
  }
  void Save(const std::string& name, const SigningKey& key) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(crypto::SavePublicKey(folder_ / name, key.Public()), IsOk());
  }
  void Save(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }
  Result<TrustPolicy> Load() const { return TrustPolicy::Load(folder_.path()); }

  const ScratchFolder folder_;
  const SigningKey alice_ = SigningKey::Generate().value();
  const SigningKey bob_ = SigningKey::Generate().value();
};

TEST_F(TrustPolicyTest, ReadsAFolderInOrderOfNames) {
  Save("b.pem", bob_);
  Save("a.pem", alice_);
  Save("log.vkey", NoteKey("x", 7) + "\n");
  Save("README.md", "whose keys these are");
  CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
  EXPECT_THAT(policy.KeysOf(KeyRole::kEvidence), ElementsAre(alice_.Public(), bob_.Public()));
  EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kLedger), ElementsAre(NoteKey("x", 7)));
  for (const KeyRole role : {KeyRole::kHallmark, KeyRole::kVote, KeyRole::kLedger, KeyRole::kWitness}) {
    EXPECT_THAT(policy.KeysOf(role), IsEmpty());
  }
  EXPECT_EQ(policy.log_policy, "");
}

TEST_F(TrustPolicyTest, TakesTheRoleFromTheFilesName) {
  const std::pair<const char*, KeyRole> cases[] = {
      {"hallmark.pub.pem", KeyRole::kHallmark},  {"hallmark.pem", KeyRole::kHallmark},
      {"hallmark-2026.pem", KeyRole::kHallmark}, {"vote-alice.pub.pem", KeyRole::kVote},
      {"evidence.pub.pem", KeyRole::kEvidence},  {"anything.pem", KeyRole::kEvidence},
      {"hallmarks.pem", KeyRole::kEvidence},     {"my-hallmark.pem", KeyRole::kEvidence},
      {"Hallmark.pem", KeyRole::kEvidence}};
  for (const auto& [name, role] : cases) {
    Save(name, alice_);
    CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
    for (const KeyRole other : kKeyRoles) {
      EXPECT_EQ(policy.KeysOf(other).size(), other == role ? 1u : 0u) << name << " " << KeyRoleName(other);
    }
    std::filesystem::remove(folder_ / name);
  }
  Save("witness-1.vkey", NoteKey("w1", 1));
  Save("witness-2.vkey", NoteKey("w2", 2));
  Save("ledger.vkey", NoteKey("l", 3));
  Save("other.vkey", NoteKey("o", 4));
  CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
  EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kWitness), ElementsAre(NoteKey("w1", 1), NoteKey("w2", 2)));
  EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kLedger), ElementsAre(NoteKey("l", 3), NoteKey("o", 4)));
}

TEST_F(TrustPolicyTest, ReadsASingleFile) {
  Save("a.pem", alice_);
  Save("hallmark.pub.pem", bob_);
  EXPECT_THAT(TrustPolicy::Load(folder_ / "a.pem")->KeysOf(KeyRole::kEvidence), ElementsAre(alice_.Public()));
  EXPECT_THAT(TrustPolicy::Load(folder_ / "hallmark.pub.pem")->KeysOf(KeyRole::kHallmark),
              ElementsAre(bob_.Public()));
}

TEST_F(TrustPolicyTest, ReadsTrustTomlWithFilesRelativeToIt) {
  Save("keys/a.pem", alice_);
  Save("keys/b.pem", bob_);
  Save("keys/l.vkey", NoteKey("l", 1));
  Save("keys/w.vkey", NoteKey("w", 2));
  Save("rules.txt", "log " + NoteKey("l", 1) + "\nquorum none\n");
  Save("stray.pem", SigningKey::Generate().value());
  Save("trust.toml",
       "# whom we believe\nevidence = [\"keys/a.pem\"]\nhallmark = [\"keys/b.pem\"]\nledger = "
       "[\"keys/l.vkey\"]\n"
       "witness = [\"keys/w.vkey\"]\nlog_policy = \"rules.txt\"\n");
  for (const auto& path : {folder_.path(), folder_ / "trust.toml"}) {
    CUPEL_ASSERT_OK(const TrustPolicy policy, TrustPolicy::Load(path));
    EXPECT_THAT(policy.KeysOf(KeyRole::kEvidence), ElementsAre(alice_.Public()));
    EXPECT_THAT(policy.KeysOf(KeyRole::kHallmark), ElementsAre(bob_.Public()));
    EXPECT_THAT(policy.KeysOf(KeyRole::kVote), IsEmpty());
    EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kLedger), ElementsAre(NoteKey("l", 1)));
    EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kWitness), ElementsAre(NoteKey("w", 2)));
    EXPECT_THAT(policy.log_policy, HasSubstr("quorum none"));
  }
}

TEST_F(TrustPolicyTest, SaysWhereATrustTomlIsWrong) {
  Save("a.pem", alice_);
  Save("l.vkey", NoteKey("l", 1));
  struct Case {
    const char* text;
    ErrorCode code;
    const char* named;
  };
  const Case cases[] = {
      {"evidense = [\"a.pem\"]\n", ErrorCode::kInvalidArgument, "did you mean \"evidence\""},
      {"\nhallmark = \"a.pem\"\n", ErrorCode::kInvalidArgument, "trust.toml:2"},
      {"evidence = [1]\n", ErrorCode::kInvalidArgument, "list of texts"},
      {"evidence = [\"absent.pem\"]\n", ErrorCode::kNotFound, "absent.pem"},
      {"ledger = [\"a.pem\"]\n", ErrorCode::kInvalidArgument, "verifier key (.vkey)"},
      {"evidence = [\"l.vkey\"]\n", ErrorCode::kInvalidArgument, "PEM public key"},
      {"evidence = [\"a.pem\"]\n\nvote = [\"a.pem\"]\n", ErrorCode::kInvalidArgument, "trust.toml:3"},
      {"log_policy = \"absent\"\n", ErrorCode::kNotFound, "absent"},
      {"evidence = [", ErrorCode::kCorrupt, "trust.toml:1"},
      {"evidence = []\n", ErrorCode::kInvalidArgument, "no trusted key"},
  };
  for (const Case& wrong : cases) {
    Save("trust.toml", wrong.text);
    EXPECT_THAT(Load(), HasError(wrong.code, AllOf(HasSubstr("trust.toml"), HasSubstr(wrong.named))))
        << wrong.text << (Load() ? "" : Load().error().ToString());
  }
}

TEST_F(TrustPolicyTest, GivesAKeyOneRoleOnly) {
  Save("a.pem", alice_);
  Save("a-again.pem", alice_);
  CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
  EXPECT_THAT(policy.KeysOf(KeyRole::kEvidence), ElementsAre(alice_.Public()));
  Save("hallmark.pem", alice_);
  EXPECT_THAT(Load(), HasError(ErrorCode::kInvalidArgument,
                               AllOf(HasSubstr("hallmark.pem"), HasSubstr("role evidence already"),
                                     HasSubstr("role hallmark"))));
}

TEST_F(TrustPolicyTest, GivesAKeyOneRoleInEveryPairOfRoles) {
  for (const KeyRole first : kKeyRoles) {
    for (const KeyRole second : kKeyRoles) {
      if (IsNoteRole(first) != IsNoteRole(second)) continue;
      TrustPolicy policy;
      const auto trust = [&](KeyRole role) {
        return IsNoteRole(role) ? policy.Trust(role, NoteKey("n", 9)) : policy.Trust(role, alice_.Public());
      };
      ASSERT_THAT(trust(first), IsOk());
      const Status again = trust(second);
      EXPECT_EQ(again.has_value(), first == second) << KeyRoleName(first) << " " << KeyRoleName(second);
      EXPECT_EQ(policy.KeysOf(second).size() + policy.VerifierKeysOf(second).size(),
                first == second ? 1u : 0u);
    }
  }
}

TEST_F(TrustPolicyTest, KnowsANoteKeyUnderAnotherNameAndType) {
  TrustPolicy policy;
  ASSERT_THAT(policy.Trust(KeyRole::kLedger, NoteKey("log.example", 5, 1)), IsOk());
  EXPECT_THAT(policy.Trust(KeyRole::kWitness, NoteKey("witness.example", 5, 4)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("role ledger")));
  EXPECT_THAT(policy.TrustLogPolicy("witness w " + NoteKey("w", 5, 4) + "\nquorum w\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("role ledger")));
  EXPECT_EQ(policy.log_policy, "");
  const std::string rules =
      "log " + NoteKey("log.example", 5) + "\nwitness w " + NoteKey("w", 6, 4) + "\nquorum w\n";
  ASSERT_THAT(policy.TrustLogPolicy(rules), IsOk());
  EXPECT_EQ(policy.log_policy, rules);
  EXPECT_THAT(policy.Trust(KeyRole::kLedger, NoteKey("other", 6)), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(policy.TrustLogPolicy("quorum none\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("one policy")));
}

TEST_F(TrustPolicyTest, ReadsTheLogPolicyOfAFolder) {
  Save("log.policy", "log " + NoteKey("l", 1) + "\nquorum none\n");
  CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
  EXPECT_THAT(policy.log_policy, HasSubstr("quorum none"));
  EXPECT_THAT(policy.VerifierKeysOf(KeyRole::kLedger), IsEmpty());
  Save("witness.vkey", NoteKey("w", 1, 4));
  EXPECT_THAT(Load(), HasError(ErrorCode::kInvalidArgument, HasSubstr("role ledger")));
}

TEST_F(TrustPolicyTest, NamesWhatItCannotRead) {
  EXPECT_THAT(TrustPolicy::Load(folder_ / "absent"), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(Load(), HasError(ErrorCode::kInvalidArgument, HasSubstr(".pem")));
  Save("broken.pem", "x");
  EXPECT_THAT(Load(), HasError(ErrorCode::kCorrupt, HasSubstr("broken.pem")));
  std::filesystem::remove(folder_ / "broken.pem");
  for (const char* text : {"", "x", "x+1", "x+1+", "x+1+!!", "x+1+AA=="}) {
    Save("broken.vkey", text);
    EXPECT_THAT(Load(), HasError(ErrorCode::kCorrupt, HasSubstr("broken.vkey"))) << text;
  }
}

TEST_F(TrustPolicyTest, OpensWhatATrustedKeySigned) {
  TrustPolicy policy;
  ASSERT_THAT(policy.Trust(KeyRole::kEvidence, bob_.Public()), IsOk());
  ASSERT_THAT(policy.Trust(KeyRole::kEvidence, alice_.Public()), IsOk());
  CUPEL_ASSERT_OK(const TrustedStatement opened, policy.Open(Signed(alice_)));
  EXPECT_EQ(opened.signer, alice_.Public());
  EXPECT_TRUE(opened.statement.IsAbout(crypto::Sha256({})));
}

TEST_F(TrustPolicyTest, OpensInTheSignersRoleAlone) {
  for (const KeyRole has : {KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kVote}) {
    TrustPolicy policy;
    ASSERT_THAT(policy.Trust(has, alice_.Public()), IsOk());
    for (const KeyRole wanted : kKeyRoles) {
      const auto opened = policy.Open(Signed(alice_), wanted);
      if (wanted == has) {
        EXPECT_THAT(opened, IsOk());
        continue;
      }
      EXPECT_THAT(opened, HasError(ErrorCode::kVerificationFailed,
                                   AllOf(HasSubstr(fmt::format("whose role is {},", KeyRoleName(has))),
                                         HasSubstr(fmt::format("whose role is {};", KeyRoleName(wanted))))));
    }
  }
}

TEST_F(TrustPolicyTest, ReadsTimeStampAnchors) {
  const TimeStamperForTest one;
  const TimeStamperForTest two;
  Save("a.pem", alice_);
  EXPECT_EQ(Load()->Timestamps(), std::nullopt);
  Save("timestamp.pem", one.CertificatePem());
  Save("timestamp-two.pem", two.CertificatePem());
  Save("timestamps.txt", "two of them");
  CUPEL_ASSERT_OK(const TrustPolicy by_name, Load());
  ASSERT_NE(by_name.Timestamps(), std::nullopt);
  EXPECT_EQ(by_name.Timestamps()->Certificates().size(), 2u);
  EXPECT_THAT(by_name.KeysOf(KeyRole::kEvidence), ElementsAre(alice_.Public()));
  CUPEL_ASSERT_OK(const TrustPolicy alone, TrustPolicy::Load(folder_ / "timestamp.pem"));
  EXPECT_EQ(alone.Timestamps()->Certificates().size(), 1u);

  Save("tsa/both.pem", one.CertificatePem() + two.CertificatePem());
  Save("trust.toml", "evidence = [\"a.pem\"]\ntimestamp = [\"tsa/both.pem\"]\n");
  CUPEL_ASSERT_OK(const TrustPolicy policy, Load());
  EXPECT_EQ(policy.Timestamps()->Certificates().size(), 2u);
}

TEST_F(TrustPolicyTest, SaysWhichAnchorIsWrong) {
  Save("a.pem", alice_);
  const std::pair<const char*, ErrorCode> cases[] = {{"absent.pem", ErrorCode::kNotFound},
                                                     {"a.pem", ErrorCode::kCorrupt}};
  for (const auto& [file, code] : cases) {
    Save("trust.toml", fmt::format("\ntimestamp = [\"{}\"]\n", file));
    EXPECT_THAT(Load(), HasError(code, AllOf(HasSubstr("trust.toml:2"), HasSubstr(file)))) << file;
  }
  Save("trust.toml", "timestamps = []\n");
  EXPECT_THAT(Load(), HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"timestamp\"")));
}

TEST_F(TrustPolicyTest, TheKeyOfAnAnchorHasNoOtherRole) {
  const TimeStamperForTest stamper;
  CUPEL_ASSERT_OK(const auto key, crypto::PublicKey::FromDer(stamper.PublicKeyDer()));
  for (const KeyRole role : {KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kVote}) {
    TrustPolicy first;
    ASSERT_THAT(first.Trust(role, key), IsOk());
    EXPECT_THAT(first.TrustTimestamps(stamper.CertificatePem()),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("role timestamp")));
    EXPECT_EQ(first.Timestamps(), std::nullopt);
    TrustPolicy second;
    ASSERT_THAT(second.TrustTimestamps(stamper.CertificatePem()), IsOk());
    ASSERT_THAT(second.TrustTimestamps(stamper.CertificatePem()), IsOk()) << "the same again";
    EXPECT_EQ(second.Timestamps()->Certificates().size(), 1u);
    EXPECT_THAT(second.Trust(role, key), HasError(ErrorCode::kInvalidArgument, HasSubstr("role timestamp")));
  }
}

TEST_F(TrustPolicyTest, OpensAStampedBundleOnlyIfEveryStampHolds) {
  const TimeStamperForTest known;
  const TimeStamperForTest stranger;
  Bundle bundle = Signed(alice_);
  const Bytes& signature = bundle.envelope.signatures[0].signature.der;
  TrustPolicy policy;
  ASSERT_THAT(policy.Trust(KeyRole::kEvidence, alice_.Public()), IsOk());
  TrustPolicy with_anchor = policy;
  ASSERT_THAT(with_anchor.TrustTimestamps(known.CertificatePem()), IsOk());
  EXPECT_THAT(with_anchor.Open(bundle)->stamped_at, IsEmpty()) << "none is asked for";

  bundle.timestamps = {known.Stamp(signature, 1'760'000'000), known.Stamp(signature, 1'770'000'000)};
  CUPEL_ASSERT_OK(const TrustedStatement opened, with_anchor.Open(bundle));
  EXPECT_THAT(opened.stamped_at, ElementsAre(1'760'000'000, 1'770'000'000));
  EXPECT_THAT(policy.Open(bundle)->stamped_at, IsEmpty()) << "nobody checked them";

  bundle.timestamps.push_back(stranger.Stamp(signature, 1'760'000'000));
  EXPECT_THAT(with_anchor.Open(bundle),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("rfc3161Timestamps[2]")));
  bundle.timestamps[2] = known.Stamp(AsBytes("another signature"), 1'760'000'000);
  EXPECT_THAT(with_anchor.Open(bundle),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("rfc3161Timestamps[2]")));
  bundle.timestamps[2] = {1, 2, 3};
  EXPECT_THAT(with_anchor.Open(bundle), HasError(ErrorCode::kCorrupt, HasSubstr("rfc3161Timestamps[2]")));
}

TEST_F(TrustPolicyTest, RejectsWhatAStrangerSigned) {
  TrustPolicy policy;
  EXPECT_THAT(policy.Open(Signed(bob_)), HasError(ErrorCode::kVerificationFailed));
  ASSERT_THAT(policy.Trust(KeyRole::kEvidence, alice_.Public()), IsOk());
  EXPECT_THAT(policy.Open(Signed(bob_)), HasError(ErrorCode::kVerificationFailed, HasSubstr("0 of the 1")));
}

TEST_F(TrustPolicyTest, RejectsSignedThingsThatAreNoStatements) {
  TrustPolicy policy;
  ASSERT_THAT(policy.Trust(KeyRole::kEvidence, alice_.Public()), IsOk());
  EXPECT_THAT(policy.Open(Bundle::Of(SignEnvelope("text/plain", {'x'}, alice_))),
              HasError(ErrorCode::kCorrupt, HasSubstr("payloadType")));
  EXPECT_THAT(policy.Open(Bundle::Of(SignEnvelope(kStatementPayloadType, {'x'}, alice_))),
              HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::ledger::evidence
