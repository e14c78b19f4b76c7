// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/key_file.h"

#include <sys/stat.h>

#include <thread>
#include <vector>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

int Mode(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 07777) : -1;
}

std::size_t FilesIn(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST(KeyFile, IsMadeOnFirstUseForItsOwnerAlone) {
  const ScratchFolder folder;
  CUPEL_ASSERT_OK(const SigningKey key, LoadOrCreateSigningKey(folder / "new/keys/evidence.key.pem"));
  EXPECT_EQ(Mode(folder / "new/keys/evidence.key.pem"), 0600);
  EXPECT_EQ(FilesIn(folder / "new/keys"), 1u);
  CUPEL_ASSERT_OK(const LogKey log_key, LoadOrCreateLogKey(folder / "new/keys/log.key.pem"));
  EXPECT_EQ(Mode(folder / "new/keys/log.key.pem"), 0600);
}

TEST(KeyFile, GivesTheSameKeyEveryTime) {
  const ScratchFolder folder;
  CUPEL_ASSERT_OK(const SigningKey first, LoadOrCreateSigningKey(folder / "a"));
  CUPEL_ASSERT_OK(const SigningKey second, LoadOrCreateSigningKey(folder / "a"));
  CUPEL_ASSERT_OK(const SigningKey third, LoadSigningKey(folder / "a"));
  EXPECT_EQ(first.Public(), second.Public());
  EXPECT_EQ(first.Public(), third.Public());
  CUPEL_ASSERT_OK(const LogKey log_first, LoadOrCreateLogKey(folder / "b"));
  CUPEL_ASSERT_OK(const LogKey log_second, LoadLogKey(folder / "b"));
  EXPECT_EQ(log_first.Public(), log_second.Public());
}

TEST(KeyFile, TheSameKeyComesOutOfARace) {
  const ScratchFolder folder;
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (auto& id : ids) {
    threads.emplace_back([&] {
      const auto key = LoadOrCreateSigningKey(folder / "key");
      id = key ? key->Public().Id() : key.error().ToString();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& id : ids) EXPECT_EQ(id, ids[0]);
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

TEST(KeyFile, IsRefusedWhenOthersCanReadIt) {
  const ScratchFolder folder;
  ASSERT_THAT(LoadOrCreateSigningKey(folder / "key"), IsOk());
  for (const int mode : {0640, 0604, 0644, 0660, 0620, 0601}) {
    ASSERT_EQ(::chmod((folder / "key").c_str(), static_cast<mode_t>(mode)), 0);
    EXPECT_THAT(
        LoadSigningKey(folder / "key"),
        HasError(ErrorCode::kPermission, AllOf(HasSubstr("0600"), HasSubstr("chmod 600"), HasSubstr("key"))));
    EXPECT_THAT(LoadOrCreateSigningKey(folder / "key"), HasError(ErrorCode::kPermission));
  }
  ASSERT_EQ(::chmod((folder / "key").c_str(), 0400), 0);
  EXPECT_THAT(LoadSigningKey(folder / "key"), IsOk());
}

TEST(KeyFile, IsNeverReplaced) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "key", std::string_view("precious, though no key"), 0600), IsOk());
  EXPECT_THAT(LoadOrCreateSigningKey(folder / "key"), HasError(ErrorCode::kCorrupt, HasSubstr("key")));
  EXPECT_THAT(ReadTextFile(folder / "key"),
              cupel::testing::IsOkAndHolds(std::string("precious, though no key")));
}

TEST(KeyFile, ErrorsNameThePath) {
  const ScratchFolder folder;
  EXPECT_THAT(LoadSigningKey(folder / "absent.pem"), HasError(ErrorCode::kNotFound, HasSubstr("absent.pem")));
  EXPECT_THAT(LoadLogKey(folder / "absent.pem"), HasError(ErrorCode::kNotFound, HasSubstr("absent.pem")));
  EXPECT_THAT(LoadSigningKey(folder.path()), HasError(ErrorCode::kInvalidArgument));
  ASSERT_THAT(WriteFileAtomic(folder / "large.pem", Bytes(1 << 17, 'x'), 0600), IsOk());
  EXPECT_THAT(LoadSigningKey(folder / "large.pem"), HasError(ErrorCode::kCorrupt, HasSubstr("large.pem")));
}

TEST(KeyFile, AKeyOfOneKindIsNoKeyOfTheOther) {
  const ScratchFolder folder;
  ASSERT_THAT(LoadOrCreateLogKey(folder / "log"), IsOk());
  ASSERT_THAT(LoadOrCreateSigningKey(folder / "evidence"), IsOk());
  EXPECT_THAT(LoadSigningKey(folder / "log"), HasError(ErrorCode::kUnsupported));
  EXPECT_FALSE(LoadLogKey(folder / "evidence").has_value());
}

TEST(PublicKeyFile, SurvivesSavingAndLoading) {
  const ScratchFolder folder;
  CUPEL_ASSERT_OK(const SigningKey key, SigningKey::Generate());
  ASSERT_THAT(SavePublicKey(folder / "pub.pem", key.Public()), IsOk());
  EXPECT_EQ(Mode(folder / "pub.pem"), 0644);
  EXPECT_THAT(LoadPublicKey(folder / "pub.pem"), cupel::testing::IsOkAndHolds(key.Public()));
}

TEST(PublicKeyFile, ErrorsNameThePath) {
  const ScratchFolder folder;
  EXPECT_THAT(LoadPublicKey(folder / "gone.pem"), HasError(ErrorCode::kNotFound, HasSubstr("gone.pem")));
  ASSERT_THAT(WriteFileAtomic(folder / "bad.pem", std::string_view("x")), IsOk());
  EXPECT_THAT(LoadPublicKey(folder / "bad.pem"), HasError(ErrorCode::kCorrupt, HasSubstr("bad.pem")));
}

}  // namespace
}  // namespace cupel::crypto
