// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/resource_name.h"

#include "cupel/base/bytes.h"

#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

TEST(IsUtf8, AcceptsTheFirstAndLastCharacterOfEveryLength) {
  // RFC 3629 section 4: the bounds of every row of the syntax.
  for (const char* text : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
                           "a\xC3\xA9"
                           "b"}) {
    EXPECT_TRUE(IsUtf8(text)) << ToHex(AsBytes(text));
  }
}

TEST(IsUtf8, RefusesOverlongFormsSurrogatesAndBrokenCharacters) {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xE2\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
        "a\xE2\x82"
        "b"}) {
    EXPECT_FALSE(IsUtf8(text)) << ToHex(AsBytes(text));
  }
}

TEST(IsUtf8, AgreesWithADecoderOnAllTwoByteAndManyThreeByteStrings) {
  // The twin decodes by arithmetic and re-encodes.
  const auto twin = [](std::string_view s) {
    std::size_t at = 0;
    while (at < s.size()) {
      const auto byte = [&](std::size_t i) {
        return at + i < s.size() ? static_cast<std::uint32_t>(static_cast<std::uint8_t>(s[at + i])) : 0;
      };
      const std::uint32_t lead = byte(0);
      const std::size_t n = lead < 0x80       ? 1
                            : lead >> 5 == 6  ? 2
                            : lead >> 4 == 14 ? 3
                            : lead >> 3 == 30 ? 4
                                              : 0;
      if (n == 0 || at + n > s.size()) return false;
      std::uint32_t value = n == 1 ? lead : lead & (0x7F >> n);
      for (std::size_t i = 1; i < n; ++i) {
        if (byte(i) >> 6 != 2) return false;
        value = value << 6 | (byte(i) & 63);
      }
      const std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
      if (value < least[n] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
      at += n;
    }
    return true;
  };
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (const int c : {-1, 0x41, 0x80, 0xBF, 0xC0}) {
        std::string text{static_cast<char>(a), static_cast<char>(b)};
        if (c >= 0) text += static_cast<char>(c);
        ASSERT_EQ(IsUtf8(text), twin(text)) << ToHex(AsBytes(text));
        ASSERT_EQ(IsUtf8(text + "\x80"), twin(text + "\x80")) << ToHex(AsBytes(text)) << "80";
      }
    }
  }
}

TEST(CanonicalName, GivesEveryPathItsOneSpelling) {
  // The examples of the specification's section 6.1.2, then what follows from its rules.
  EXPECT_THAT(CanonicalName("./config.json"), IsOkAndHolds("config.json"));
  EXPECT_THAT(CanonicalName("subdir/./weights.bin"), IsOkAndHolds("subdir/weights.bin"));
  EXPECT_THAT(CanonicalName("subdir//file"), IsOkAndHolds("subdir/file"));
  EXPECT_THAT(CanonicalName("a/b/"), IsOkAndHolds("a/b"));
  EXPECT_THAT(CanonicalName("././/a/.//./b/./"), IsOkAndHolds("a/b"));
  EXPECT_THAT(CanonicalName("..a/b..c/..."), IsOkAndHolds("..a/b..c/..."));
  EXPECT_THAT(CanonicalName("Model.bin"), IsOkAndHolds("Model.bin"));
  EXPECT_THAT(CanonicalName("a\\b"), IsOkAndHolds("a\\b"));
}

TEST(CanonicalName, RefusesPathsThatLeaveTheModelOrNameNothing) {
  const std::pair<std::string, const char*> cases[] = {{"/etc/passwd", "relative"},
                                                       {"..", ".."},
                                                       {"a/../b", ".."},
                                                       {"../a", ".."},
                                                       {"a/..", ".."},
                                                       {"", "a name"},
                                                       {".", "a name"},
                                                       {"./", "a name"},
                                                       {"./..", ".."},
                                                       {"a\xFF", "UTF-8"},
                                                       {std::string("a\0b", 3), "zero"}};
  for (const auto& [path, why] : cases) {
    EXPECT_THAT(CanonicalName(path), HasError(ErrorCode::kInvalidArgument, HasSubstr(why))) << path;
  }
}

TEST(CheckName, AcceptsOnlyTheOneSpelling) {
  EXPECT_THAT(CheckName("a/b"), IsOk());
  for (const char* name : {"./a", "a/", "a//b", "a/./b", "/a", "../a", ""}) {
    EXPECT_THAT(CheckName(name), HasError(ErrorCode::kCorrupt)) << name;
  }
}

TEST(CanonicalIgnorePath, RefusesPatterns) {
  EXPECT_THAT(CanonicalIgnorePath("./cache/"), IsOkAndHolds("cache"));
  for (const char* entry : {"*.bin", "a?", "a[b]", "/a", "a/../..", "."}) {
    EXPECT_THAT(CanonicalIgnorePath(entry), HasError(ErrorCode::kInvalidArgument)) << entry;
  }
}

TEST(IsIgnored, MatchesWholePathsFromTheTop) {
  // The specification's section 6.2.1.
  const std::vector<std::string> entries = {".git", "cache", "a/b"};
  for (const char* name : {".git", ".git/config", "cache", "cache/x/y", "a/b", "a/b/c"}) {
    EXPECT_TRUE(IsIgnored(name, entries)) << name;
  }
  for (const char* name :
       {"subdir/.git", "subdir/cache", "cache2", "mycache", ".gitmodules", "a", "a/bc", "b", "Cache"}) {
    EXPECT_FALSE(IsIgnored(name, entries)) << name;
  }
  EXPECT_FALSE(IsIgnored("a", {}));
}

}  // namespace
}  // namespace cupel::ledger::identity
