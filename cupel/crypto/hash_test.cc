// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/hash.h"

#include <rapidcheck.h>
#include <sodium.h>

#include <thread>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::crypto {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;

struct PublishedDigest {
  std::string message;
  const char* hex;
};

// FIPS 180-4 examples (NIST "Cryptographic Standards and Guidelines: Example Values").
const PublishedDigest kPublished[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(Sha256, GivesThePublishedDigests) {
  for (const auto& [message, hex] : kPublished) EXPECT_EQ(Sha256(AsBytes(message)).Hex(), hex);
}

TEST(Sha256, AgreesWithASecondImplementationAtEveryLengthUpTo300) {
  Bytes message;
  for (int length = 0; length <= 300; ++length) {
    Digest other;
    crypto_hash_sha256(other.bytes.data(), message.data(), message.size());
    EXPECT_EQ(Sha256(message), other) << "length " << length;
    message.push_back(static_cast<std::uint8_t>(length * 7));
  }
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  EXPECT_TRUE(rc::check("pieces", [](const Bytes& first, const Bytes& second) {
    Bytes joined = first;
    joined.insert(joined.end(), second.begin(), second.end());
    Sha256Hasher hasher;
    hasher.Update(first);
    hasher.Update(second);
    const Digest whole = Sha256(joined);
    RC_ASSERT(hasher.Finish() == whole);
    RC_ASSERT(Sha256(first, second) == whole);
  }));
}

TEST(Sha256Hasher, IsAsNewAfterFinish) {
  Sha256Hasher hasher;
  hasher.Update(AsBytes("something else"));
  (void)hasher.Finish();
  hasher.Update(AsBytes("abc"));
  EXPECT_EQ(hasher.Finish().Hex(), kPublished[1].hex);
  EXPECT_EQ(hasher.Finish().Hex(), kPublished[0].hex);
}

TEST(Sha256Hasher, CanBeMoved) {
  Sha256Hasher hasher;
  hasher.Update(AsBytes("a"));
  Sha256Hasher moved = std::move(hasher);
  moved.Update(AsBytes("bc"));
  EXPECT_EQ(moved.Finish().Hex(), kPublished[1].hex);
}

TEST(Sha256, IsSafeFromSeveralThreads) {
  std::vector<std::thread> threads;
  std::array<int, 4> wrong{};
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 2000; ++i) wrong[t] += Sha256(AsBytes("abc")).Hex() != kPublished[1].hex;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(Sha256OfFile, EqualsTheDigestOfTheBytesAroundThePieceSize) {
  const ScratchFolder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, (std::size_t{1} << 20) - 1,
                                 std::size_t{1} << 20, (std::size_t{1} << 20) + 1, std::size_t{3} << 20}) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * 31 + i / 257);
    ASSERT_THAT(WriteFileAtomic(folder / "file", content), IsOk());
    CUPEL_ASSERT_OK(const Digest digest, Sha256OfFile(folder / "file"));
    EXPECT_EQ(digest, Sha256(content)) << size;
  }
}

TEST(Sha256OfFile, NamesTheMissingFile) {
  const ScratchFolder folder;
  EXPECT_THAT(Sha256OfFile(folder / "absent.onnx"),
              HasError(ErrorCode::kNotFound, ::testing::HasSubstr("absent.onnx")));
}

}  // namespace
}  // namespace cupel::crypto
