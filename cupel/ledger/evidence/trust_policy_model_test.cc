// SPDX-License-Identifier: Apache-2.0
// Trust policies against a model of one line (a key has the role that it was given first), in random order
// and from files in every state of damage.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/key_file.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::PublicKey;
using crypto::SigningKey;
using crypto::TimeStamperForTest;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A verifier key by its outline; `name` and `type` do not make it another key.
std::string NoteKey(std::uint8_t key, std::string_view name, std::uint8_t type) {
  Bytes raw(33, key);
  raw[0] = type;
  return fmt::format("{}+00000000+{}", name, ToBase64(raw));
}

/// What a policy may do with one more key: the whole rule.
class Model {
 public:
  bool Accepts(const std::string& key, const std::string& role) {
    return roles_.try_emplace(key, role).first->second == role;
  }

 private:
  std::map<std::string, std::string> roles_;
};

/// The broken twin that the walk below must find: it looks at keys by their text and not by their bytes.
class TwinThatComparesTexts {
 public:
  bool Accepts(const std::string& text, const std::string& role) {
    return roles_.try_emplace(text, role).first->second == role;
  }

 private:
  std::map<std::string, std::string> roles_;
};

class TrustPolicyWalk : public ::testing::Test {
 protected:
  TrustPolicyWalk() {
    for (const TimeStamperForTest& stamper : stampers_) {
      pem_keys_.push_back(PublicKey::FromDer(stamper.PublicKeyDer()).value());
      anchors_.push_back(stamper.CertificatePem());
    }
  }

  /// One random step; whether the policy, the model and the twin accepted it.
  struct Step {
    bool policy = false;
    bool model = false;
    bool twin = false;
  };
  Step Take(ReproducibleStream& random, TrustPolicy& policy, Model& model, TwinThatComparesTexts& twin) {
    const std::size_t which = random.Below(pem_keys_.size());
    const auto role_of = [&](std::initializer_list<KeyRole> roles) {
      return *(roles.begin() + static_cast<std::ptrdiff_t>(random.Below(roles.size())));
    };
    switch (random.Below(3)) {
      case 0: {
        const KeyRole role = role_of({KeyRole::kEvidence, KeyRole::kHallmark, KeyRole::kVote});
        const std::string key = fmt::format("pem{}", which), name(KeyRoleName(role));
        return {policy.Trust(role, pem_keys_[which]).has_value(), model.Accepts(key, name),
                twin.Accepts(pem_keys_[which].Pem(), name)};
      }
      case 1: {
        // The certificate of the same key: another text.
        const std::string key = fmt::format("pem{}", which);
        return {policy.TrustTimestamps(anchors_[which]).has_value(), model.Accepts(key, "timestamp"),
                twin.Accepts(anchors_[which], "timestamp")};
      }
      default: {
        const KeyRole role = role_of({KeyRole::kLedger, KeyRole::kWitness});
        const std::string text = NoteKey(static_cast<std::uint8_t>(which + 1),
                                         random.Below(2) == 0 ? "a" : "b", random.Below(2) == 0 ? 1 : 4);
        const std::string key = fmt::format("note{}", which), name(KeyRoleName(role));
        return {policy.Trust(role, text).has_value(), model.Accepts(key, name), twin.Accepts(text, name)};
      }
    }
  }

  const TimeStamperForTest stampers_[4];
  std::vector<PublicKey> pem_keys_;
  std::vector<std::string> anchors_;
};

TEST_F(TrustPolicyWalk, GivesAKeyTheRoleThatItHadFirst) {
  int accepted = 0;
  int refused = 0;
  int twin_wrong = 0;
  for (std::uint64_t walk = 0; walk < 60; ++walk) {
    ReproducibleStream random(11, "trust-policy-walk", walk, 0);
    TrustPolicy policy;
    Model model;
    TwinThatComparesTexts twin;
    for (int i = 0; i < 40; ++i) {
      const Step step = Take(random, policy, model, twin);
      ASSERT_EQ(step.policy, step.model) << "walk " << walk << ", step " << i;
      ++(step.policy ? accepted : refused);
      if (step.twin != step.model) ++twin_wrong;
    }
  }
  EXPECT_GT(accepted, 200);
  EXPECT_GT(refused, 200);
  EXPECT_GT(twin_wrong, 50) << "the walk finds a policy that compares texts";
}

class TrustFilesTest : public ::testing::Test {
 protected:
  TrustFilesTest() {
    EXPECT_THAT(crypto::SavePublicKey(folder_ / "lab.pem", alice_.Public()), IsOk());
    Save("log.vkey", NoteKey(1, "log", 1) + "\n");
    Save("tsa.pem", stamper_.CertificatePem());
  }
  void Save(const std::string& name, std::string_view text) const {
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }
  Result<TrustPolicy> With(const std::string& toml) const {
    return TrustPolicy::FromToml(toml, folder_.path(), "trust.toml");
  }
  static std::size_t Keys(const TrustPolicy& policy) {
    std::size_t count = policy.Timestamps() ? policy.Timestamps()->Certificates().size() : 0;
    for (const KeyRole role : kKeyRoles)
      count += policy.KeysOf(role).size() + policy.VerifierKeysOf(role).size();
    return count;
  }

