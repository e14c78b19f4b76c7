// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/zip.h"

#include <random>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::pack {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

constexpr std::uint32_t kRegular = 0100644;
constexpr std::uint32_t kLink = 0120777;
constexpr std::uint32_t kDevice = 0020666;
constexpr std::uint32_t kDirectory = 0040755;

struct RawEntry {
  std::string name;
  std::string data;
  std::uint32_t mode = kRegular;
  std::uint16_t flags = 0;
};

void Put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// CRC-32 of IEEE 802.3, bit by bit.
std::uint32_t Crc32(const std::string& data) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : data) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/// A stored ZIP with any names and modes, as an enemy would write it (APPNOTE 4.3).
std::string RawZip(const std::vector<RawEntry>& entries) {
  std::string out;
  std::string directory;
  for (const RawEntry& entry : entries) {
    const std::size_t offset = out.size();
    std::string common;
    Put(common, entry.flags, 2);
    Put(common, 0, 2 + 4);  // stored, no time
    Put(common, Crc32(entry.data), 4);
    Put(common, entry.data.size(), 4);
    Put(common, entry.data.size(), 4);
    Put(common, entry.name.size(), 2);
    Put(common, 0, 2);
    out += std::string("PK\x03\x04\x14\x00", 6) + common + entry.name + entry.data;
    directory += std::string("PK\x01\x02\x14\x03\x14\x00", 8) + common;  // made on Unix, so that modes count
    Put(directory, 0, 2 + 2 + 2);
    Put(directory, std::uint64_t{entry.mode} << 16, 4);
    Put(directory, offset, 4);
    directory += entry.name;
  }
  const std::size_t start = out.size();
  out += directory + "PK\x05\x06";
  Put(out, 0, 4);
  Put(out, entries.size(), 2);
  Put(out, entries.size(), 2);
  Put(out, directory.size(), 4);
  Put(out, start, 4);
  Put(out, 0, 2);
  return out;
}

class ZipTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(MakeFolder(folder_ / "to"), IsOk()); }

  Status Extract(const std::string& bytes, const ZipLimits& limits = {}) const {
    CUPEL_TRY_STATUS(WriteFileAtomic(folder_ / "x.zip", bytes));
    return ExtractZip(folder_ / "x.zip", folder_ / "to", limits);
  }

  std::string Unpacked(const std::string& name) const {
    return ReadTextFile(folder_ / "to" / name).value_or("(absent)");
  }

  cupel::testing::ScratchFolder folder_;
};

TEST_F(ZipTest, UnpacksWhatWasPacked) {
  std::mt19937 random(1);
  std::string noise(300000, ' ');
  for (char& c : noise) c = static_cast<char>(random());
  ASSERT_THAT(WriteFileAtomic(folder_ / "big", noise), IsOk());
  ASSERT_THAT(WriteZip(folder_ / "a.zip", {{"b/c.txt", ZipContent(std::string("hello"))},
                                           {"empty", ZipContent(std::string())},
                                           {"big", ZipContent(folder_ / "big")}}),
              IsOk());
  ASSERT_THAT(ExtractZip(folder_ / "a.zip", folder_ / "to"), IsOk());
  EXPECT_EQ(Unpacked("b/c.txt"), "hello");
  EXPECT_EQ(Unpacked("empty"), "");
  EXPECT_EQ(Unpacked("big"), noise);
  EXPECT_TRUE(LooksLikeZip(folder_ / "a.zip"));
  EXPECT_FALSE(LooksLikeZip(folder_ / "big"));
  EXPECT_FALSE(LooksLikeZip(folder_ / "to"));
}

TEST_F(ZipTest, EqualContentsGiveEqualBytesAtAnyTimeAndPlace) {
  const std::map<std::string, ZipContent> entries = {{"a", std::string(1000, 'x')}, {"b", std::string("y")}};
  ASSERT_THAT(WriteZip(folder_ / "one.zip", entries), IsOk());
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  ASSERT_THAT(WriteZip(folder_ / "two.zip", entries), IsOk());
  ::unsetenv("TZ");
  EXPECT_EQ(ReadTextFile(folder_ / "one.zip").value(), ReadTextFile(folder_ / "two.zip").value());
}

