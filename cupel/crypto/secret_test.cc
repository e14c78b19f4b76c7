// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/secret.h"

#include <gtest/gtest.h>

#include <ostream>

#include "cupel/crypto/log_key.h"
#include "cupel/crypto/signing_key.h"

namespace cupel::crypto {
namespace {

template <typename T>
concept Printable = requires(std::ostream& os, const T& value) { os << value; };

static_assert(!Printable<Secret> && !Printable<SigningKey> && !Printable<LogKey>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_copy_constructible_v<LogKey>);
// The two kinds of key and of signature are no stand-ins for each other.
static_assert(!std::is_convertible_v<SigningKey, LogKey> && !std::is_convertible_v<PublicKey, LogVerifier>);
static_assert(!std::is_convertible_v<Signature, LogSignature> &&
              !std::is_convertible_v<LogSignature, Signature>);

TEST(Wipe, LeavesZeros) {
  Bytes memory = {1, 2, 3, 4};
  Wipe(memory);
  EXPECT_EQ(memory, (Bytes{0, 0, 0, 0}));
}

TEST(Secret, HoldsWhatItWasGiven) {
  const Secret secret(AsBytes("password"));
  EXPECT_EQ(secret.RevealText(), "password");
  EXPECT_EQ(secret.size(), 8u);
}

TEST(Secret, IsEmptyAfterAMove) {
  Secret first(AsBytes("one"));
  Secret second(std::move(first));
  EXPECT_EQ(first.size(), 0u);  // NOLINT(bugprone-use-after-move): what is left behind is the claim
  EXPECT_EQ(second.RevealText(), "one");
  Secret third(AsBytes("other"));
  third = std::move(second);
  EXPECT_EQ(third.RevealText(), "one");
  EXPECT_EQ(second.size(), 0u);  // NOLINT(bugprone-use-after-move)
}

TEST(EqualInConstantTime, ComparesLengthAndEveryByte) {
  EXPECT_TRUE(EqualInConstantTime(AsBytes("same"), AsBytes("same")));
  EXPECT_TRUE(EqualInConstantTime({}, {}));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("same"), AsBytes("sama")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("same"), AsBytes("same ")));
}

}  // namespace
}  // namespace cupel::crypto
