// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/split_view.h"

#include <fmt/format.h>

#include "cupel/ledger/log/log.h"
#include "cupel/ledger/witness/cosign.h"
#include "cupel/ledger/witness/policy.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/ledger/witness/witness.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

TEST(Compare, TellsOneHistoryFromTwoForEveryForkAndPairOfSizes) {
  constexpr std::uint64_t kSize = 9;
  const SigningLog log;
  const merkle::Tree main = History(kSize);
  for (std::uint64_t shared = 0; shared <= kSize; ++shared) {
    const merkle::Tree fork = History(kSize, shared, "fork");
    for (std::uint64_t a = 0; a <= kSize; ++a) {
      for (std::uint64_t b = 0; b <= kSize; ++b) {
        const std::string note_a = log.Sign(main, a).ToText();
        const std::string note_b = log.Sign(fork, b).ToText();
        const merkle::Tree& larger = a > b ? main : fork;
        CUPEL_ASSERT_OK(const Comparison comparison, Compare(note_a, note_b, log.Verifier(), larger));
        const bool one = std::min(a, b) <= shared;
        EXPECT_EQ(comparison.relation, !one     ? Relation::kFork
                                       : a == b ? Relation::kSame
                                                : Relation::kExtends)
            << shared << " " << a << " " << b;
        EXPECT_EQ(comparison.larger.size, std::max(a, b));
        EXPECT_FALSE(comparison.ToText().empty());
      }
    }
  }
}

TEST(Compare, EqualSizesNeedNoLeaves) {
  const SigningLog log;
  const std::string one = log.Sign(History(5), 5).ToText();
  const std::string two = log.Sign(History(5, 2, "fork"), 5).ToText();
  CUPEL_ASSERT_OK(const Comparison comparison, Compare(one, two, log.Verifier(), merkle::Tree()));
  EXPECT_EQ(comparison.relation, Relation::kFork);
  EXPECT_THAT(comparison.ToText(), HasSubstr("signed two trees of 5 leaves"));
}

