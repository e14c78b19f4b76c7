// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/bytes.h"

#include <gmock/gmock.h>

#include "cupel/base/digest.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;

// RFC 4648 section 10.
TEST(Base64, EncodesAndDecodesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(ToBase64(AsBytes(plain)), encoded);
    CUPEL_ASSERT_OK(const Bytes decoded, FromBase64(encoded));
    EXPECT_EQ(AsText(decoded), plain);
  }
}

TEST(Base64, AcceptsTheUrlSafeAlphabetWithoutPadding) {
  EXPECT_EQ(FromBase64("-_8").value(), (Bytes{0xfb, 0xff}));
  EXPECT_EQ(FromBase64("+/8=").value(), (Bytes{0xfb, 0xff}));
}

TEST(Base64, RefusesOtherCharactersAndSpareBits) {
  for (const char* text : {"A", "Zg=a", "Z g", "Zh", "Zm9\n"})
    EXPECT_THAT(FromBase64(text), HasError(ErrorCode::kCorrupt)) << text;
}

TEST(Base64, RoundTripsEveryLength) {
  ReproducibleStream stream(1, "base64");
  for (std::size_t length = 0; length < 70; ++length) {
    Bytes bytes(length);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(stream.Below(256));
    EXPECT_EQ(FromBase64(ToBase64(bytes)).value(), bytes);
    EXPECT_EQ(FromHex(ToHex(bytes)).value(), bytes);
  }
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
  EXPECT_THAT(FromHex("abc"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(FromHex("0g"), HasError(ErrorCode::kCorrupt));
}

TEST(Digest, ReadsItsOwnText) {
  CUPEL_ASSERT_OK(const Digest digest, Digest::FromHex(std::string(62, '0') + "aB"));
  EXPECT_EQ(digest.Hex(), std::string(62, '0') + "ab");
  EXPECT_THAT(Digest::FromHex("ab"), HasError(ErrorCode::kCorrupt));
}

// Every text of up to four characters over an alphabet with one of each kind: accepted are exactly the
// encodings, padded or not, in either alphabet.
TEST(Base64, AcceptsTheEncodingsOfBytesAndNothingElse) {
  const std::string alphabet = "AQg9+-/_= \n.";
  const auto normal = [](std::string text) {
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    return text;
  };
  std::size_t accepted = 0;
  std::vector<std::string> texts = {""};
  for (std::size_t first = 0, length = 0; length < 4; ++length) {
    const std::size_t last = texts.size();
    for (; first < last; ++first) {
      for (const char c : alphabet) texts.push_back(texts[first] + c);
    }
  }
  for (const std::string& text : texts) {
    const Result<Bytes> bytes = FromBase64(text);
    if (!bytes) {
      ASSERT_EQ(bytes.error().code, ErrorCode::kCorrupt);
      continue;
    }
    ++accepted;
    std::string bare = ToBase64(*bytes);
    const std::string padded = bare;
    bare.erase(bare.find_last_not_of('=') + 1);
    ASSERT_TRUE(normal(text) == padded || normal(text) == bare) << text;
  }
  // Eight digits. Two of them: the last four bits are zero (A, Q, g); three: the last two (A, Q, g); both
  // bare and padded.
  EXPECT_EQ(accepted, 1u + 2 * (8 * 3) + 2 * (8 * 8 * 3) + 8 * 8 * 8 * 8);
}

TEST(Base64, RefusesWrongPadding) {
  for (const char* text :
       {"=", "==", "===", "====", "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v==", "Zm9v====", "Z=g=", "=Zg="}) {
    EXPECT_THAT(FromBase64(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(Hex, ReadsEveryPairOfDigitsAndRefusesEveryOther) {
  int accepted = 0;
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      const std::string text = {static_cast<char>(high), static_cast<char>(low)};
      const Result<Bytes> bytes = FromHex(text);
      if (!bytes) continue;
      ++accepted;
      std::string lower = text;
      for (char& c : lower) c = static_cast<char>(std::tolower(c));
      ASSERT_EQ(ToHex(*bytes), lower);
    }
  }
  EXPECT_EQ(accepted, 22 * 22);
}

TEST(Digest, IsExactly32Bytes) {
  for (const std::size_t size : {0u, 31u, 33u, 64u}) {
    EXPECT_THAT(Digest::FromBytes(Bytes(size)),
                HasError(ErrorCode::kCorrupt, ::testing::HasSubstr("32 bytes")));
    EXPECT_THAT(Digest::FromHex(std::string(2 * size, 'a')),
                HasError(ErrorCode::kCorrupt, ::testing::HasSubstr("64")));
  }
  EXPECT_THAT(Digest::FromHex(std::string(63, 'a') + "g"), HasError(ErrorCode::kCorrupt));
  Digest small, large;
  large.bytes[0] = 1;
  small.bytes[31] = 0xff;
  EXPECT_LT(small, large);  // compared from the first byte
}

}  // namespace
}  // namespace cupel
