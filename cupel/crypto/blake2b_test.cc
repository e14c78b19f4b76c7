// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/blake2b.h"

#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

std::string HexOf(std::string_view text) {
  Blake2bHasher hasher;
  hasher.Update(AsBytes(text));
  return ToHex(hasher.Finish());
}

TEST(Blake2b, AgreesWithThePublishedExamples) {
  // RFC 7693 appendix A.
  EXPECT_EQ(HexOf("abc"),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  // `printf '' | b2sum` (GNU coreutils).
  EXPECT_EQ(HexOf(""),
            "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
            "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce");
}

TEST(Blake2b, DoesNotDependOnThePieces) {
  std::string text(1000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31);
  const std::string whole = HexOf(text);
  Blake2bHasher hasher;
  for (const std::size_t piece : {1u, 7u, 127u, 128u, 129u, 1000u}) {
    for (std::size_t at = 0; at < text.size(); at += piece) hasher.Update(AsBytes(text.substr(at, piece)));
    EXPECT_EQ(ToHex(hasher.Finish()), whole) << piece << ", and the hasher starts anew";
  }
}

}  // namespace
}  // namespace cupel::crypto
