// SPDX-License-Identifier: Apache-2.0
// The one form of notes, checkpoints, names and numbers: whatever differs in a byte is refused.
#include <functional>

#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

const std::string kName = "example.com/log";

crypto::LogKey Key(std::uint8_t seed) { return crypto::LogKey::FromSeed(Bytes(32, seed)).value(); }

NoteVerifier Verifier(std::uint8_t seed, const std::string& name = kName) {
  return NoteVerifier::Create(name, Key(seed).Public()).value();
}

std::string CheckpointText(std::uint64_t size) {
  Checkpoint checkpoint{kName, size, Digest{{1, 2, 3}}, {}};
  return checkpoint.ToText();
}

TEST(NoteForm, EveryInsertedAndEveryRemovedCharacterIsRefused) {
  const std::string good = SignNote(CheckpointText(7), kName, Key(1))->ToText();
  for (std::size_t i = 0; i <= good.size(); ++i) {
    for (const char c : {'\0', '\n', '\r', ' ', '\t', '=', '0', 'A', '+', '\x7f', '\x80', '\xE2'}) {
      EXPECT_FALSE(OpenCheckpoint(std::string(good).insert(i, 1, c), Verifier(1)).has_value())
          << i << " " << int{c};
    }
    if (i == good.size()) continue;
    EXPECT_FALSE(OpenCheckpoint(std::string(good).erase(i, 1), Verifier(1)).has_value()) << i;
  }
}

TEST(NoteForm, WindowsAndOldMacintoshLinesAreRefused) {
  const std::string good = SignNote(CheckpointText(7), kName, Key(1))->ToText();
  for (const char* ending : {"\r\n", "\r", "\n\r", "\xE2\x80\xA8", "\x0b"}) {
    std::string text;
    for (const char c : good) text += c == '\n' ? std::string(ending) : std::string(1, c);
    EXPECT_THAT(SignedNote::Parse(text), HasError(ErrorCode::kCorrupt));
  }
}

TEST(NoteForm, ATextMayLookLikeASignatureAndIsText) {
  // The last empty line divides: what stands before it is signed, whatever it looks like.
  const std::string inner = SignNote(CheckpointText(7), kName, Key(2))->ToText();
  CUPEL_ASSERT_OK(const SignedNote outer, SignNote(inner, kName, Key(1)));
  CUPEL_ASSERT_OK(const SignedNote read, SignedNote::Parse(outer.ToText()));
  EXPECT_EQ(read.text, inner);
  EXPECT_THAT(read.Verify(Verifier(1)), IsOk());
  EXPECT_THAT(read.Verify(Verifier(2)), HasError(ErrorCode::kVerificationFailed))
      << "the inner one vouches for nothing here";
}

TEST(NoteForm, SignaturesOfManyKeysAreToldApartByNameAndId) {
  SignedNote note = SignNote(CheckpointText(7), kName, Key(1)).value();
  for (std::uint8_t seed = 2; seed < 20; ++seed) {
    const std::string name = seed % 2 == 0 ? kName : "witness.example/" + std::to_string(seed);
    note.signatures.push_back(SignNote(CheckpointText(7), name, Key(seed))->signatures[0]);
  }
  CUPEL_ASSERT_OK(const SignedNote read, SignedNote::Parse(note.ToText()));
  EXPECT_EQ(read, note);
  for (std::uint8_t seed = 1; seed < 20; ++seed) {
    const std::string name = seed % 2 == 0 || seed == 1 ? kName : "witness.example/" + std::to_string(seed);
    EXPECT_THAT(read.Verify(Verifier(seed, name)), IsOk()) << int{seed};
    EXPECT_THAT(read.Verify(Verifier(seed, "witness.example/other")),
                HasError(ErrorCode::kVerificationFailed));
  }
  EXPECT_THAT(read.Verify(Verifier(20)), HasError(ErrorCode::kVerificationFailed));
}

