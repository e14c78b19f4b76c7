// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/ledger_policy.h"

#include "cupel/base/file.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::ScratchFolder;

class LedgerPolicyTest : public ::testing::Test {
 protected:
  static std::string KeyText(const std::string& origin, std::uint8_t seed) {
    return merkle::NoteVerifier::Create(origin, GateWorld::LogKeyOf(seed).Public())->ToText();
  }

  /// A folder of keys as `cupel hallmark trust` writes it.
  Result<evidence::TrustPolicy> Load(const std::vector<std::pair<std::string, std::string>>& files) const {
    const auto folder = folder_ / fmt::format("trust{}", count_++);
    CUPEL_CHECK(MakeFolder(folder).has_value());
    for (const auto& [name, text] : files) CUPEL_CHECK(WriteFileAtomic(folder / name, text).has_value());
    return evidence::TrustPolicy::Load(folder);
  }

  const GateWorld world_;
  const ScratchFolder folder_;
  mutable int count_ = 0;
};

TEST_F(LedgerPolicyTest, TheOnlyLedgerKeyIsAPolicyWithoutWitnesses) {
  CUPEL_ASSERT_OK(const auto trust, Load({{"hallmark.pub.pem", world_.hallmark_key.Public().Pem()},
                                          {"ledger.vkey", KeyText("example.com/a", 1) + "\n"}}));
  CUPEL_ASSERT_OK(const auto policy, LedgerPolicy(trust));
  ASSERT_EQ(policy.Logs().size(), 1u);
  EXPECT_EQ(policy.Logs()[0].key.Name(), "example.com/a");
  EXPECT_TRUE(policy.Witnesses().empty());
  EXPECT_EQ(policy.QuorumText(), "none");
}

TEST_F(LedgerPolicyTest, APolicyIsTakenInsteadOfTheKeyBesideIt) {
  CUPEL_ASSERT_OK(const auto trust, Load({{"ledger.vkey", KeyText("example.com/a", 1) + "\n"},
                                          {"log.policy", world_.PolicyText("quorum w2\n")}}));
  CUPEL_ASSERT_OK(const auto policy, LedgerPolicy(trust));
  EXPECT_EQ(policy.QuorumText(), "w2") << "a key must not undo the witnesses that a policy asks for";
  EXPECT_EQ(policy.Logs()[0].key.Name(), world_.origin);
}

TEST_F(LedgerPolicyTest, NothingToBelieveIsAnErrorAndNeverAPolicyThatTakesAll) {
  CUPEL_ASSERT_OK(const auto none, Load({{"hallmark.pub.pem", world_.hallmark_key.Public().Pem()}}));
  EXPECT_FALSE(LedgerPolicy(none).has_value());
  EXPECT_FALSE(LedgerPolicy(evidence::TrustPolicy{}).has_value());
  evidence::TrustPolicy broken;
  for (const char* text : {"quorum", "log x\nquorum none\n", "quorum w9\n", "# nothing\n"}) {
    broken.log_policy = text;
    EXPECT_FALSE(LedgerPolicy(broken).has_value()) << text;
  }
}

TEST_F(LedgerPolicyTest, APolicyWithoutALogAcceptsNoCheckpoint) {
  evidence::TrustPolicy trust;
  trust.log_policy = "quorum none\n";
  const auto policy = LedgerPolicy(trust);
  if (!policy) return;
  merkle::Tree tree;
  EXPECT_FALSE(policy->Verify(world_.Note(tree, 0, {0, 1, 2}, world_.issued_at)).has_value());
}

}  // namespace
}  // namespace cupel::ledger::hallmark
