// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/log_reader.h"

#include <set>

#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Three levels of tiles: 65,536 leaves fill one of level 1, and there is an edge at every level.
constexpr std::size_t kLarge = 256 * 256 + 256 * 3 + 77;

/// A log's files in memory, counted when they are read, and one of them changed if a test asks for it.
class MemorySource final : public TileSource {
 public:
  explicit MemorySource(const std::filesystem::path& folder) {
    for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
      if (item.is_directory()) continue;
      const std::string name = item.path().lexically_relative(folder).generic_string();
      files[name] = FolderSource(folder).Read(name, std::uint64_t{1} << 30).value();
    }
  }
  Result<Bytes> Read(const std::string& path, std::uint64_t limit_bytes) const override {
    reads.insert(path);
    const auto found = files.find(path);
    if (found == files.end()) return Fail(ErrorCode::kNotFound, "no such file", path);
    if (found->second.size() > limit_bytes) return Fail(ErrorCode::kResourceLimit, "too large", path);
    return found->second;
  }
  std::string PlaceOf(const std::string& path) const override { return path; }

  std::map<std::string, Bytes> files;
  mutable std::multiset<std::string> reads;
};

class LogReaderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder();
    UnsyncedFiles files;
    Log log = Log::Create(folder_->path(), TestKey(), kTestOrigin, {.files = &files}).value();
    CUPEL_CHECK(log.Append(NumberedLeaves(0, 70)).has_value());
    early_note_ = new std::string(log.Note());
    CUPEL_CHECK(log.Append(NumberedLeaves(70, kLarge)).has_value());
    tree_ = new merkle::Tree();
    for (std::size_t i = 0; i < kLarge; ++i) tree_->Append(merkle::LeafHash(NumberedLeaf(i)));
  }
  static void TearDownTestSuite() {
    delete folder_;
    delete early_note_;
    delete tree_;
  }

  std::shared_ptr<MemorySource> Source() const { return std::make_shared<MemorySource>(folder_->path()); }

  static ScratchFolder* folder_;
  static std::string* early_note_;
  static merkle::Tree* tree_;
};
ScratchFolder* LogReaderTest::folder_ = nullptr;
std::string* LogReaderTest::early_note_ = nullptr;
merkle::Tree* LogReaderTest::tree_ = nullptr;

TEST_F(LogReaderTest, ProofsAreThoseOfTheTreeInMemory) {
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(folder_->path(), TestVerifier()));
  EXPECT_EQ(log.checkpoint().root, tree_->Root());
  for (std::uint64_t index = 0; index < kLarge; index += 997) {
    CUPEL_ASSERT_OK(const Receipt receipt, log.Prove(index));
    EXPECT_EQ(receipt.path, tree_->ProveInclusion(index, kLarge)->path) << index;
    EXPECT_THAT(receipt.Verify(NumberedLeaf(index), TestVerifier()), IsOk());
    EXPECT_THAT(log.Entry(index), IsOkAndHolds(NumberedLeaf(index)));
    EXPECT_THAT(log.LeafHashAt(index), IsOkAndHolds(merkle::LeafHash(NumberedLeaf(index))));
  }
  for (std::uint64_t old_size = 0; old_size <= kLarge; old_size += 1013) {
    EXPECT_THAT(log.ProveConsistency(old_size, kLarge),
                IsOkAndHolds(tree_->ProveConsistency(old_size, kLarge).value()));
    EXPECT_THAT(log.ProveConsistency(old_size, (old_size + kLarge) / 2),
                IsOkAndHolds(tree_->ProveConsistency(old_size, (old_size + kLarge) / 2).value()));
    EXPECT_THAT(log.RootAt(old_size), IsOkAndHolds(tree_->RootAt(old_size).value()));
  }
}

