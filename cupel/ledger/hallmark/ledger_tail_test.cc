// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/ledger_tail.h"

#include <bit>

#include "cupel/ledger/log/log.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

Bytes Numbered(std::uint64_t i) {
  const std::string text = "leaf " + std::to_string(i);
  return Bytes(text.begin(), text.end());
}

/// A log on disk of `size` leaves and the tree of all of them.
struct Written {
  ScratchFolder folder;
  merkle::Tree tree;

  explicit Written(std::uint64_t size) {
    log::Log log = log::Log::Create(folder / "log", crypto::LogKey::Generate(), "example.com/log").value();
    std::vector<Bytes> leaves;
    for (std::uint64_t i = 0; i < size; ++i) {
      leaves.push_back(Numbered(i));
      tree.Append(merkle::LeafHash(leaves.back()));
    }
    EXPECT_THAT(log.Append(leaves), IsOk());
  }
};

TEST(LedgerTail, HasTheRootsOfTheTreeFromEveryStart) {
  constexpr std::uint64_t kSize = 1027;
  const Written log(kSize);
  for (const std::uint64_t from : {0, 1, 255, 256, 511, 512, 700, 768, 1023, 1024, 1026, 1027}) {
    CUPEL_ASSERT_OK(const LedgerTail tail, ReadLedgerTail(log.folder / "log", kSize, from));
    EXPECT_EQ(tail.start, from);
    EXPECT_EQ(tail.size(), kSize);
    EXPECT_EQ(tail.left.size(), static_cast<std::size_t>(std::popcount(tail.start)));
    std::vector<std::uint64_t> sizes;
    std::vector<Digest> roots;
    for (std::uint64_t size = tail.start; size <= kSize; ++size) {
      sizes.insert(sizes.begin(), size);  // any order
      roots.insert(roots.begin(), log.tree.RootAt(size).value());
    }
    EXPECT_THAT(tail.RootsAt(sizes), IsOkAndHolds(roots)) << from;
    EXPECT_THAT(tail.RootsAt({kSize, kSize + 1}), HasError(ErrorCode::kInvalidArgument));
    if (tail.start > 0) {
      EXPECT_THAT(tail.RootsAt({tail.start - 1}), HasError(ErrorCode::kInvalidArgument));
    }
  }
}

TEST(LedgerTail, HasTheRootsOfEverySmallLog) {
  for (const std::uint64_t size : {0, 1, 2, 3, 7, 255, 256, 257, 512}) {
    const Written log(size);
    CUPEL_ASSERT_OK(const LedgerTail tail, ReadLedgerTail(log.folder / "log", size, size));
    EXPECT_THAT(tail.RootsAt({size}), IsOkAndHolds(std::vector{log.tree.Root()})) << size;
  }
}

TEST(LedgerTail, WorksAcrossATileOfTiles) {
  constexpr std::uint64_t kSize = 256 * 256 + 256 + 3;  // level 1 has a full tile, level 2 a node
  const Written log(kSize);
  for (const std::uint64_t kept : {1, 3, 4, 258, 259, 260}) {
    CUPEL_ASSERT_OK(const LedgerTail tail, ReadLedgerTail(log.folder / "log", kSize, kSize - kept));
    EXPECT_EQ(tail.left.size(), static_cast<std::size_t>(std::popcount(kSize - kept)));
    EXPECT_EQ(tail.leaves.size(), kept);
    EXPECT_THAT(tail.RootsAt({kSize - 1, kSize, kSize - kept}),
                IsOkAndHolds(std::vector{log.tree.RootAt(kSize - 1).value(), log.tree.Root(),
                                         log.tree.RootAt(kSize - kept).value()}));
  }
}

TEST(LedgerTail, NamesTheFileThatIsMissingOrOfAnotherLength) {
  const Written log(300);
  const auto folder = log.folder / "log";
  EXPECT_THAT(ReadLedgerTail(folder, 300, 301), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadLedgerTail(folder, 301, 256),
              HasError(ErrorCode::kNotFound, HasSubstr("tile/entries/001.p/45")));
  EXPECT_THAT(ReadLedgerTail(folder, 301, 300), HasError(ErrorCode::kNotFound, HasSubstr("tile/0/001.p/45")));
  std::filesystem::resize_file(folder / "tile/1/000.p/1", 31);
  EXPECT_THAT(ReadLedgerTail(folder, 300, 299), HasError(ErrorCode::kCorrupt, HasSubstr("tile/1/000.p/1")));
  std::filesystem::resize_file(folder / "tile/entries/001.p/44", 100);
  EXPECT_THAT(ReadLedgerTail(folder, 300, 0),
              HasError(ErrorCode::kCorrupt, HasSubstr("tile/entries/001.p/44")));
}

TEST(LedgerTail, AWrongNumberOfHashesOnTheLeftIsFalse) {
  const Written log(300);
  CUPEL_ASSERT_OK(LedgerTail tail, ReadLedgerTail(log.folder / "log", 300, 299));
  tail.left.clear();
  EXPECT_THAT(tail.RootsAt({300}), HasError(ErrorCode::kVerificationFailed));
}

}  // namespace
}  // namespace cupel::ledger::hallmark