// Key ids have 32 bits: another key may be made to have the log's. Its line under the log's name is then a
// false signature of the log, and rejects the note, as the specification demands.
TEST(NoteForm, ALineWithTheLogsNameAndIdMustBeTheLogs) {
  SignedNote note = SignNote(CheckpointText(7), kName, Key(1)).value();
  NoteSignature forged = SignNote(CheckpointText(7), kName, Key(2))->signatures[0];
  forged.key_id = Verifier(1).KeyId();
  for (const bool first : {true, false}) {
    SignedNote both = note;
    both.signatures.insert(first ? both.signatures.begin() : both.signatures.end(), forged);
    EXPECT_THAT(both.Verify(Verifier(1)), HasError(ErrorCode::kVerificationFailed));
  }
}

TEST(KeyName, RefusesEveryAsciiCharacterThatCannotStandInALine) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string name = "a" + std::string(1, static_cast<char>(c)) + "b";
    const bool fits = c > 0x20 && c != '+' && c != 0x7f;
    EXPECT_EQ(CheckKeyName(name).has_value(), fits) << c;
  }
  EXPECT_THAT(CheckKeyName(std::string(255, 'a')), IsOk());
}

TEST(KeyName, RefusesUnicodesSpacesAsGoDoes) {
  for (const char* space : {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2005", "\u200a", "\u2028",
                            "\u2029", "\u202f", "\u205f", "\u3000"}) {
    EXPECT_THAT(CheckKeyName(std::string("a") + space), HasError(ErrorCode::kInvalidArgument)) << space;
    EXPECT_THAT(CheckKeyName(space), HasError(ErrorCode::kInvalidArgument));
  }
  for (const char* letter : {"\u00a1", "\u0084", "\u200b", "\u2027", "\u3001", "\u9ed1"}) {
    EXPECT_THAT(CheckKeyName(std::string("a") + letter), IsOk()) << letter;
  }
}

TEST(NoteVerifier, EveryInsertedAndEveryRemovedCharacterIsRefused) {
  const std::string good = Verifier(1).ToText();
  for (std::size_t i = 0; i <= good.size(); ++i) {
    for (const char c : {'+', '=', ' ', '\n', '0', 'a', '\0', '\xff'}) {
      const auto parsed = NoteVerifier::Parse(std::string(good).insert(i, 1, c));
      EXPECT_FALSE(parsed.has_value()) << i << " " << int{c};
    }
    if (i == good.size()) continue;
    EXPECT_FALSE(NoteVerifier::Parse(std::string(good).erase(i, 1)).has_value()) << i;
  }
}

