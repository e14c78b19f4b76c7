// SPDX-License-Identifier: Apache-2.0
// Keys when the disk is full or read-only, the folder closed, or the file odd.
#include <sys/stat.h>
#include <unistd.h>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using cupel::testing::SmallDisk;
using cupel::testing::Unprivileged;
using ::testing::HasSubstr;

bool IsEmpty(const std::filesystem::path& folder) { return std::filesystem::is_empty(folder); }

TEST(KeyFileFault, AFullDiskLeavesNoHalfAKey) {
  const SmallDisk disk("size=4k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  ASSERT_THAT(WriteFileAtomic(disk / "filler", std::string(4096, 'x')), IsOk());
  EXPECT_THAT(LoadOrCreateSigningKey(disk / "key"), HasError(ErrorCode::kResourceLimit, HasSubstr("key")));
  EXPECT_THAT(LoadOrCreateLogKey(disk / "log"), HasError(ErrorCode::kResourceLimit, HasSubstr("log")));
  std::filesystem::remove(disk / "filler");
  EXPECT_TRUE(IsEmpty(disk.path()));
  EXPECT_THAT(LoadOrCreateSigningKey(disk / "key"), IsOk()) << "and with room it is made";
}

TEST(KeyFileFault, AReadOnlyDiskServesTheKeysThatAreThere) {
  const SmallDisk disk("size=64k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  CUPEL_ASSERT_OK(const SigningKey key, LoadOrCreateSigningKey(disk / "key"));
  disk.MakeReadOnly();
  CUPEL_ASSERT_OK(const SigningKey again, LoadOrCreateSigningKey(disk / "key"));
  EXPECT_EQ(again.Public(), key.Public());
  EXPECT_THAT(LoadOrCreateSigningKey(disk / "another"),
              HasError(ErrorCode::kPermission, HasSubstr("another")));
}

TEST(KeyFileFault, SomebodyElsesKeyCannotBeReadNorReplaced) {
  const ScratchFolder folder;
  ASSERT_THAT(LoadOrCreateSigningKey(folder / "key"), IsOk());
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  {
    const Unprivileged nobody;
    if (!nobody.Changed()) GTEST_SKIP() << "needs root, to become somebody else";
    EXPECT_THAT(LoadSigningKey(folder / "key"), HasError(ErrorCode::kPermission, HasSubstr("key")));
    EXPECT_THAT(LoadOrCreateSigningKey(folder / "key"), HasError(ErrorCode::kPermission));
    EXPECT_THAT(LoadOrCreateSigningKey(folder / "new"), HasError(ErrorCode::kPermission, HasSubstr("new")));
  }
  EXPECT_THAT(LoadSigningKey(folder / "key"), IsOk());
}

TEST(KeyFileFault, OddFilesAreRefusedByName) {
  const ScratchFolder folder;
  std::filesystem::create_symlink(folder / "gone", folder / "link");
  EXPECT_THAT(LoadSigningKey("/dev/null"), HasError(ErrorCode::kInvalidArgument, HasSubstr("regular file")));
  EXPECT_THAT(LoadSigningKey(folder / "link"), HasError(ErrorCode::kNotFound, HasSubstr("link")));
  EXPECT_THAT(LoadSigningKey(folder / "key/below"), HasError(ErrorCode::kNotFound));
  ASSERT_THAT(WriteFileAtomic(folder / "empty", std::string_view(), 0600), IsOk());
  EXPECT_THAT(LoadSigningKey(folder / "empty"), HasError(ErrorCode::kCorrupt, HasSubstr("empty")));
  EXPECT_THAT(LoadLogKey(folder / "empty"), HasError(ErrorCode::kCorrupt, HasSubstr("empty")));
}

// A pipe has no bytes yet: opening it to read would wait for a writer for ever.
TEST(KeyFileFault, APipeIsRefusedAtOnce) {
  const ScratchFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  ::alarm(10);  // a hang ends the test program
  EXPECT_THAT(LoadSigningKey(folder / "pipe"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("regular file")));
  ::alarm(0);
}

TEST(KeyFileFault, ErrorsOfDamagedKeysDoNotRepeatThem) {
  const ScratchFolder folder;
  ASSERT_THAT(LoadOrCreateLogKey(folder / "key"), IsOk());
  CUPEL_ASSERT_OK(std::string pem, ReadTextFile(folder / "key"));
  const std::string secret = pem.substr(60, 16);
  for (const std::size_t place : {std::size_t{30}, std::size_t{58}, pem.size() - 40}) {
    std::string damaged = pem;
    damaged[place] = '!';
    ASSERT_THAT(WriteFileAtomic(folder / "key", damaged, 0600), IsOk());
    const auto loaded = LoadLogKey(folder / "key");
    ASSERT_FALSE(loaded.has_value());
    EXPECT_THAT(loaded.error().ToString(), ::testing::Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace cupel::crypto