TEST_F(LogReaderTest, AgreesWithTheTreeForEverySmallSize) {
  const ScratchFolder folder;
  UnsyncedFiles files;
  CUPEL_ASSERT_OK(Log log, Log::Create(folder.path(), TestKey(), kTestOrigin, {.files = &files}));
  for (std::uint64_t size = 0; size <= 520;
       size += size < 20 || (size > 250 && size < 260) || size > 508 ? 1 : 23) {
    ASSERT_THAT(log.Append(NumberedLeaves(log.size(), size)), IsOk());
    CUPEL_ASSERT_OK(const LogReader reader, LogReader::Open(folder.path(), TestVerifier()));
    ASSERT_EQ(reader.size(), size);
    EXPECT_THAT(tree_->RootAt(size), IsOkAndHolds(reader.checkpoint().root));
    for (std::uint64_t index = 0; index < size; index += 1 + size / 17) {
      EXPECT_EQ(reader.Prove(index)->path, tree_->ProveInclusion(index, size)->path)
          << index << " of " << size;
      EXPECT_THAT(reader.ProveConsistency(index, size),
                  IsOkAndHolds(tree_->ProveConsistency(index, size).value()));
    }
  }
}

TEST_F(LogReaderTest, ReadsNoMoreThanTheTilesOnTheWay) {
  const auto source = Source();
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(source, TestVerifier()));
  EXPECT_EQ(source->reads, (std::multiset<std::string>{"checkpoint", "tile/0/259.p/77", "tile/1/001.p/3",
                                                       "tile/2/000.p/1"}));
  source->reads.clear();
  EXPECT_THAT(log.Prove(1000), IsOk());
  EXPECT_EQ(source->reads, (std::multiset<std::string>{"tile/0/003", "tile/1/000"}));
  source->reads.clear();
  EXPECT_THAT(log.Prove(1001), IsOk());
  EXPECT_TRUE(source->reads.empty());  // the tiles are remembered
  EXPECT_THAT(log.Entry(1001), IsOk());
  EXPECT_EQ(source->reads, (std::multiset<std::string>{"tile/entries/003"}));
}

TEST_F(LogReaderTest, ForgetsTheOldestTilesAndReadsThemAgain) {
  const auto source = Source();
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(source, TestVerifier()));
  for (int round = 0; round < 2; ++round) {
    source->reads.clear();
    for (std::uint64_t tile = 0; tile < 259; ++tile) EXPECT_THAT(log.LeafHashAt(tile * 256), IsOk());
    EXPECT_GT(source->reads.size(), 258u);
  }
}

// Whatever bit of whatever file is wrong, an answer is right or an error.
TEST_F(LogReaderTest, NeverBelievesAChangedTile) {
  const auto clean = Source();
  for (const std::string name : {"tile/0/259.p/77", "tile/1/001.p/3", "tile/2/000.p/1", "tile/0/003",
                                 "tile/1/000", "tile/entries/003", "checkpoint"}) {
    const std::size_t size = clean->files.at(name).size();
    for (std::size_t byte = 0; byte < size; byte += 1 + size / 60) {
      const auto source = std::make_shared<MemorySource>(*clean);
      source->files[name][byte] ^= static_cast<std::uint8_t>(1u << byte % 8);
      const auto log = LogReader::Open(source, TestVerifier());
      if (!log) {
        EXPECT_TRUE(log.error().code == ErrorCode::kVerificationFailed ||
                    log.error().code == ErrorCode::kCorrupt);
        continue;
      }
      const auto entry = log->Entry(1000);
      const auto receipt = log->Prove(1000);
      EXPECT_TRUE(!entry || !receipt) << name << " byte " << byte;
      EXPECT_THAT((entry ? receipt.error() : entry.error()).ToString(), HasSubstr(name)) << byte;
      EXPECT_TRUE(!entry || *entry == NumberedLeaf(1000));
      EXPECT_TRUE(!receipt || receipt->path == tree_->ProveInclusion(1000, kLarge)->path);
    }
  }
}

TEST_F(LogReaderTest, NamesMissingTruncatedAndLengthenedTiles) {
  for (const std::string name : {"tile/0/003", "tile/1/000", "tile/entries/003"}) {
    const auto source = Source();
    const Bytes good = source->files.at(name);
    source->files.erase(name);
    CUPEL_ASSERT_OK(const LogReader missing, LogReader::Open(source, TestVerifier()));
    EXPECT_THAT(missing.Entry(1000), HasError(ErrorCode::kNotFound, HasSubstr(name)));
    source->files[name] = Bytes(good.begin(), good.end() - 1);
    CUPEL_ASSERT_OK(const LogReader cut, LogReader::Open(source, TestVerifier()));
    EXPECT_THAT(cut.Entry(1000), HasError(ErrorCode::kCorrupt, HasSubstr(name)));
  }
}