TEST(NoteVerifier, TheIdIsInLowerCaseDigitsOnly) {
  for (std::uint8_t seed = 1; seed < 30; ++seed) {
    std::string text = Verifier(seed).ToText();
    const std::size_t at = text.find_first_of("abcdef", kName.size());
    if (at > kName.size() + 8) continue;  // an id without letters
    text[at] = static_cast<char>(text[at] - 'a' + 'A');
    EXPECT_THAT(NoteVerifier::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

// Every text of up to four characters from this alphabet: exactly the shortest decimals are read.
TEST(ParseDecimal, ReadsTheShortestDecimalsAndNothingElse) {
  int accepted = 0;
  const std::function<void(const std::string&)> visit = [&](const std::string& text) {
    const auto value = ParseDecimal(text, "number");
    if (value) {
      ++accepted;
      ASSERT_EQ(std::to_string(*value), text);
    } else {
      ASSERT_EQ(value.error().code, ErrorCode::kCorrupt);
    }
    if (text.size() == 4) return;
    for (const char c : std::string_view("019-+ .ex\n")) visit(text + c);
  };
  visit("");
  EXPECT_EQ(accepted, 1 + 2 * (1 + 3 + 9 + 27));  // "0", and 1 or 9 followed by any of 0, 1, 9
}

TEST(ParseDecimal, StopsAtTheLargestOfAllSizes) {
  EXPECT_THAT(ParseDecimal("9223372036854775807", "n"), IsOkAndHolds(9223372036854775807u));
  for (const char* text :
       {"9223372036854775808", "18446744073709551616", "99999999999999999999999", "9223372036854775807 "}) {
    EXPECT_THAT(ParseDecimal(text, "n"), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(Checkpoint, SurvivesItsTextForEveryMagnitudeOfSize) {
  for (unsigned bit = 0; bit < 63; ++bit) {
    for (const std::uint64_t size : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit}) {
      const Checkpoint checkpoint{kName, size, Digest{{static_cast<std::uint8_t>(bit)}}, {"x 1", "y"}};
      EXPECT_THAT(Checkpoint::Parse(checkpoint.ToText()), IsOkAndHolds(checkpoint));
    }
  }
}

TEST(TilePath, OfEveryBorderOfItsGroupsReadsBack) {
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1000}, std::uint64_t{999999},
        std::uint64_t{1000000}, std::uint64_t{1} << 55, ~std::uint64_t{0} >> 8}) {
    for (const std::optional<unsigned> level :
         {std::optional<unsigned>(), std::optional<unsigned>(0), std::optional<unsigned>(7)}) {
      for (const std::uint64_t width : {1u, 255u, 256u}) {
        const TileId tile{level, index, width};
        EXPECT_EQ(TileId::Parse(tile.Path()), tile) << tile.Path();
      }
    }
  }
}

TEST(TilePath, ThatOverflows64BitsIsNone) {
  for (const char* path :
       {"tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x018/x446/x744/x073/x709/x551/617",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/entries/x036/x893/x488/x147/x419/x103/232"}) {
    EXPECT_EQ(TileId::Parse(path), std::nullopt) << path;
  }
}

TEST(TilePath, EveryChangedCharacterIsAnotherTileOrNone) {
  const std::string good = TileId{2, 1234067, 17}.Path();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string changed = good;
      changed[i] = static_cast<char>(c);
      const auto tile = TileId::Parse(changed);
      if (tile) {
        ASSERT_EQ(tile->Path(), changed);
      }
    }
    EXPECT_FALSE(TileId::Parse(std::string(good).insert(i, 1, '0')).has_value() &&
                 TileId::Parse(std::string(good).insert(i, 1, '0'))->Path() == good);
  }
}

TEST(TilesOf, GrowthOfAHugeLogIsAFewFiles) {
  for (unsigned bit = 8; bit < 62; ++bit) {
    const std::uint64_t size = (std::uint64_t{1} << bit) + 5;
    for (const TileId& tile : TilesOf(size, size - 3)) {
      const std::uint64_t nodes = tile.level ? size >> (8 * *tile.level) : size;
      EXPECT_EQ(tile.index, (nodes - 1) / kTileWidth);
      EXPECT_EQ(tile.width, nodes - tile.index * kTileWidth);
    }
    EXPECT_LE(TilesOf(size, size - 3).size(), 2u) << bit;
    EXPECT_TRUE(TilesOf(size, size).empty());
    EXPECT_GE(TilesOf(size, size - 6).size(), 2u) << "a growth over a power of two";
  }
}

TEST(EntryBundle, EveryChangedLengthIsRefusedOrOtherEntries) {
  const std::vector<Bytes> entries = {{1, 2, 3}, {}, {4, 5}};
  const Bytes good = EntryBundle(entries);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int step = 1; step < 256; ++step) {
      Bytes changed = good;
      changed[i] = static_cast<std::uint8_t>(changed[i] + step);
      const auto parsed = ParseEntryBundle(changed, 3);
      if (!parsed) {
        ASSERT_EQ(parsed.error().code, ErrorCode::kCorrupt);
      } else {
        ASSERT_NE(*parsed, entries);
        ASSERT_EQ(EntryBundle(*parsed), changed);
      }
    }
  }
}

}  // namespace
}  // namespace cupel::ledger::merkle