TEST_F(ZipTest, IsNotWrittenWithANameThatItWouldRefuse) {
  EXPECT_THAT(WriteZip(folder_ / "a.zip", {{"../x", ZipContent(std::string("x"))}}),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(WriteZip(folder_ / "a.zip", {{"x", ZipContent(folder_ / "absent")}}),
              HasError(ErrorCode::kNotFound));
  EXPECT_THAT(WriteZip(folder_ / "no/folder/a.zip", {}), HasError(ErrorCode::kPermission));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.zip"));
}

TEST_F(ZipTest, TheHandMadeArchiveIsAGoodOne) {
  ASSERT_THAT(Extract(RawZip({{"d", "", kDirectory}, {"d/a.txt", "hello"}})), IsOk());
  EXPECT_EQ(Unpacked("d/a.txt"), "hello");
}

TEST_F(ZipTest, WritesNothingOutsideTheFolder) {
  for (const char* name :
       {"../out.txt", "a/../../out.txt", "/tmp/cupel-hostile-out.txt", "..\\out.txt", "C:\\out.txt"}) {
    EXPECT_THAT(Extract(RawZip({{name, "evil"}})), HasError(ErrorCode::kVerificationFailed)) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.txt"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/cupel-hostile-out.txt"));
}

TEST_F(ZipTest, RefusesLinksAndDevices) {
  EXPECT_THAT(Extract(RawZip({{"link", "/etc", kLink}})),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("link")));
  EXPECT_THAT(Extract(RawZip({{"link", "..", kLink}, {"link/out.txt", "evil"}})),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Extract(RawZip({{"tty", "", kDevice}})), HasError(ErrorCode::kVerificationFailed));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.txt"));
}

TEST_F(ZipTest, RefusesTwoEntriesOfOneName) {
  EXPECT_THAT(Extract(RawZip({{"a.txt", "one"}, {"a.txt", "two"}})),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("another entry")));
  EXPECT_THAT(Extract(RawZip({{"b.txt", "one"}, {"B.TXT", "two"}})),
              HasError(ErrorCode::kVerificationFailed));
}

TEST_F(ZipTest, RefusesAFileWhereAFolderIsNeeded) {
  EXPECT_FALSE(Extract(RawZip({{"a", "file"}, {"a/b", "in it"}})).has_value());
}

TEST_F(ZipTest, RefusesEncryptedEntries) {
  EXPECT_FALSE(Extract(RawZip({{"secret", "0123456789abcdef", kRegular, 1}})).has_value());
}

TEST_F(ZipTest, StopsABomb) {
  ASSERT_THAT(
      WriteZip(folder_ / "bomb.zip", {{"zeros", ZipContent(std::string(std::size_t{16} << 20, '\0'))}}),
      IsOk());
  EXPECT_THAT(ExtractZip(folder_ / "bomb.zip", folder_ / "to"), HasError(ErrorCode::kResourceLimit));
  EXPECT_LT(std::filesystem::file_size(folder_ / "to/zeros"), std::uintmax_t{8} << 20)
      << "stopped on the way";
}

TEST_F(ZipTest, HoldsItsLimits) {
  const std::string zip = RawZip({{"a", "12345"}, {"b", "12345"}, {"c", "12345"}});
  EXPECT_THAT(Extract(zip, {.entries = 2}), HasError(ErrorCode::kResourceLimit));
  std::filesystem::remove_all(folder_ / "to");
  ASSERT_THAT(MakeFolder(folder_ / "to"), IsOk());
  EXPECT_THAT(Extract(zip, {.bytes = 14}), HasError(ErrorCode::kResourceLimit));
  std::filesystem::remove_all(folder_ / "to");
  ASSERT_THAT(MakeFolder(folder_ / "to"), IsOk());
  EXPECT_THAT(Extract(zip, {.entries = 3, .bytes = 15}), IsOk());
}

TEST_F(ZipTest, NothingThatIsCutOrChangedUnpacksToSomethingElse) {
  const std::string whole = RawZip({{"a.txt", "hello, this is the text"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::filesystem::remove_all(folder_ / "to");
    ASSERT_THAT(MakeFolder(folder_ / "to"), IsOk());
    if (Extract(whole.substr(0, size))) {
      EXPECT_EQ(Unpacked("a.txt"), "(absent)") << size;
    }
  }
  std::string changed = whole;
  changed[whole.find("hello")] = 'H';
  std::filesystem::remove_all(folder_ / "to");
  ASSERT_THAT(MakeFolder(folder_ / "to"), IsOk());
  EXPECT_FALSE(Extract(changed).has_value()) << "the checksum says so";
}

TEST_F(ZipTest, NeedsAFileThatIsThere) {
  EXPECT_THAT(ExtractZip(folder_ / "absent.zip", folder_ / "to"), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::application::pack
