// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/log.h"

#include <fstream>
#include <set>

#include "cupel/base/file.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kOrigin = "example.com/ledger";

Bytes Leaf(std::size_t i) {
  const std::string text = "leaf " + std::to_string(i);
  return Bytes(text.begin(), text.end());
}

std::vector<Bytes> Leaves(std::size_t from, std::size_t to) {
  std::vector<Bytes> leaves;
  for (std::size_t i = from; i < to; ++i) leaves.push_back(Leaf(i));
  return leaves;
}

/// Without the flush to disk that WriteFileAtomic pays for, since the tests below write thousands of files.
void Overwrite(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << AsText(bytes);
}

std::set<std::string> Files(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
    if (!item.is_directory()) files.insert(item.path().lexically_relative(folder).generic_string());
  }
  return files;
}

class LogTest : public ::testing::Test {
 protected:
  crypto::LogKey Key() const { return crypto::LogKey::FromSeed(Bytes(32, 7)).value(); }
  merkle::NoteVerifier Verifier() const {
    return merkle::NoteVerifier::Create(kOrigin, Key().Public()).value();
  }
  Log Create() const { return Log::Create(folder_.path(), Key(), kOrigin).value(); }
  Log Reopen() const { return Log::Open(folder_.path(), Key(), kOrigin).value(); }
  void Fill(std::size_t count) const { ASSERT_THAT(Create().Append(Leaves(0, count)), IsOk()); }
  Result<VerifiedLog> VerifyNow() const { return Verify(folder_.path(), Verifier()); }

  const ScratchFolder folder_;
};

TEST_F(LogTest, BeginsEmptyAndVerifies) {
  const Log log = Create();
  EXPECT_EQ(log.size(), 0u);
  CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
  EXPECT_EQ(verified.checkpoint.root, merkle::EmptyRoot());
  EXPECT_EQ(Files(folder_.path()), (std::set<std::string>{"checkpoint"}));
}

TEST_F(LogTest, VerifiesAfterEveryAppend) {
  Log log = Create();
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_THAT(log.Append(Leaf(i)), IsOkAndHolds(i));
    CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
    EXPECT_EQ(verified.entries, Leaves(0, i + 1));
    EXPECT_EQ(verified.note, log.Note());
  }
}

TEST_F(LogTest, HasTheRootOfItsLeavesHoweverTheyArrived) {
  const ScratchFolder other;
  Log one_by_one = Create();
  for (std::size_t i = 0; i < 30; ++i) ASSERT_THAT(one_by_one.Append(Leaf(i)), IsOk());
  CUPEL_ASSERT_OK(Log at_once, Log::Create(other.path(), Key(), kOrigin));
  ASSERT_THAT(at_once.Append(Leaves(0, 30)), IsOk());
  EXPECT_EQ(one_by_one.Note(), at_once.Note());  // Ed25519 is deterministic, so even the signatures are equal
}

TEST_F(LogTest, IsLaidOutAsTilesSay) {
  Fill(600);
  EXPECT_EQ(
      Files(folder_.path()),
      (std::set<std::string>{"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
                             "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"}));
  CUPEL_ASSERT_OK(const Bytes level0, ReadFile(folder_ / "tile/0/000"));
  EXPECT_EQ(level0.size(), 8192u);
  EXPECT_EQ(ToHex(BytesView(level0).first(32)), merkle::LeafHash(Leaf(0)).Hex());
}

TEST_F(LogTest, RemovesPartialTilesOnceTheFullOneIsThere) {
  Log log = Create();
  ASSERT_THAT(log.Append(Leaves(0, 255)), IsOk());
  EXPECT_TRUE(Files(folder_.path()).contains("tile/0/000.p/255"));
  ASSERT_THAT(log.Append(Leaves(255, 257)), IsOk());
  EXPECT_EQ(Files(folder_.path()),
            (std::set<std::string>{"checkpoint", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                                   "tile/entries/000", "tile/entries/001.p/1"}));
  EXPECT_THAT(VerifyNow(), IsOk());
}