TEST_F(LogReaderTest, TakesTheFullTileWhenThePartialOneIsGone) {
  const auto source = Source();
  CUPEL_ASSERT_OK(const LogReader early, LogReader::OpenAt(source, *early_note_, TestVerifier()));
  EXPECT_EQ(early.size(), 70u);
  EXPECT_THAT(early.Entry(69), IsOkAndHolds(NumberedLeaf(69)));
  EXPECT_EQ(early.Prove(12)->path, tree_->ProveInclusion(12, 70)->path);
  EXPECT_TRUE(source->reads.contains("tile/0/000"));
  EXPECT_THAT(early.Entry(70), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(LogReaderTest, VisitsEntriesInOrder) {
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(folder_->path(), TestVerifier()));
  for (const auto& [from, to] :
       {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {250, 260}, {256, 512}, {kLarge - 5, kLarge}}) {
    std::uint64_t next = from;
    EXPECT_THAT(log.ForEachEntry(from, to,
                                 [&](std::uint64_t index, BytesView entry) -> Status {
                                   EXPECT_EQ(index, next++);
                                   EXPECT_EQ(AsText(entry), AsText(NumberedLeaf(index)));
                                   return {};
                                 }),
                IsOk());
    EXPECT_EQ(next, to);
  }
  EXPECT_THAT(log.ForEachEntry(0, kLarge + 1, [](auto&&...) { return Status(); }),
              HasError(ErrorCode::kInvalidArgument));
}

TEST_F(LogReaderTest, FindsALeafByItsHash) {
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(folder_->path(), TestVerifier()));
  for (const std::uint64_t index : {0u, 255u, 256u, 65535u, 66000u}) {
    EXPECT_THAT(log.Find(merkle::LeafHash(NumberedLeaf(index))), IsOkAndHolds(std::optional(index)));
  }
  EXPECT_THAT(log.Find(merkle::LeafHash(NumberedLeaf(kLarge))), IsOkAndHolds(std::optional<std::uint64_t>()));
}

TEST_F(LogReaderTest, RefusesWhatTheLogDoesNotHave) {
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(folder_->path(), TestVerifier()));
  EXPECT_THAT(log.Prove(kLarge), HasError(ErrorCode::kInvalidArgument, HasSubstr(std::to_string(kLarge))));
  EXPECT_THAT(log.Entry(~std::uint64_t{0}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(log.LeafHashAt(kLarge), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(log.ProveConsistency(1, kLarge + 1), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(log.ProveConsistency(5, 4), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(log.RootAt(kLarge + 1), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(LogReaderTest, NeedsTheRightKey) {
  const auto other = merkle::NoteVerifier::Create(kTestOrigin, crypto::LogKey::Generate().Public()).value();
  EXPECT_THAT(LogReader::Open(folder_->path(), other),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("checkpoint")));
  EXPECT_THAT(LogReader::Open(*folder_ / "absent", TestVerifier()), HasError(ErrorCode::kNotFound));
}

TEST_F(LogReaderTest, OpensAnEmptyLog) {
  const ScratchFolder folder;
  ASSERT_THAT(Log::Create(folder.path(), TestKey(), kTestOrigin), IsOk());
  CUPEL_ASSERT_OK(const LogReader log, LogReader::Open(folder.path(), TestVerifier()));
  EXPECT_EQ(log.size(), 0u);
  EXPECT_THAT(log.Prove(0), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(log.Find(merkle::LeafHash({})), IsOkAndHolds(std::optional<std::uint64_t>()));
  EXPECT_THAT(log.RootAt(0), IsOkAndHolds(merkle::EmptyRoot()));
}

}  // namespace
}  // namespace cupel::ledger::log