TEST(Compare, AccusesNobodyOnForgedEvidence) {
  const SigningLog log;
  const SigningLog forger("example.com/log", 2);
  const std::string real = log.Sign(History(5), 5).ToText();
  EXPECT_THAT(Compare(real, forger.Sign(History(5, 2, "fork"), 5).ToText(), log.Verifier(), History(5)),
              HasError(ErrorCode::kVerificationFailed));
  // Leaves that are not those of the larger checkpoint prove nothing.
  EXPECT_THAT(Compare(real, log.Sign(History(9), 9).ToText(), log.Verifier(), History(9, 2, "fork")),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not those of the checkpoint of 9")));
  EXPECT_THAT(Compare(real, log.Sign(History(9), 9).ToText(), log.Verifier(), History(8)),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Compare(real, "nonsense", log.Verifier(), History(5)), HasError(ErrorCode::kCorrupt));
}

/// A log that shows one history to Alice and another to Bob, both kept and signed with its real key.
class SplitViewTest : public ::testing::Test {
 protected:
  SplitViewTest() {
    Grow(alice_.path(), "shared", 4);
    std::filesystem::copy(alice_.path(), bob_ / "log", std::filesystem::copy_options::recursive);
    Grow(alice_.path(), "for alice", 3);
    Grow(bob_ / "log", "for bob", 6);
    for (int number = 1; number <= 3; ++number) {
      const auto state = states_ / std::to_string(number);
      EXPECT_THAT(FileStore::Create(state, Key(number).Verifier()), IsOk());
      auto store = FileStore::Open(state, Key(number).Verifier()).value();
      witnesses_.push_back(Witness::Create(Key(number), {log_.Known()}, std::move(store), clock_).value());
    }
  }

  void Grow(const std::filesystem::path& folder, const std::string& what, int count) {
    auto log = std::filesystem::exists(folder / "checkpoint")
                   ? log::Log::Open(folder, KeyOf(1), log_.origin()).value()
                   : log::Log::Create(folder, KeyOf(1), log_.origin()).value();
    for (int i = 0; i < count; ++i) EXPECT_THAT(log.Append(AsBytes(fmt::format("{} {}", what, i))), IsOk());
  }

  static CosignatureKey Key(int number) {
    return WitnessKey(fmt::format("w{}.example", number), static_cast<std::uint8_t>(10 + number));
  }

  /// Asks these witnesses; returns the note that the reader of this folder gets.
  std::string Cosign(const std::filesystem::path& folder, const std::vector<int>& numbers) {
    std::vector<Cosigner> cosigners;
    for (const int number : numbers) {
      Witness& witness = *witnesses_[static_cast<std::size_t>(number - 1)];
      cosigners.push_back({Key(number).Verifier(), [&witness](const std::string& body) -> Result<Answer> {
                             return witness.Add(body);
                           }});
    }
    return CosignLog(folder, log_.Verifier(), cosigners).value().note;
  }

  Policy Quorum(const std::string& threshold) const {
    std::string text = "log " + log_.Verifier().ToText() + "\n";
    for (int number = 1; number <= 3; ++number) {
      text += fmt::format("witness w{} {}\n", number, Key(number).Verifier().ToText());
    }
    return Policy::Parse(text + "group g " + threshold + " w1 w2 w3\nquorum g\n").value();
  }

  const SigningLog log_;
  const ScratchFolder alice_;
  const ScratchFolder bob_;
  const ScratchFolder states_;
  ManualClock clock_{1'700'000'000};
  std::vector<std::unique_ptr<Witness>> witnesses_;
};

TEST_F(SplitViewTest, EachViewAloneIsPerfect) {
  EXPECT_THAT(log::Verify(alice_.path(), log_.Verifier()), IsOk());
  EXPECT_THAT(log::Verify(bob_ / "log", log_.Verifier()), IsOk());
}

TEST_F(SplitViewTest, TheSecondHistoryCannotGetAMajorityOfTheWitnesses) {
  const Policy two_of_three = Quorum("2");
  EXPECT_THAT(two_of_three.Verify(Cosign(alice_.path(), {1, 2})), IsOk());
  EXPECT_THAT(two_of_three.Verify(Cosign(bob_ / "log", {1, 2, 3})),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("got w3")));
  // Nor later, nor by asking again in another order.
  Grow(bob_ / "log", "for bob", 9);
  EXPECT_THAT(two_of_three.Verify(Cosign(bob_ / "log", {3, 2, 1})), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(two_of_three.Verify(Cosign(alice_.path(), {1, 2, 3})), IsOk());
}

TEST_F(SplitViewTest, QuorumsThatNeedNotMeetLetASplitViewPass) {
  // Why a policy asks for a majority: with any one of three, both histories find somebody.
  const Policy any = Quorum("any");
  EXPECT_THAT(any.Verify(Cosign(alice_.path(), {1, 2})), IsOk());
  EXPECT_THAT(any.Verify(Cosign(bob_ / "log", {1, 2, 3})), IsOk());
}

TEST_F(SplitViewTest, TwoReadersWhoCompareHoldTheProof) {
  CUPEL_ASSERT_OK(const Comparison comparison, CompareFolders(alice_.path(), bob_ / "log", log_.Verifier()));
  EXPECT_EQ(comparison.relation, Relation::kFork);
  EXPECT_EQ(comparison.smaller.size, 7u);
  EXPECT_EQ(comparison.larger.size, 10u);
  EXPECT_THAT(comparison.ToText(), HasSubstr("does not begin with"));
  CUPEL_ASSERT_OK(const Comparison same, CompareFolders(bob_ / "log", bob_ / "log", log_.Verifier()));
  EXPECT_EQ(same.relation, Relation::kSame);
}

TEST_F(SplitViewTest, ACheckpointOfSomebodyElseIsEnough) {
  const std::string of_alice = Cosign(alice_.path(), {1});
  CUPEL_ASSERT_OK(const Comparison fork, CompareWithCheckpoint(bob_ / "log", of_alice, log_.Verifier()));
  EXPECT_EQ(fork.relation, Relation::kFork);
  Grow(alice_.path(), "for alice", 2);
  CUPEL_ASSERT_OK(const Comparison one, CompareWithCheckpoint(alice_.path(), of_alice, log_.Verifier()));
  EXPECT_EQ(one.relation, Relation::kExtends);
  Grow(alice_.path(), "for alice", 9);
  EXPECT_THAT(CompareWithCheckpoint(bob_ / "log", Cosign(alice_.path(), {1}), log_.Verifier()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("counts 18 leaves, the copy has 10")));
  EXPECT_THAT(
      CompareWithCheckpoint(bob_ / "log", SigningLog("example.com/log", 2).Sign(History(5), 5).ToText(),
                            log_.Verifier()),
      HasError(ErrorCode::kVerificationFailed));
}

}  // namespace
}  // namespace cupel::ledger::witness