  const ScratchFolder folder_;
  const SigningKey alice_ = SigningKey::Generate().value();
  const TimeStamperForTest stamper_;
  const std::map<std::string, std::string> files_ = {
      {"evidence", "lab.pem"}, {"ledger", "log.vkey"}, {"timestamp", "tsa.pem"}};
};

TEST_F(TrustFilesTest, EveryListTakesTextsAlone) {
  for (const char* key : {"evidence", "hallmark", "vote", "ledger", "witness", "timestamp"}) {
    for (const char* value : {"1", "true", "\"lab.pem\"", "[1]", "[[\"lab.pem\"]]", "{ file = \"lab.pem\" }",
                              "[\"lab.pem\", 2]", "1979-05-27"}) {
      EXPECT_THAT(With(fmt::format("# a comment\n{} = {}\n", key, value)),
                  HasError(ErrorCode::kInvalidArgument, HasSubstr("trust.toml:2")))
          << key << " = " << value;
    }
    CUPEL_ASSERT_OK(const TrustPolicy none, With(fmt::format("{} = []\n", key)));
    EXPECT_EQ(Keys(none), 0U) << key;
  }
}

TEST_F(TrustFilesTest, EveryTruncatedFileIsRefusedUnderItsName) {
  for (const auto& [key, file] : files_) {
    CUPEL_ASSERT_OK(const std::string whole, ReadTextFile(folder_ / file));
    const std::string toml = fmt::format("{} = [\"{}\"]\n", key, file);
    CUPEL_ASSERT_OK(const TrustPolicy good, With(toml));
    EXPECT_EQ(Keys(good), 1U);
    // Whether the last newline is there makes no difference.
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      Save(file, whole.substr(0, size));
      const auto policy = With(toml);
      if (key == "ledger" && policy)
        continue;  // a shorter base64 is another key, which ledger/merkle refuses
      EXPECT_THAT(policy, HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("trust.toml:1"), HasSubstr(file))))
          << "the first " << size << " bytes of " << whole.size();
    }
    Save(file, whole);
  }
}

TEST_F(TrustFilesTest, OversizedAndSpecialFilesAreRefusedUnderTheirNames) {
  Save("large.pem", std::string(70'000, 'x'));
  Save("large.vkey", std::string(70'000, 'x'));
  std::filesystem::create_directory(folder_ / "folder.pem");
  std::filesystem::create_symlink("nowhere", folder_ / "dangling.pem");
  for (const char* key : {"evidence", "timestamp"}) {
    for (const char* file : {"large.pem", "folder.pem", "dangling.pem"}) {
      const auto policy = With(fmt::format("{} = [\"{}\"]\n", key, file));
      ASSERT_FALSE(policy.has_value()) << key << " " << file;
      EXPECT_THAT(policy.error().ToString(), AllOf(HasSubstr("trust.toml:1"), HasSubstr(file)));
    }
  }
  EXPECT_THAT(With("ledger = [\"large.vkey\"]\n"),
              HasError(ErrorCode::kResourceLimit, HasSubstr("large.vkey")));
}

TEST_F(TrustFilesTest, EveryFlippedBitOfAnAnchorIsRefusedOrIsAnotherAnchor) {
  CUPEL_ASSERT_OK(const std::string whole, ReadTextFile(folder_ / "tsa.pem"));
  CUPEL_ASSERT_OK(const TrustPolicy good, With("timestamp = [\"tsa.pem\"]\n"));
  const std::size_t end = whole.find("\n-----END");
  int refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int bit : {0, 2, 5}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      TrustPolicy policy;
      if (!policy.TrustTimestamps(changed)) {
        EXPECT_EQ(policy.Timestamps(), std::nullopt) << "nothing is believed of what was refused";
        ++refused;
        continue;
      }
      // White space and the last group's padding may differ; every byte of a certificate counts.
      const bool same = policy.Timestamps()->Certificates() == good.Timestamps()->Certificates();
      const bool is_form = whole[i] == '\n' || (i < end && i + 4 >= end);
      EXPECT_TRUE(!same || is_form) << "byte " << i << ", bit " << bit;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(TrustFilesTest, TheSameFilesAreReadFromEveryPlace) {
  std::filesystem::create_directory(folder_ / "policies");
  const std::string relative = "evidence = [\"../lab.pem\"]\ntimestamp = [\"../policies/../tsa.pem\"]\n";
  const std::string absolute = fmt::format("evidence = [\"{}\"]\ntimestamp = [\"{}\"]\n",
                                           (folder_ / "lab.pem").string(), (folder_ / "tsa.pem").string());
  for (const std::string& text : {relative, absolute}) {
    Save("policies/trust.toml", text);
    for (const char* where : {"policies", "policies/trust.toml"}) {
      CUPEL_ASSERT_OK(const TrustPolicy policy, TrustPolicy::Load(folder_ / where));
      EXPECT_EQ(Keys(policy), 2U);
    }
  }
}

TEST_F(TrustFilesTest, AFolderIsReadTheSameInWhateverOrderItWasFilled) {
  // A key under two roles: refused whichever file came first.
  const std::vector<std::string> names = {"a.pem", "hallmark.pem", "vote.pem"};
  std::vector<std::string> order = names;
  do {
    const ScratchFolder folder;
    for (const std::string& name : order)
      ASSERT_THAT(crypto::SavePublicKey(folder / name, alice_.Public()), IsOk());
    EXPECT_THAT(TrustPolicy::Load(folder.path()),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("hallmark.pem")));
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace cupel::ledger::evidence
