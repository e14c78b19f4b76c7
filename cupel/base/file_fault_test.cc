// SPDX-License-Identifier: Apache-2.0
// Real faults: a full disk, a read-only one, a user without rights, odd files, many writers at once.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using cupel::testing::SmallDisk;
using cupel::testing::Unprivileged;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<std::string> NamesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(FullDisk, KeepsTheOldFileWholeAndLeavesNothingBehind) {
  const SmallDisk disk("size=64k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  const std::string old(8000, 'o');
  ASSERT_THAT(WriteFileAtomic(disk / "f", old), IsOk());
  for (const std::size_t size : {std::size_t{60000}, std::size_t{100000}, std::size_t{10} << 20}) {
    EXPECT_THAT(WriteFileAtomic(disk / "f", std::string(size, 'n')),
                HasError(ErrorCode::kResourceLimit, AllOf(HasSubstr((disk / "f").string()),
                                                          HasSubstr("No space left"), HasSubstr("free"))));
    EXPECT_THAT(ReadTextFile(disk / "f"), IsOkAndHolds(old));
    EXPECT_THAT(NamesIn(disk.path()), ::testing::ElementsAre("f"));
  }
  EXPECT_THAT(WriteFileAtomic(disk / "f", std::string(40000, 'n')), IsOk()) << "and there is room again";
}

TEST(FullDisk, IsSaidForTheFolderAndForTheFirstByteOfAFile) {
  const SmallDisk disk("nr_inodes=3");  // the disk's own folder and two more
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  ASSERT_THAT(MakeFolder(disk / "a"), IsOk());
  ASSERT_THAT(WriteFileAtomic(disk / "f", std::string_view("x")), IsOk());
  EXPECT_THAT(MakeFolder(disk / "b"), HasError(ErrorCode::kResourceLimit, HasSubstr("create the folder")));
  EXPECT_THAT(WriteFileAtomic(disk / "g", std::string_view("x")),
              HasError(ErrorCode::kResourceLimit, HasSubstr((disk / "g").string())));
  EXPECT_THAT(NamesIn(disk.path()), ::testing::ElementsAre("a", "f"));
}

TEST(ReadOnlyDisk, IsRefusedByName) {
  const SmallDisk disk("size=64k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  ASSERT_THAT(WriteFileAtomic(disk / "f", std::string_view("old")), IsOk());
  disk.MakeReadOnly();
  EXPECT_THAT(WriteFileAtomic(disk / "f", std::string_view("new")),
              HasError(ErrorCode::kPermission, AllOf(HasSubstr("Read-only"), HasSubstr("permissions"))));
  EXPECT_THAT(MakeFolder(disk / "a"), HasError(ErrorCode::kPermission));
  EXPECT_THAT(ReadTextFile(disk / "f"), IsOkAndHolds("old"));
}

TEST(Permissions, AreNamedForReadingWritingAndMakingFolders) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "secret", std::string_view("x"), 0000), IsOk());
  std::filesystem::create_directory(folder / "closed");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  {
    const Unprivileged nobody;
    if (!nobody.IsThere()) GTEST_SKIP() << "cannot give up root's rights";
    EXPECT_THAT(ReadFile(folder / "secret"),
                HasError(ErrorCode::kPermission, AllOf(HasSubstr("secret"), HasSubstr("permissions"))));
    EXPECT_THAT(ReadFile(folder / "closed/f"), HasError(ErrorCode::kPermission));
    EXPECT_THAT(WriteFileAtomic(folder / "new", std::string_view("x")),
                HasError(ErrorCode::kPermission, HasSubstr((folder / "new").string())));
    EXPECT_THAT(MakeFolder(folder / "sub"), HasError(ErrorCode::kPermission));
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  EXPECT_THAT(NamesIn(folder.path()), ::testing::ElementsAre("closed", "secret"));
}

// Every reader must see one of the writers' texts, whole, at any time; at the end one file is left.
TEST(WriteFileAtomic, ManyWritersOfOneFileNeverShowAMixture) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "f";
  constexpr std::size_t kBytes = 300000;
  ASSERT_THAT(WriteFileAtomic(path, std::string(kBytes, 'a')), IsOk());
  std::vector<int> failures(5, 0);
  const auto write = [&](std::size_t writer) {
    const std::string text(kBytes, static_cast<char>('a' + writer));
    for (int i = 0; i < 25; ++i) failures[writer] += !WriteFileAtomic(path, text).has_value();
  };
  const auto read = [&] {
    for (int i = 0; i < 100; ++i) {
      const auto text = ReadTextFile(path);
      failures[4] +=
          !text || text->size() != kBytes || text->find_first_not_of((*text)[0]) != std::string::npos;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t writer = 0; writer < 4; ++writer) threads.emplace_back(write, writer);
    threads.emplace_back(read);
  }
  EXPECT_THAT(failures, ::testing::Each(0));
  EXPECT_THAT(NamesIn(folder.path()), ::testing::ElementsAre("f"));
}

