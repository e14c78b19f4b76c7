// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/store.h"

#include <set>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { EXPECT_THAT(FileStore::Create(folder_ / "state", verifier_), IsOk()); }
  std::unique_ptr<FileStore> Open() { return FileStore::Open(folder_ / "state", verifier_).value(); }

  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "state")) {
      names.insert(entry.path().lexically_relative(folder_ / "state").string());
    }
    return names;
  }

  const ScratchFolder folder_;
  const CosignatureVerifier verifier_ = WitnessKey("example.com/w", 7).Verifier();
  const Digest hash_ = crypto::Sha256(AsBytes("example.com/log"));
  const Digest other_ = crypto::Sha256(AsBytes("example.com/other"));
};

TEST_F(StoreTest, GivesBackWhatWasSavedLast) {
  EXPECT_THAT(Open()->Load(hash_), IsOkAndHolds(std::optional<std::string>()));
  {
    const auto store = Open();
    ASSERT_THAT(store->Save(hash_, "one"), IsOk());
    ASSERT_THAT(store->Save(hash_, "two"), IsOk());
    ASSERT_THAT(store->Save(other_, "three"), IsOk());
  }
  EXPECT_THAT(Open()->Load(hash_), IsOkAndHolds(Optional(std::string("two"))));
  EXPECT_THAT(Open()->Load(other_), IsOkAndHolds(Optional(std::string("three"))));
}

TEST_F(StoreTest, HasOneFileALogAndLeavesNothingElse) {
  ASSERT_THAT(Open()->Save(hash_, "one"), IsOk());
  ASSERT_THAT(Open()->SaveConflict(hash_, "evidence"), IsOk());
  EXPECT_THAT(Names(),
              ElementsAre(hash_.Hex(), hash_.Hex() + "/checkpoint", hash_.Hex() + "/conflict", "witness"));
}

TEST_F(StoreTest, WhatACrashLeftHalfWrittenIsNotRead) {
  ASSERT_THAT(Open()->Save(hash_, "one"), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "state" / hash_.Hex() / "checkpoint.tmp-77", std::string_view("ha")),
              IsOk());
  EXPECT_THAT(Open()->Load(hash_), IsOkAndHolds(Optional(std::string("one"))));
  ASSERT_THAT(Open()->Save(hash_, "two"), IsOk());
  EXPECT_THAT(Open()->Load(hash_), IsOkAndHolds(Optional(std::string("two"))));
}

TEST_F(StoreTest, AnUnreadableRecordIsAnErrorNotAnAbsentOne) {
  std::filesystem::create_directories(folder_ / "state" / hash_.Hex() / "checkpoint");
  EXPECT_FALSE(Open()->Load(hash_).has_value());
  EXPECT_FALSE(Open()->Save(hash_, "one").has_value());
  // A record larger than any that the witness writes.
  ASSERT_THAT(MakeFolder(folder_ / "state" / other_.Hex()), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "state" / other_.Hex() / "checkpoint", std::string(1 << 20, 'a')),
              IsOk());
  EXPECT_THAT(Open()->Load(other_), HasError(ErrorCode::kResourceLimit));
}

TEST_F(StoreTest, IsLockedWhileItIsOpen) {
  auto store = Open();
  EXPECT_THAT(FileStore::Open(folder_ / "state", verifier_), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(FileStore::Create(folder_ / "state", verifier_), HasError(ErrorCode::kResourceLimit));
  store.reset();
  EXPECT_THAT(FileStore::Open(folder_ / "state", verifier_), IsOk());
}

TEST_F(StoreTest, AnAbsentOwnerFileIsNotANewState) {
  std::filesystem::remove(folder_ / "state/witness");
  EXPECT_THAT(FileStore::Open(folder_ / "state", verifier_),
              HasError(ErrorCode::kNotFound, HasSubstr("never start one on an old copy")));
}

/// The disk is full once, at each operation in its turn.
TEST_F(StoreTest, AFullDiskAtAnyStepLeavesTheOldNoteOrTheNewOne) {
  ASSERT_THAT(Open()->Save(hash_, "one"), IsOk());
  int failures = 0;
  for (int at = 0;; ++at) {
    const ScratchFolder scratch;
    std::filesystem::copy(folder_ / "state", scratch / "state", std::filesystem::copy_options::recursive);
    log::FaultyFiles files(log::FaultyFiles::Fault::kDiskFull, at);
    bool two = false;
    bool three = false;
    if (auto store = FileStore::Open(scratch / "state", verifier_, files)) {
      two = (*store)->Save(hash_, "two").has_value();
      three = (*store)->Save(other_, "three").has_value();
    }
    const bool faulted = files.count() > at;
    EXPECT_EQ(two && three, !faulted) << "operation " << at;
    CUPEL_ASSERT_OK(const auto store, FileStore::Open(scratch / "state", verifier_));
    const std::string kept = store->Load(hash_).value().value();
    EXPECT_TRUE(kept == "two" || (!two && kept == "one")) << at << kept;
    const auto other = store->Load(other_).value();
    EXPECT_TRUE(other == "three" || (!three && !other)) << at;
    for (const auto& item : std::filesystem::recursive_directory_iterator(scratch / "state")) {
      EXPECT_EQ(item.path().string().find(".tmp-"), std::string::npos) << "nothing half written stays";
    }
    EXPECT_THAT(store->Save(other_, "four"), IsOk()) << "and it goes on afterwards";
    if (!faulted) break;
    ++failures;
  }
  EXPECT_GT(failures, 10);
}

TEST_F(StoreTest, TakesTheLargestNoteThatARequestCanLeadTo) {
  const std::string note(kMaxRequestBytes + 400, 'a');
  ASSERT_THAT(Open()->Save(hash_, note), IsOk());
  EXPECT_THAT(Open()->Load(hash_), IsOkAndHolds(Optional(note)));
}

}  // namespace
}  // namespace cupel::ledger::witness
