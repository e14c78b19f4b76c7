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

}  // namespace
}  // namespace cupel
