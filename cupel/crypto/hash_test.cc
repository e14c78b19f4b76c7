// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/hash.h"

#include <rapidcheck.h>
#include <sodium.h>

#include <set>
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

// NIST CAVP, SHA256ShortMsg.rsp: messages of 1 to 8 bytes and of one block.
TEST(Sha256, GivesTheDigestsOfTheNistShortMessages) {
  const std::pair<const char*, const char*> vectors[] = {
      {"d3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
      {"11af", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
      {"b4190e", "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"},
      {"74ba2521", "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"},
      {"c299209682", "f0887fe961c9cd3beab957e8222494abb969b1ce4c6557976df8b0f6d20e9166"},
      {"e1dc724d5621", "eca0a060b489636225b4fa64d267dabbe44273067ac679f20820bddc6b6a90ac"},
      {"06e076f5a442d5", "3fd877e27450e6bbd5d74bb82f9870c64c66e109418baa8e6bbcff355e287926"},
      {"5738c929c4f4ccb6", "963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf"},
      {"5a86b737eaea8ee976a0a24da63e7ed7eefad18a101c1211e2b3650c5187c2a8"
       "a650547208251f6d4237e661c7bf4c77f335390394c37fa1a9f9be836ac28509",
       "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa"}};
  for (const auto& [message, hex] : vectors) EXPECT_EQ(Sha256(FromHex(message).value()).Hex(), hex);
}

// NIST CAVP, SHA256Monte.rsp: each of the 100 checkpoints is 1000 digests of the three before; the first two.
TEST(Sha256, PassesTheNistMonteCarloTest) {
  Bytes seed = FromHex("6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691").value();
  for (const char* expected : {"e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788",
                               "2e78f8c8772ea7c9331d41ed3f9cdf27d8f514a99342ee766ee3b8b0d0b121c0"}) {
    std::array<Bytes, 3> last = {seed, seed, seed};
    for (int i = 0; i < 1000; ++i) {
      Sha256Hasher hasher;
      for (const Bytes& digest : last) hasher.Update(digest);
      const Digest next = hasher.Finish();
      last = {last[1], last[2], Bytes(next.bytes.begin(), next.bytes.end())};
    }
    seed = last[2];
    EXPECT_EQ(ToHex(seed), expected);
  }
}

TEST(Sha256, EveryCutOfAMessageOfThreeBlocksGivesItsDigest) {
  Bytes message(192);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i * 5 + 1);
  const Digest whole = Sha256(message);
  for (std::size_t first = 0; first <= message.size(); ++first) {
    EXPECT_EQ(Sha256(BytesView(message).first(first), BytesView(message).subspan(first)), whole);
    for (std::size_t second = first; second <= message.size(); second += 13) {
      Sha256Hasher hasher;
      hasher.Update(BytesView(message).first(first));
      hasher.Update(BytesView(message).subspan(first, second - first));
      hasher.Update(BytesView(message).subspan(second));
      ASSERT_EQ(hasher.Finish(), whole) << first << " " << second;
    }
  }
}

TEST(Sha256, EveryFlippedBitGivesAnotherDigest) {
  Bytes message(65, 0x5a);
  std::set<Digest> seen = {Sha256(message)};
  for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
    message[bit / 8] = static_cast<std::uint8_t>(message[bit / 8] ^ (1u << bit % 8));
    EXPECT_TRUE(seen.insert(Sha256(message)).second);
    message[bit / 8] = static_cast<std::uint8_t>(message[bit / 8] ^ (1u << bit % 8));
  }
}

// The hasher of Sha256(a, b) is one a thread: a digest inside the making of another must not disturb it.
TEST(Sha256Hasher, HashersDoNotDisturbEachOther) {
  Sha256Hasher a;
  Sha256Hasher b;
  for (const char c : std::string_view("abc")) {
    const std::uint8_t byte = static_cast<std::uint8_t>(c);
    a.Update({&byte, 1});
    (void)Sha256(AsBytes("noise"));
    b.Update({&byte, 1});
    b.Update({&byte, 1});
  }
  EXPECT_EQ(a.Finish().Hex(), kPublished[1].hex);
  EXPECT_EQ(b.Finish(), Sha256(AsBytes("aabbcc")));
}

TEST(Sha256OfFile, NamesAFolderAndReadsAnEmptyFile) {
  const ScratchFolder folder;
  EXPECT_THAT(Sha256OfFile(folder.path()),
              HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("folder")));
  EXPECT_EQ(Sha256OfFile("/dev/null").value().Hex(), kPublished[0].hex);
}

}  // namespace
}  // namespace cupel::crypto