TEST_F(LogTest, ContinuesAfterReopeningAcrossTileBorders) {
  std::size_t size = 0;
  (void)Create();
  for (const std::size_t next : {1, 3, 255, 256, 257, 511, 513, 700}) {
    Log log = Reopen();
    EXPECT_THAT(log.Append(Leaves(size, next)), IsOkAndHolds(size));
    size = next;
    EXPECT_EQ(log.size(), size);
    CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
    EXPECT_EQ(verified.entries, Leaves(0, size));
  }
}

TEST_F(LogTest, GrowsConsistently) {
  Log log = Create();
  std::vector<merkle::Checkpoint> history;
  for (std::size_t i = 0; i < 12; ++i) {
    ASSERT_THAT(log.Append(Leaf(i)), IsOk());
    history.push_back(merkle::OpenCheckpoint(log.Note(), Verifier()).value());
  }
  CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
  for (const auto& old : history) {
    CUPEL_ASSERT_OK(const auto proof, verified.tree.ProveConsistency(old.size, verified.checkpoint.size));
    EXPECT_THAT(merkle::VerifyConsistency(proof, old.root, verified.checkpoint.root), IsOk());
  }
}

TEST_F(LogTest, TakesLeavesUpToTheLimit) {
  Log log = Create();
  EXPECT_THAT(log.Append(Bytes(65535, 'x')), IsOkAndHolds(0u));
  EXPECT_THAT(log.Append(Bytes(65536, 'x')), HasError(ErrorCode::kInvalidArgument, HasSubstr("65535")));
  EXPECT_THAT(log.Append(Bytes{}), IsOkAndHolds(1u));
  EXPECT_THAT(log.Append(std::span<const Bytes>{}), IsOkAndHolds(2u));
  EXPECT_THAT(VerifyNow(), IsOk());
}

TEST_F(LogTest, IsMadeOnceOnly) {
  (void)Create();
  EXPECT_THAT(Log::Create(folder_.path(), Key(), kOrigin),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("already")));
  EXPECT_THAT(Log::Create(folder_ / "other", Key(), "two words"), HasError(ErrorCode::kInvalidArgument));
}

TEST_F(LogTest, KeepsOthersOutWhenItIsExclusive) {
  (void)Create();
  CUPEL_ASSERT_OK(Log log,
                  Log::Open(folder_.path(), Key(), kOrigin, {.lock_timeout_ms = 0, .exclusive = true}));
  EXPECT_THAT(Log::Open(folder_.path(), Key(), kOrigin, {.lock_timeout_ms = 0}),
              HasError(ErrorCode::kResourceLimit, HasSubstr("the folder is in use")));
  EXPECT_THAT(log.Append(Leaf(0)), IsOkAndHolds(0u));
}

TEST_F(LogTest, ContinuesWhatOthersAppendedMeanwhile) {
  Log one = Create();
  Log other = Reopen();
  std::size_t size = 0;
  for (const std::size_t next : {2, 200, 300, 301, 800}) {
    EXPECT_THAT((next % 2 == 0 ? one : other).Append(Leaves(size, next)), IsOkAndHolds(size));
    size = next;
  }
  CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
  EXPECT_EQ(verified.entries, Leaves(0, 800));
}

TEST_F(LogTest, RefusesTooManyLeavesAtOnce) {
  Log log = Create();
  EXPECT_THAT(log.Append(std::vector<Bytes>(kMaxBatch + 1)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("1048576")));
}

TEST_F(LogTest, OpensWithoutReadingWhatIsLeftOfTheEdge) {
  Fill(1000);
  for (const char* name : {"tile/0/000", "tile/entries/001", "tile/0/002"})
    std::filesystem::remove(folder_ / name);
  CUPEL_ASSERT_OK(Log log, Log::Open(folder_.path(), Key(), kOrigin));
  EXPECT_THAT(log.Append(Leaf(1000)), IsOkAndHolds(1000u));
}

