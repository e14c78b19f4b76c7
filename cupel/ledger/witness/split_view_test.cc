// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/split_view.h"

#include <fmt/format.h>

#include <random>

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
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Compare, TellsOneHistoryFromTwoForEveryForkAndPairOfSizes) {
  constexpr std::uint64_t kSize = 9;
  const SigningLog log;
  const merkle::Tree main = History(kSize);
  for (std::uint64_t shared = 0; shared <= kSize; ++shared) {
    const merkle::Tree fork = History(kSize, shared, "fork");
    for (std::uint64_t a = 0; a <= kSize; ++a) {
      for (std::uint64_t b = 0; b <= a; ++b) {
        CUPEL_ASSERT_OK(const log::LogReader reader, log.Reader(main, a));
        CUPEL_ASSERT_OK(const Comparison comparison,
                        Compare(reader, log.Sign(fork, b).ToText(), log.Verifier()));
        EXPECT_EQ(comparison.relation, b > shared ? Relation::kFork
                                       : a == b   ? Relation::kSame
                                                  : Relation::kExtends)
            << shared << " " << a << " " << b;
        EXPECT_EQ(comparison.larger.size, a);
        EXPECT_EQ(comparison.smaller.size, b);
        EXPECT_FALSE(comparison.ToText().empty());
      }
    }
  }
}