TEST(WriteFileAtomic, GivesTheModeAskedWhateverTheUmask) {
  const ScratchFolder folder;
  const mode_t before = ::umask(077);
  for (const int mode : {0600, 0644, 0640, 0400}) {
    EXPECT_THAT(WriteFileAtomic(folder / "f", std::string_view("x"), mode), IsOk());
    struct stat status{};
    EXPECT_EQ(::stat((folder / "f").c_str(), &status), 0);
    EXPECT_EQ(static_cast<int>(status.st_mode & 07777), mode);
  }
  ::umask(before);
}

TEST(WriteFileAtomic, ReplacesALinkAndNotWhatItPointsTo) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "target", std::string_view("precious")), IsOk());
  std::filesystem::create_symlink(folder / "target", folder / "link");
  ASSERT_THAT(WriteFileAtomic(folder / "link", std::string_view("new")), IsOk());
  EXPECT_THAT(ReadTextFile(folder / "target"), IsOkAndHolds("precious"));
  EXPECT_THAT(ReadTextFile(folder / "link"), IsOkAndHolds("new"));
}

TEST(WriteFileAtomic, RefusesAFolderInTheFilesPlace) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "f");
  EXPECT_THAT(WriteFileAtomic(folder / "f", std::string_view("x")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr((folder / "f").string())));
  EXPECT_THAT(NamesIn(folder.path()), ::testing::ElementsAre("f"));
}

TEST(MakeFolder, MakesParentsAndIsContentWithWhatIsThere) {
  const ScratchFolder folder;
  EXPECT_THAT(MakeFolder(folder / "a/b/c"), IsOk());
  EXPECT_THAT(MakeFolder(folder / "a/b/c"), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "file", std::string_view("x")), IsOk());
  EXPECT_FALSE(MakeFolder(folder / "file/below").has_value());
  EXPECT_FALSE(MakeFolder(folder / "file").has_value());
}

TEST(ReadFile, ReadsExactlyUpToItsLimit) {
  const ScratchFolder folder;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, (std::size_t{1} << 20) - 1, std::size_t{1} << 20,
        (std::size_t{1} << 20) + 1, (std::size_t{2} << 20) + 7}) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    ASSERT_THAT(WriteFileAtomic(folder / "f", content), IsOk());
    EXPECT_THAT(ReadFile(folder / "f", size), IsOkAndHolds(content)) << size;
    if (size > 0) {
      EXPECT_THAT(ReadFile(folder / "f", size - 1), HasError(ErrorCode::kResourceLimit, HasSubstr("larger")));
    }
  }
}

TEST(ReadFile, HasALimitForFilesWithoutEnd) {
  EXPECT_THAT(ReadFile("/dev/zero", 5 << 20), HasError(ErrorCode::kResourceLimit, HasSubstr("/dev/zero")));
}

TEST(ReadFile, NamesALinkThatPointsNowhere) {
  const ScratchFolder folder;
  std::filesystem::create_symlink(folder / "gone", folder / "link");
  EXPECT_THAT(ReadFile(folder / "link"), HasError(ErrorCode::kNotFound, HasSubstr("link")));
  std::filesystem::create_symlink(folder / "b", folder / "a");
  std::filesystem::create_symlink(folder / "a", folder / "b");
  EXPECT_FALSE(ReadFile(folder / "a").has_value()) << "links in a circle";
}

TEST(ReadFileInPieces, StopsAtTheFirstErrorOfItsConsumer) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "f", Bytes(std::size_t{3} << 20)), IsOk());
  int pieces = 0;
  EXPECT_THAT(ReadFileInPieces(folder / "f",
                               [&](BytesView piece) -> Status {
                                 EXPECT_LE(piece.size(), std::size_t{1} << 20);
                                 if (++pieces == 2) return Fail(ErrorCode::kCorrupt, "enough");
                                 return {};
                               }),
              HasError(ErrorCode::kCorrupt, ::testing::StrEq("enough")));
  EXPECT_EQ(pieces, 2);
}

// A pipe gives what is there, a few bytes at a time: short reads must be joined.
TEST(ReadFile, JoinsShortReadsOfAPipe) {
  const ScratchFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::string sent;
  for (int i = 0; i < 200; ++i) sent += "piece " + std::to_string(i) + "\n";
  std::jthread writer([&] {
    std::FILE* pipe = std::fopen((folder / "pipe").c_str(), "w");
    for (const char c : sent) {
      std::fputc(c, pipe);
      std::fflush(pipe);
    }
    std::fclose(pipe);
  });
  EXPECT_THAT(ReadTextFile(folder / "pipe"), IsOkAndHolds(sent));
}

}  // namespace
}  // namespace cupel
