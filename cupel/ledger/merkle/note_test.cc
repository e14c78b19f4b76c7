// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/note.h"

#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

#define DASH "\xE2\x80\x94"

// The example of the C2SP signed-note specification.
constexpr std::string_view kSpecKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kSpecNote =
    "This is an example message.\n\n" DASH
    " example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// The example of Go's golang.org/x/mod/sumdb/note, with its private key.
constexpr std::string_view kGoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kGoTypedSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view kGoText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr std::string_view kGoSignature = DASH
    " PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

NoteVerifier SpecVerifier() { return NoteVerifier::Parse(kSpecKey).value(); }

crypto::LogKey GoKey() {
  const Bytes typed = FromBase64(kGoTypedSeed).value();
  return crypto::LogKey::FromSeed(BytesView(typed).subspan(1)).value();
}

TEST(NoteVerifier, ReadsThePublishedKeysAndPrintsThemBack) {
  CUPEL_ASSERT_OK(const NoteVerifier spec, NoteVerifier::Parse(kSpecKey));
  EXPECT_EQ(spec.Name(), "example.com/foo");
  EXPECT_EQ(spec.KeyId(), 0x530d903au);
  EXPECT_EQ(spec.ToText(), kSpecKey);
  CUPEL_ASSERT_OK(const NoteVerifier go, NoteVerifier::Parse(kGoKey));
  EXPECT_EQ(go.KeyId(), 0xc74f20a3u);
  EXPECT_EQ(go.ToText(), kGoKey);
}

TEST(NoteVerifier, RejectsEveryChangedCharacter) {
  for (std::size_t i = 0; i < kSpecKey.size(); ++i) {
    for (const char c : {'A', 'b', '0', '+', ' ', '\n', '~'}) {
      if (kSpecKey[i] == c) continue;
      std::string bad(kSpecKey);
      bad[i] = c;
      EXPECT_FALSE(NoteVerifier::Parse(bad).has_value()) << bad;
    }
  }
}

TEST(NoteVerifier, RejectsEveryTruncation) {
  for (std::size_t size = 0; size < kSpecKey.size(); ++size) {
    EXPECT_FALSE(NoteVerifier::Parse(kSpecKey.substr(0, size)).has_value()) << size;
  }
}

TEST(NoteVerifier, SaysUnsupportedForOtherKeyTypes) {
  Bytes typed(33, 7);
  typed[0] = 0x02;
  EXPECT_THAT(NoteVerifier::Parse("x+00000000+" + ToBase64(typed)), HasError(ErrorCode::kUnsupported));
}

TEST(NoteVerifier, RefusesNamesThatCannotStandInALine) {
  const crypto::LogVerifier key = SpecVerifier().Key();
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a+b"), std::string("a\nb"),
                                  std::string("\xff"), std::string("a\tb"), std::string(256, 'a')}) {
    EXPECT_THAT(NoteVerifier::Create(name, key), HasError(ErrorCode::kInvalidArgument)) << name;
  }
  EXPECT_THAT(NoteVerifier::Create("\xE9\x87\x91.example/\xE8\xB4\xA6", key),
              IsOk());  // Chinese names are fine
}

TEST(SignedNote, VerifiesThePublishedNotes) {
  CUPEL_ASSERT_OK(const SignedNote note, SignedNote::Parse(kSpecNote));
  EXPECT_EQ(note.text, "This is an example message.\n");
  EXPECT_THAT(note.Verify(SpecVerifier()), IsOk());
  EXPECT_EQ(note.ToText(), kSpecNote);
}

TEST(SignNote, MakesThePublishedNoteByteForByte) {
  CUPEL_ASSERT_OK(const SignedNote note, SignNote(std::string(kGoText), "PeterNeumann", GoKey()));
  EXPECT_EQ(note.ToText(), std::string(kGoText) + "\n" + std::string(kGoSignature));
  EXPECT_THAT(note.Verify(NoteVerifier::Parse(kGoKey).value()), IsOk());
}

TEST(SignNote, RefusesTextsThatANoteCannotHold) {
  for (const char* text :
       {"", "no newline", "tab\t\n", "\xc3\x28\n", "\xed\xa0\x80\n", "\xc0\x80\n", "\xf5\x80\x80\x80\n"}) {
    EXPECT_THAT(SignNote(text, "x", GoKey()), HasError(ErrorCode::kInvalidArgument)) << text;
  }
  for (const char* text : {"\n", "a\n\nb\n", "\xE2\x80\x94 x AAAA\n\nstill text\n", "\xf0\x9f\x94\x92\n"}) {
    CUPEL_ASSERT_OK(const SignedNote note, SignNote(text, "x", GoKey()));
    EXPECT_THAT(SignedNote::Parse(note.ToText()), IsOkAndHolds(note));
  }
}