/// The twin has all leaves in memory. Sizes around the borders of tiles, where reading by tiles could differ.
TEST(Compare, ByTilesAgreesWithTheTreeInMemory) {
  constexpr std::uint64_t kSize = 66'000;
  const SigningLog log;
  const merkle::Tree main = History(kSize);
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same pairs in every run
  std::vector<std::uint64_t> sizes = {0, 1, 255, 256, 257, 65'535, 65'536, 65'537, kSize};
  for (int i = 0; i < 12; ++i) sizes.push_back(random() % kSize);
  for (const std::uint64_t shared : {std::uint64_t{256}, std::uint64_t{65'536}, std::uint64_t{40'123}}) {
    const merkle::Tree fork = History(kSize, shared, "fork");
    CUPEL_ASSERT_OK(const log::LogReader reader, log.Reader(main, kSize));
    for (const std::uint64_t size : sizes) {
      CUPEL_ASSERT_OK(const Comparison comparison,
                      Compare(reader, log.Sign(fork, size).ToText(), log.Verifier()));
      EXPECT_EQ(comparison.relation == Relation::kFork,
                main.RootAt(size).value() != fork.RootAt(size).value())
          << shared << " " << size;
    }
  }
}

TEST(Compare, NamesBothRootsWhenTheSizesAreEqual) {
  const SigningLog log;
  const merkle::Tree main = History(5);
  const merkle::Tree fork = History(5, 2, "fork");
  CUPEL_ASSERT_OK(const log::LogReader reader, log.Reader(main, 5));
  CUPEL_ASSERT_OK(const Comparison comparison, Compare(reader, log.Sign(fork, 5).ToText(), log.Verifier()));
  EXPECT_EQ(comparison.relation, Relation::kFork);
  EXPECT_THAT(comparison.ToText(), AllOf(HasSubstr("signed two trees of 5 leaves"),
                                         HasSubstr(main.Root().Hex()), HasSubstr(fork.Root().Hex())));
}

TEST(Compare, AccusesNobodyOnForgedEvidence) {
  const SigningLog log;
  const SigningLog forger("example.com/log", 2);
  const merkle::Tree main = History(9);
  const merkle::Tree fork = History(9, 2, "fork");
  CUPEL_ASSERT_OK(const log::LogReader reader, log.Reader(main, 9));
  EXPECT_THAT(Compare(reader, forger.Sign(fork, 5).ToText(), log.Verifier()),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Compare(reader, "nonsense", log.Verifier()), HasError(ErrorCode::kCorrupt));
  // Tiles that are not those of the checkpoint prove nothing.
  const auto other = std::make_shared<const TreeSource>(fork, log.Sign(main, 9).ToText());
  EXPECT_THAT(log::LogReader::Open(other, log.Verifier()), HasError(ErrorCode::kVerificationFailed));
}

/// A full tile that lies in the middle is read only when a question needs it: then it must be the log's.
TEST(Compare, ATileOfAnotherHistoryIsAnErrorNotAFork) {
  class Patched final : public log::TileSource {
   public:
    Patched(const TreeSource& good, const TreeSource& bad) : good_(good), bad_(bad) {}
    Result<Bytes> Read(const std::string& path, std::uint64_t limit) const override {
      return path == "tile/0/000" ? bad_.Read(path, limit) : good_.Read(path, limit);
    }
    std::string PlaceOf(const std::string& path) const override { return path; }

   private:
    const TreeSource& good_;
    const TreeSource& bad_;
  };
  const SigningLog log;
  const merkle::Tree main = History(600);
  const merkle::Tree fork = History(600, 100, "fork");
  const std::string note = log.Sign(main, 600).ToText();
  const TreeSource good(main, note);
  const TreeSource bad(fork, note);
  CUPEL_ASSERT_OK(const log::LogReader reader,
                  log::LogReader::Open(std::make_shared<const Patched>(good, bad), log.Verifier()));
  EXPECT_THAT(Compare(reader, log.Sign(main, 200).ToText(), log.Verifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not that of the checkpoint's log")));
  EXPECT_THAT(Compare(reader, log.Sign(main, 512).ToText(), log.Verifier()), IsOk())
      << "the tile above it tells without reading it";
}

/// A log that shows one history to Alice and another to Bob, both kept and signed with its real key.
class SplitViewTest : public ::testing::Test {
 protected:
  SplitViewTest() {
    log_.Grow(alice_.path(), "shared", 4);
    std::filesystem::copy(alice_.path(), bob_ / "log", std::filesystem::copy_options::recursive);
    log_.Grow(alice_.path(), "for alice", 3);
    log_.Grow(bob_ / "log", "for bob", 6);
    for (int number = 1; number <= 3; ++number) {
      witnesses_.push_back(
          WitnessIn(states_ / std::to_string(number), WitnessKey(number), {log_.Known()}, clock_));
    }
  }

  /// Asks these witnesses; returns the note that the reader of this folder gets.
  std::string Cosign(const std::filesystem::path& folder, const std::vector<int>& numbers) {
    std::vector<Cosigner> cosigners;
    for (const int number : numbers) {
      Witness& witness = *witnesses_[static_cast<std::size_t>(number - 1)];
      cosigners.push_back({witness.Verifier(), InProcess(witness)});
    }
    return CosignLog(folder, log_.Verifier(), cosigners).value().note;
  }

  Policy Quorum(const std::string& threshold) const {
    std::string text = "log " + log_.Verifier().ToText() + "\n";
    for (int number = 1; number <= 3; ++number) {
      text += fmt::format("witness w{} {}\n", number, WitnessKey(number).Verifier().ToText());
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
  log_.Grow(bob_ / "log", "for bob", 9);
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
  log_.Grow(alice_.path(), "for alice", 2);
  CUPEL_ASSERT_OK(const Comparison one, CompareWithCheckpoint(alice_.path(), of_alice, log_.Verifier()));
  EXPECT_EQ(one.relation, Relation::kExtends);
  log_.Grow(alice_.path(), "for alice", 9);
  EXPECT_THAT(CompareWithCheckpoint(bob_ / "log", Cosign(alice_.path(), {1}), log_.Verifier()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("counts 18 leaves, the copy has 10")));
  EXPECT_THAT(
      CompareWithCheckpoint(bob_ / "log", SigningLog("example.com/log", 2).Sign(History(5), 5).ToText(),
                            log_.Verifier()),
      HasError(ErrorCode::kVerificationFailed));
}

}  // namespace
}  // namespace cupel::ledger::witness
