// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/checkpoint.h"

#include "cupel/ledger/merkle/tree.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

// The example of the C2SP tlog-checkpoint specification, without its signature.
constexpr std::string_view kSpecText =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::string_view kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

class OpenCheckpointTest : public ::testing::Test {
 protected:
  std::string Signed(const std::string& text) const { return SignNote(text, kName, key_)->ToText(); }

  const std::string kName = "example.com/behind-the-sofa";
  const crypto::LogKey key_ = crypto::LogKey::Generate();
  const NoteVerifier verifier_ = NoteVerifier::Create(kName, key_.Public()).value();
};

TEST(Checkpoint, ReadsThePublishedText) {
  CUPEL_ASSERT_OK(const Checkpoint checkpoint, Checkpoint::Parse(kSpecText));
  EXPECT_EQ(checkpoint.origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint.size, 20852163u);
  EXPECT_EQ(ToBase64(checkpoint.root.bytes), kRoot);
  EXPECT_TRUE(checkpoint.extensions.empty());
  EXPECT_EQ(checkpoint.ToText(), kSpecText);
}

TEST(Checkpoint, KeepsExtensionLines) {
  const std::string text = std::string(kSpecText) + "first\nsecond one\n";
  CUPEL_ASSERT_OK(const Checkpoint checkpoint, Checkpoint::Parse(text));
  EXPECT_EQ(checkpoint.extensions, (std::vector<std::string>{"first", "second one"}));
  EXPECT_EQ(checkpoint.ToText(), text);
}

TEST(Checkpoint, HoldsTheEmptyLog) {
  const Checkpoint empty{"x", 0, EmptyRoot(), {}};
  EXPECT_THAT(Checkpoint::Parse(empty.ToText()), IsOkAndHolds(empty));
}

TEST(Checkpoint, RejectsEveryTruncation) {
  for (std::size_t size = 0; size < kSpecText.size(); ++size) {
    EXPECT_THAT(Checkpoint::Parse(kSpecText.substr(0, size)), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST(Checkpoint, RejectsNumbersAndRootsInAnotherForm) {
  const std::string root(kRoot);
  for (const std::string& text :
       {"x\n01\n" + root + "\n", "x\n-1\n" + root + "\n", "x\n+1\n" + root + "\n", "x\n 1\n" + root + "\n",
        "x\n1 \n" + root + "\n", "x\n\n" + root + "\n", "x\n9223372036854775808\n" + root + "\n",
        "\n1\n" + root + "\n", std::string("x\n1\nAAAA\n"), "x\n1\n" + root.substr(1) + "\n",
        "x\n1\n" + root + "\n\n", "x\n1\n" + root + "\nopen"}) {
    EXPECT_THAT(Checkpoint::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
  EXPECT_THAT(Checkpoint::Parse("x\n9223372036854775807\n" + root + "\n"), IsOk());
}

TEST_F(OpenCheckpointTest, GivesWhatTheLogSigned) {
  CUPEL_ASSERT_OK(const Checkpoint checkpoint, OpenCheckpoint(Signed(std::string(kSpecText)), verifier_));
  EXPECT_EQ(checkpoint.ToText(), kSpecText);
}

TEST_F(OpenCheckpointTest, RejectsEveryFlippedBit) {
  const std::string good = Signed(std::string(kSpecText));
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto opened = OpenCheckpoint(bad, verifier_);
    ASSERT_FALSE(opened.has_value()) << "bit " << bit;
    EXPECT_TRUE(opened.error().code == ErrorCode::kCorrupt ||
                opened.error().code == ErrorCode::kVerificationFailed);
  }
}

TEST_F(OpenCheckpointTest, ChecksTheSignatureBeforeItReadsTheText) {
  const std::string forged = SignNote("nonsense\n", kName, crypto::LogKey::Generate())->ToText();
  EXPECT_THAT(OpenCheckpoint(forged, verifier_), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(OpenCheckpoint(Signed("nonsense\n"), verifier_), HasError(ErrorCode::kCorrupt));
}

TEST_F(OpenCheckpointTest, RejectsTheCheckpointOfAnotherLog) {
  EXPECT_THAT(OpenCheckpoint(Signed("example.com/other\n1\n" + std::string(kRoot) + "\n"), verifier_),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("example.com/other")));
}

}  // namespace
}  // namespace cupel::ledger::merkle
