// SPDX-License-Identifier: Apache-2.0
// A message longer than 2^32 bits: a length counter of 32 bits would wrap.
#include "cupel/crypto/hash.h"

#include <gtest/gtest.h>

namespace cupel::crypto {
namespace {

// NIST's extremely long message: this text 16,777,216 times, one GiB.
TEST(Sha256Hasher, GivesThePublishedDigestOfOneGibibyte) {
  constexpr std::string_view kText = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno";
  std::string piece;
  for (int i = 0; i < 1 << 14; ++i) piece += kText;
  Sha256Hasher hasher;
  for (int i = 0; i < 1 << 10; ++i) hasher.Update(AsBytes(piece));
  EXPECT_EQ(hasher.Finish().Hex(), "50e72a0e26442fe2552dc3938ac58658228c0cbfb1d2ca872ae435266fcd055e");
}

}  // namespace
}  // namespace cupel::crypto