TEST(SignedNote, RejectsEveryFlippedBit) {
  for (std::size_t bit = 0; bit < 8 * kSpecNote.size(); ++bit) {
    std::string bad(kSpecNote);
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto note = SignedNote::Parse(bad);
    if (!note) {
      EXPECT_EQ(note.error().code, ErrorCode::kCorrupt);
    } else {
      EXPECT_THAT(note->Verify(SpecVerifier()), HasError(ErrorCode::kVerificationFailed)) << bad;
    }
  }
}

TEST(SignedNote, RejectsEveryTruncation) {
  for (std::size_t size = 0; size < kSpecNote.size(); ++size) {
    EXPECT_THAT(SignedNote::Parse(kSpecNote.substr(0, size)), HasError(ErrorCode::kCorrupt)) << size;
  }
}

TEST(SignedNote, KeepsAndIgnoresSignaturesOfOthers) {
  const std::string both = "This is an example message.\n\n" + std::string(kGoSignature) +
                           std::string(kSpecNote.substr(kSpecNote.find(DASH)));
  CUPEL_ASSERT_OK(const SignedNote note, SignedNote::Parse(both));
  EXPECT_EQ(note.signatures.size(), 2u);
  EXPECT_THAT(note.Verify(SpecVerifier()), IsOk());
  EXPECT_EQ(note.ToText(), both);
}

TEST(SignedNote, OneFalseSignatureOfAKnownKeyRejectsTheNote) {
  SignedNote note = SignedNote::Parse(kSpecNote).value();
  note.signatures.push_back(note.signatures[0]);
  EXPECT_THAT(note.Verify(SpecVerifier()), IsOk());
  note.signatures[1].signature[9] ^= 1;
  EXPECT_THAT(note.Verify(SpecVerifier()), HasError(ErrorCode::kVerificationFailed));
  note.signatures[1].signature.pop_back();
  EXPECT_THAT(note.Verify(SpecVerifier()), HasError(ErrorCode::kVerificationFailed, HasSubstr("length")));
}

TEST(SignedNote, NeedsTheSignatureOfTheVerifier) {
  CUPEL_ASSERT_OK(const SignedNote note, SignedNote::Parse(kSpecNote));
  EXPECT_THAT(note.Verify(NoteVerifier::Parse(kGoKey).value()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed by PeterNeumann")));
  // The right key under another name is another verifier.
  EXPECT_THAT(note.Verify(NoteVerifier::Create("example.com/bar", SpecVerifier().Key()).value()),
              HasError(ErrorCode::kVerificationFailed));
}

TEST(SignedNote, HasALimitOnSignaturesAndSize) {
  std::string note = "text\n\n";
  for (int i = 0; i < 64; ++i) note += kGoSignature;
  EXPECT_THAT(SignedNote::Parse(note), IsOk());
  EXPECT_THAT(SignedNote::Parse(note + std::string(kGoSignature)), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(SignedNote::Parse(std::string(2 << 20, 'a')), HasError(ErrorCode::kResourceLimit));
}

TEST(SignedNote, RejectsMalformedSignatureLines) {
  for (const char* line :
       {"- x AAAAAAAA", DASH "x AAAAAAAA", DASH " x", DASH " x  AAAAAAAA", DASH " x AAAAAAA", DASH " x AAAA",
        DASH " x AAAAAAA- ", DASH "  AAAAAAAA", DASH " a+b AAAAAAAA", "", " "}) {
    EXPECT_THAT(SignedNote::Parse("text\n\n" + std::string(line) + "\n"), HasError(ErrorCode::kCorrupt))
        << line;
  }
}

TEST(DecodeExactBase64, AcceptsOneSpellingOnly) {
  EXPECT_THAT(DecodeExactBase64("+/8="), IsOkAndHolds(Bytes{0xfb, 0xff}));
  for (const char* text : {"-_8=", "+/8", "+/8==", "+/9=", "+/8=\n", " +/8=", "+"}) {
    EXPECT_THAT(DecodeExactBase64(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

}  // namespace
}  // namespace cupel::ledger::merkle