TEST_F(LogTest, OpensWithItsOwnKeyAndNameOnly) {
  Fill(3);
  EXPECT_THAT(Log::Open(folder_.path(), crypto::LogKey::Generate(), kOrigin),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Log::Open(folder_.path(), Key(), "example.com/other"),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Log::Open(folder_ / "absent", Key(), kOrigin), HasError(ErrorCode::kNotFound));
}

// What a crash leaves: tiles of the longer log, the checkpoint of the shorter one.
TEST_F(LogTest, UndoesAnInterruptedAppend) {
  Fill(255);
  CUPEL_ASSERT_OK(const std::string old_note, ReadTextFile(folder_ / "checkpoint"));
  ASSERT_THAT(Reopen().Append(Leaves(255, 300)), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "checkpoint", std::string_view(old_note)), IsOk());
  ASSERT_THAT(MakeFolder(folder_ / "tile/0/000.p"), IsOk());
  ASSERT_THAT(MakeFolder(folder_ / "tile/entries/000.p"), IsOk());
  // The partial tiles of the short log were still there when the crash happened.
  const ScratchFolder twin;
  ASSERT_THAT(Log::Create(twin.path(), Key(), kOrigin)->Append(Leaves(0, 255)), IsOk());
  for (const char* tile : {"tile/0/000.p/255", "tile/entries/000.p/255"}) {
    std::filesystem::copy_file(twin / tile, folder_ / tile);
  }
  ASSERT_THAT(WriteFileAtomic(folder_ / "tile/0/001.tmp-12", std::string_view("half")), IsOk());
  EXPECT_THAT(VerifyNow(), HasError(ErrorCode::kVerificationFailed, HasSubstr("not covered")));

  Log log = Reopen();
  EXPECT_THAT(VerifyNow(), IsOk());
  EXPECT_THAT(log.Append(Leaf(255)), IsOkAndHolds(255u));
  CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
  EXPECT_EQ(verified.entries, Leaves(0, 256));
}

TEST_F(LogTest, ProvesEveryLeafToAStranger) {
  Fill(300);
  CUPEL_ASSERT_OK(const VerifiedLog verified, VerifyNow());
  const Log log = Reopen();
  for (std::size_t i = 0; i < 300; i += 13) {
    CUPEL_ASSERT_OK(const Receipt receipt, log.Prove(i));
    EXPECT_THAT(receipt.Verify(Leaf(i), Verifier()), IsOk());
    EXPECT_THAT(receipt.Verify(Leaf(i + 1), Verifier()), HasError(ErrorCode::kVerificationFailed));
    EXPECT_THAT(verified.Prove(i), IsOkAndHolds(receipt));
  }
  EXPECT_THAT(log.Prove(300), HasError(ErrorCode::kInvalidArgument));
}

// Every byte of every file of a log with full, partial, stale and upper tiles.
TEST_F(LogTest, EveryFlippedByteOfEveryFileIsCaughtAndNamed) {
  Log log = Create();
  ASSERT_THAT(log.Append(Leaves(0, 256)), IsOk());
  ASSERT_THAT(log.Append(Leaves(256, 258)), IsOk());
  ASSERT_THAT(log.Append(Leaves(258, 260)), IsOk());  // leaves the true but superfluous tiles of 258
  ASSERT_THAT(VerifyNow(), IsOk());
  for (const std::string& name : Files(folder_.path())) {
    CUPEL_ASSERT_OK(const Bytes good, ReadFile(folder_ / name));
    // All bytes of the small files; of the full tiles of 8 KiB one in 41, which still meets every offset in a
    // hash.
    const std::size_t step = good.size() > 1000 ? 41 : 1;
    for (std::size_t i = 0; i < good.size(); i += step) {
      Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ (1u << i % 8));
      Overwrite(folder_ / name, bad);
      const auto verified = VerifyNow();
      ASSERT_FALSE(verified.has_value()) << name << " byte " << i;
      EXPECT_TRUE(verified.error().code == ErrorCode::kVerificationFailed ||
                  verified.error().code == ErrorCode::kCorrupt);
      EXPECT_THAT(verified.error().ToString(), HasSubstr(name)) << "byte " << i;
    }
    Overwrite(folder_ / name, good);
  }
  EXPECT_THAT(VerifyNow(), IsOk());
}

