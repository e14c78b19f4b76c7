// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/file.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

TEST(WriteFileAtomic, WritesWholeFilesWithTheModeAsked) {
  const ScratchFolder folder;

  ASSERT_THAT(WriteFileAtomic(folder / "key", std::string_view("secret"), 0600), IsOk());

  EXPECT_THAT(ReadTextFile(folder / "key"), IsOkAndHolds("secret"));
  struct stat info{};
  ASSERT_EQ(::stat((folder / "key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(WriteFileAtomic, LeavesNothingBehindWhenTheDiskIsFull) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "f", std::string_view("old")), IsOk());
  // A file-size limit stands in for a full disk: write() fails with EFBIG once SIGXFSZ is ignored.
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);

  const Status status = WriteFileAtomic(folder / "f", std::string(100000, 'x'));

  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(status, HasError(ErrorCode::kResourceLimit, HasSubstr((folder / "f").string())));
  EXPECT_THAT(ReadTextFile(folder / "f"), IsOkAndHolds("old"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(WriteFileAtomic, SaysThatTheFolderIsMissing) {
  const ScratchFolder folder;
  EXPECT_THAT(WriteFileAtomic(folder / "no/such/f", std::string_view("x")), HasError(ErrorCode::kNotFound));
}

TEST(ReadFile, NamesWhatIsWrong) {
  const ScratchFolder folder;
  EXPECT_THAT(ReadFile(folder / "absent"), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(ReadFile(folder.path()), HasError(ErrorCode::kInvalidArgument, HasSubstr("folder")));
  ASSERT_THAT(WriteFileAtomic(folder / "big", std::string(100, 'x')), IsOk());
  EXPECT_THAT(ReadFile(folder / "big", 99), HasError(ErrorCode::kResourceLimit));
}

TEST(ReadRangeInPieces, GivesExactlyTheBytesOfTheRange) {
  const ScratchFolder folder;
  std::string text(3'000'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + i / 255);
  ASSERT_THAT(WriteFileAtomic(folder / "f", text), IsOk());
  for (const auto& [offset, size] : {std::pair{0, 3'000'000},
                                     {0, 0},
                                     {1, 1},
                                     {1'048'575, 1'048'577},
                                     {2'999'999, 1},
                                     {3'000'000, 0},
                                     {17, 2'500'000}}) {
    std::string read;
    ASSERT_THAT(ReadRangeInPieces(folder / "f", offset, size,
                                  [&](BytesView piece) -> Status {
                                    EXPECT_LE(piece.size(), 1u << 20);
                                    read += AsText(piece);
                                    return {};
                                  }),
                IsOk());
    EXPECT_TRUE(read == text.substr(offset, size)) << offset << "+" << size;
  }
}

TEST(ReadRangeInPieces, SaysThatTheFileIsTooShort) {
  const ScratchFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder / "f", std::string(100, 'x')), IsOk());
  const auto ignore = [](BytesView) -> Status { return {}; };
  EXPECT_THAT(ReadRangeInPieces(folder / "f", 90, 11, ignore),
              HasError(ErrorCode::kCorrupt, HasSubstr("1 byte")));
  EXPECT_THAT(ReadRangeInPieces(folder / "no", 0, 1, ignore), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel
