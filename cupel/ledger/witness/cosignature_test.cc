// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/cosignature.h"

#include <cstdlib>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/published_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::string_view kText = "example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const std::optional<std::int64_t> kNever;

merkle::SignedNote PublicNote() { return merkle::SignedNote::Parse(kPublicNote).value(); }

/// A line made by hand: any time, signed over any text.
merkle::NoteSignature Line(const CosignatureVerifier& as, const crypto::LogKey& key, std::uint64_t time,
                           const std::string& signed_text) {
  merkle::NoteSignature line{as.Name(), as.KeyId(), {}};
  for (int shift = 56; shift >= 0; shift -= 8) {
    line.signature.push_back(static_cast<std::uint8_t>(time >> shift));
  }
  const crypto::LogSignature signature = key.Sign(AsBytes(signed_text));
  line.signature.insert(line.signature.end(), signature.bytes.begin(), signature.bytes.end());
  return line;
}

TEST(CosignatureVerifier, ReadsPublishedKeysAndPrintsThemBack) {
  for (const std::string_view vkey : {kLittleGardenKey, kSmartitKey, kRemoraKey, kStagemoleKey}) {
    CUPEL_ASSERT_OK(const CosignatureVerifier key, CosignatureVerifier::Parse(vkey));
    EXPECT_EQ(key.ToText(), vkey);
  }
  EXPECT_EQ(CosignatureVerifier::Parse(kRemoraKey)->KeyId(), 0xda77ade7u);
}

TEST(CosignatureVerifier, VerifiesFourPublicWitnesses) {
  for (const std::string_view vkey : {kLittleGardenKey, kSmartitKey, kRemoraKey, kStagemoleKey}) {
    CUPEL_ASSERT_OK(const CosignatureVerifier key, CosignatureVerifier::Parse(vkey));
    EXPECT_THAT(key.TimeOf(PublicNote()), IsOkAndHolds(Optional(kPublicTime))) << vkey;
  }
}

TEST(CosignatureVerifier, RefusesTheKeysOfLogs) {
  EXPECT_THAT(CosignatureVerifier::Parse(kPublicLogKey),
              HasError(ErrorCode::kUnsupported, HasSubstr("type 4")));
  EXPECT_THAT(merkle::NoteVerifier::Parse(kRemoraKey),
              HasError(ErrorCode::kUnsupported, HasSubstr("type 1")));
}

TEST(CosignatureVerifier, SaysThatItCannotVerifyMlDsa) {
  // The specification's kind for new deployments: 0x06 and 1312 bytes of key, with a right key id.
  Bytes key(1 + 1312, 0x5A);
  key[0] = 0x06;
  const std::string name = "example.com/w";
  Bytes hashed(name.begin(), name.end());
  hashed.push_back('\n');
  hashed.insert(hashed.end(), key.begin(), key.end());
  const std::string id = crypto::Sha256(hashed).Hex().substr(0, 8);
  EXPECT_THAT(CosignatureVerifier::Parse(name + "+" + id + "+" + ToBase64(key)),
              HasError(ErrorCode::kUnsupported,
                       HasSubstr("must be of cosignature/v1 (type 4), got type 6 (ML-DSA-44)")));
}

TEST(CosignatureVerifier, RejectsEveryChangedCharacterOfAKey) {
  for (std::size_t i = 0; i < kRemoraKey.size(); ++i) {
    for (const char c : {'A', 'b', '0', '+', ' ', '\n', '~'}) {
      if (kRemoraKey[i] == c) continue;
      std::string bad(kRemoraKey);
      bad[i] = c;
      EXPECT_FALSE(CosignatureVerifier::Parse(bad).has_value()) << bad;
    }
  }
}

TEST(CosignatureVerifier, EveryFlippedBitOfACosignedNoteIsCaught) {
  CUPEL_ASSERT_OK(const CosignatureVerifier remora, CosignatureVerifier::Parse(kRemoraKey));
  merkle::SignedNote note = PublicNote();
  std::erase_if(note.signatures, [&](const merkle::NoteSignature& line) { return !remora.Made(line); });
  ASSERT_EQ(note.signatures.size(), 1u);
  const std::string good = note.ToText();
  ASSERT_THAT(remora.TimeOf(note), IsOkAndHolds(Optional(kPublicTime)));
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto parsed = merkle::SignedNote::Parse(bad);
    if (!parsed) continue;
    const auto time = remora.TimeOf(*parsed);
    // Another name or key id makes it somebody else's line; anything else makes it false.
    if (time) {
      EXPECT_EQ(*time, kNever) << bad;
    } else {
      EXPECT_EQ(time.error().code, ErrorCode::kVerificationFailed);
    }
  }
}

TEST(CosignatureKey, SignsWhatItsVerifierAccepts) {
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  CUPEL_ASSERT_OK(const merkle::NoteSignature line, key.Sign(kText, 1679315147));
  EXPECT_EQ(line.signature.size(), 72u);
  const merkle::SignedNote note{std::string(kText), {line}};
  EXPECT_THAT(key.Verifier().TimeOf(note), IsOkAndHolds(Optional(std::int64_t{1679315147})));
  // By hand, from the specification's words.
  EXPECT_EQ(line, Line(key.Verifier(), KeyOf(7), 1679315147,
                       "cosignature/v1\ntime 1679315147\n" + std::string(kText)));
}

TEST(CosignatureKey, OpenSslVerifiesWhatItSigns) {
  if (std::system("openssl version >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs openssl";
  const cupel::testing::ScratchFolder folder;
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  CUPEL_ASSERT_OK(const merkle::NoteSignature line, key.Sign(kText, 1679315147));
  ASSERT_THAT(WriteFileAtomic(folder / "text", "cosignature/v1\ntime 1679315147\n" + std::string(kText)),
              IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "sig", BytesView(line.signature).subspan(8)), IsOk());
  Bytes der = FromHex("302a300506032b6570032100").value();  // RFC 8410: the header of an Ed25519 public key
  der.insert(der.end(), key.Verifier().Key().Raw().begin(), key.Verifier().Key().Raw().end());
  ASSERT_THAT(WriteFileAtomic(folder / "key", der), IsOk());
  const std::string verify = "cd '" + folder.path().string() +
                             "' && openssl pkeyutl -verify -rawin -pubin -inkey key -keyform DER -in text "
                             "-sigfile sig >out 2>&1";
  EXPECT_EQ(std::system(verify.c_str()), 0);
  ASSERT_THAT(WriteFileAtomic(folder / "text", "cosignature/v1\ntime 1679315148\n" + std::string(kText)),
              IsOk());
  EXPECT_NE(std::system(verify.c_str()), 0) << "the check itself must be able to fail";
}

TEST(CosignatureKey, RefusesTimesAndTextsThatCannotStand) {
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}}) {
    EXPECT_THAT(key.Sign(kText, time), HasError(ErrorCode::kInvalidArgument, HasSubstr("time")));
  }
  EXPECT_THAT(key.Sign("no newline", 1), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(CosignatureKey::Create("a b", KeyOf(7)), HasError(ErrorCode::kInvalidArgument));
}

TEST(CosignatureVerifier, AcceptsNoTimeOutsideItsRange) {
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  const auto note = [&](std::uint64_t time) {
    const std::string text = "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(kText);
    return merkle::SignedNote{std::string(kText), {Line(key.Verifier(), KeyOf(7), time, text)}};
  };
  const std::uint64_t last = ~std::uint64_t{0} >> 1;
  EXPECT_THAT(key.Verifier().TimeOf(note(1)), IsOkAndHolds(Optional(std::int64_t{1})));
  EXPECT_THAT(key.Verifier().TimeOf(note(last)), IsOkAndHolds(Optional(static_cast<std::int64_t>(last))));
  for (const std::uint64_t time : {std::uint64_t{0}, last + 1, ~std::uint64_t{0}}) {
    EXPECT_THAT(key.Verifier().TimeOf(note(time)),
                HasError(ErrorCode::kVerificationFailed, HasSubstr("2^63")));
  }
}

TEST(CosignatureVerifier, TakesTheLatestOfSeveral) {
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  merkle::SignedNote note{std::string(kText), {}};
  EXPECT_THAT(key.Verifier().TimeOf(note), IsOkAndHolds(kNever));
  for (const std::int64_t time : {20, 30, 10}) note.signatures.push_back(key.Sign(kText, time).value());
  EXPECT_THAT(key.Verifier().TimeOf(note), IsOkAndHolds(Optional(std::int64_t{30})));
  note.signatures[2].signature.back() ^= 1;
  EXPECT_THAT(key.Verifier().TimeOf(note),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("example.com/w")));
}

TEST(CosignatureVerifier, ALogsSignatureIsNoCosignatureNorTheReverse) {
  // One key, one name, both types: the ids differ, and so do the signed bytes.
  const CosignatureKey witness = WitnessKey("example.com/log", 1);
  const SigningLog log("example.com/log", 1);
  merkle::SignedNote note = log.Sign(1, merkle::EmptyRoot());
  EXPECT_NE(witness.Verifier().KeyId(), log.Verifier().KeyId());
  EXPECT_THAT(witness.Verifier().TimeOf(note), IsOkAndHolds(kNever));
  // The log's signature under the witness's id, with a time in front of it.
  merkle::NoteSignature posing = note.signatures[0];
  posing.key_id = witness.Verifier().KeyId();
  EXPECT_THAT(witness.Verifier().TimeOf({note.text, {posing}}), HasError(ErrorCode::kVerificationFailed));
  posing.signature.insert(posing.signature.begin(), {0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_THAT(witness.Verifier().TimeOf({note.text, {posing}}), HasError(ErrorCode::kVerificationFailed));
  // The cosignature under the log's id.
  merkle::NoteSignature cosignature = witness.Sign(note.text, 5).value();
  cosignature.key_id = log.Verifier().KeyId();
  EXPECT_THAT((merkle::SignedNote{note.text, {cosignature}}.Verify(log.Verifier())),
              HasError(ErrorCode::kVerificationFailed));
  cosignature.signature.erase(cosignature.signature.begin(), cosignature.signature.begin() + 8);
  EXPECT_THAT((merkle::SignedNote{note.text, {cosignature}}.Verify(log.Verifier())),
              HasError(ErrorCode::kVerificationFailed));
}

TEST(CosignatureVerifier, IgnoresLinesOfOtherNamesAndKeys) {
  const CosignatureKey key = WitnessKey("example.com/w", 7);
  merkle::NoteSignature other_name = WitnessKey("example.com/v", 7).Sign(kText, 5).value();
  merkle::NoteSignature other_key = WitnessKey("example.com/w", 8).Sign(kText, 5).value();
  const merkle::SignedNote note{std::string(kText), {other_name, other_key}};
  EXPECT_THAT(key.Verifier().TimeOf(note), IsOkAndHolds(kNever));
}

}  // namespace
}  // namespace cupel::ledger::witness