TEST_F(LogTest, EveryMissingTruncatedOrLengthenedFileIsNamed) {
  Fill(300);
  for (const std::string& name : Files(folder_.path())) {
    CUPEL_ASSERT_OK(const Bytes good, ReadFile(folder_ / name));
    std::filesystem::remove(folder_ / name);
    EXPECT_THAT(VerifyNow(), HasError(ErrorCode::kNotFound, HasSubstr(name)));
    for (const std::size_t size : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      ASSERT_THAT(WriteFileAtomic(folder_ / name, BytesView(good).first(size)), IsOk());
      EXPECT_FALSE(VerifyNow().has_value()) << name << " cut to " << size;
    }
    Bytes longer = good;
    longer.push_back(0);
    ASSERT_THAT(WriteFileAtomic(folder_ / name, longer), IsOk());
    EXPECT_FALSE(VerifyNow().has_value()) << name << " lengthened";
    ASSERT_THAT(WriteFileAtomic(folder_ / name, good), IsOk());
  }
  EXPECT_THAT(VerifyNow(), IsOk());
}

TEST_F(LogTest, NamesTheEntryThatWasReplaced) {
  Fill(300);
  std::vector<Bytes> entries = Leaves(256, 300);
  entries[10] = {'f', 'o', 'r', 'g', 'e', 'd'};
  ASSERT_THAT(WriteFileAtomic(folder_ / "tile/entries/001.p/44", merkle::EntryBundle(entries)), IsOk());
  EXPECT_THAT(VerifyNow(), HasError(ErrorCode::kVerificationFailed,
                                    AllOf(HasSubstr("entry 266"), HasSubstr("tile/entries/001.p/44"))));
}

TEST_F(LogTest, CatchesAForgedHistoryThatIsConsistentInItself) {
  // Entries, tiles and root of another history, and the log's own true checkpoint.
  Fill(40);
  const ScratchFolder forged;
  std::vector<Bytes> other = Leaves(0, 40);
  other[3] = Leaf(99);
  ASSERT_THAT(Log::Create(forged.path(), crypto::LogKey::Generate(), kOrigin)->Append(other), IsOk());
  std::filesystem::copy_file(folder_ / "checkpoint", forged / "checkpoint",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(
      Verify(forged.path(), Verifier()),
      HasError(ErrorCode::kVerificationFailed, AllOf(HasSubstr("40 entries"), HasSubstr("checkpoint"))));
}

TEST_F(LogTest, RejectsFilesThatTheCheckpointDoesNotCover) {
  Fill(5);
  for (const char* name :
       {"tile/0/notes.txt", "tile/0/001.p/1", "tile/0/000.p/6", "tile/1/000.p/1", "tile/entries/000"}) {
    ASSERT_THAT(MakeFolder((folder_ / name).parent_path()), IsOk());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, std::string_view("x")), IsOk());
    EXPECT_THAT(VerifyNow(),
                HasError(ErrorCode::kVerificationFailed, AllOf(HasSubstr("not covered"), HasSubstr(name))));
    std::filesystem::remove(folder_ / name);
  }
  ASSERT_THAT(WriteFileAtomic(folder_ / "README.md", std::string_view("what this folder is")), IsOk());
  EXPECT_THAT(VerifyNow(), IsOk());
}

TEST_F(LogTest, NeedsTheRightPublicKey) {
  Fill(2);
  const auto other = merkle::NoteVerifier::Create(kOrigin, crypto::LogKey::Generate().Public()).value();
  EXPECT_THAT(Verify(folder_.path(), other),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed by")));
  EXPECT_THAT(Verify(folder_ / "absent", Verifier()), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::ledger::log
