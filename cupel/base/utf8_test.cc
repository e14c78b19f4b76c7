// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/utf8.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>

namespace cupel {
namespace {

/// The encoding by the table of RFC 3629 section 3, written independently of the reader.
std::string Encode(std::uint32_t c) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

bool IsScalarValue(std::uint32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

TEST(Utf8Length, AcceptsEveryScalarValueAndNoSurrogate) {
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    const std::string text = Encode(c);
    ASSERT_EQ(Utf8Length(text), IsScalarValue(c) ? text.size() : 0u) << c;
    ASSERT_EQ(Utf8Length(text + "\xff"), IsScalarValue(c) ? text.size() : 0u) << c;
  }
}

TEST(Utf8Length, RefusesEveryCharacterThatIsCutShort) {
  for (std::uint32_t c = 0x80; c <= 0x10FFFF; c += 37) {
    const std::string text = Encode(c);
    for (std::size_t size = 1; size < text.size(); ++size) {
      ASSERT_EQ(Utf8Length(text.substr(0, size)), 0u) << c;
      ASSERT_EQ(Utf8Length(text.substr(0, size) + "a"), 0u) << c;
    }
  }
}

// Every string of two bytes, and every first three bytes of longer ones: what is accepted is the encoding of
// a scalar value, so overlong forms, stray tails and values above U+10FFFF are not.
TEST(Utf8Length, AcceptsNothingButTheShortestForm) {
  std::size_t accepted = 0;
  for (std::uint32_t bits = 0; bits < 0x1000000; ++bits) {
    const std::string text = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                              static_cast<char>(bits)};
    accepted += Utf8Length(text) == 3;
  }
  EXPECT_EQ(accepted, 0x10000u - 0x800u - 0x800u);  // the characters of three bytes, without the surrogates
  for (const std::string& text :
       {std::string("\xC0\x80"), std::string("\xC1\xBF"), std::string("\xE0\x9F\xBF"),
        std::string("\xF0\x8F\xBF\xBF"), std::string("\xF4\x90\x80\x80"), std::string("\xF8\x88\x80\x80\x80"),
        std::string("\x80"), std::string("\xFF")}) {
    EXPECT_EQ(Utf8Length(text), 0u);
  }
}

}  // namespace
}  // namespace cupel
