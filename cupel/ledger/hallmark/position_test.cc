// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/position.h"

#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

Digest Numbered(int i) { return GateWorld::DigestOf(fmt::format("{}", i)); }

HallmarkProgress Progress(int payload, std::uint64_t read_to) {
  return {Numbered(payload), GateWorld::DigestOf("keys"), read_to, {}, {}};
}

/// Two ledgers; in the first one hallmark that was revoked and one that was not.
VerifiedPosition Example() {
  HallmarkProgress revoked = Progress(1, 20);
  revoked.receipts = {{7, Numbered(7)}, {12, Numbered(12)}};
  revoked.revoked = FoundRevocation{15, "model-defect"};
  return VerifiedPosition()
      .After({"example.com/a", 18, Numbered(18)}, Progress(2, 18))
      .After({"example.com/a", 20, Numbered(20)}, revoked)
      .After({"example.com/b", 3, Numbered(3)}, {});
}

TEST(Position, SurvivesItsText) {
  EXPECT_THAT(VerifiedPosition::Parse(Example().ToText()), IsOkAndHolds(Example()));
  EXPECT_THAT(VerifiedPosition::Parse(VerifiedPosition().ToText()), IsOkAndHolds(VerifiedPosition()));
}

TEST(Position, HasTheMembersOfItsPage) {
  CUPEL_ASSERT_OK(const Json json, Json::Parse(Example().ToText()));
  const Json& ledger = json["ledgers"].AsArray()[0];
  EXPECT_EQ(ledger["origin"], Json("example.com/a"));
  EXPECT_EQ(ledger["size"], Json("20"));
  EXPECT_EQ(ledger["rootHash"]["sha256"], Json(Numbered(20).Hex()));
  ASSERT_EQ(ledger["hallmarks"].AsArray().size(), 2u);
  const int first = ledger["hallmarks"].AsArray()[0]["payload"]["sha256"] == Json(Numbered(1).Hex())
                        ? 0
                        : 1;  // sorted by digest, not by our numbers
  const Json& revoked = ledger["hallmarks"].AsArray()[static_cast<std::size_t>(first)];
  EXPECT_EQ(revoked["readTo"], Json("20"));
  EXPECT_EQ(revoked["receipts"].AsArray()[1]["size"], Json("12"));
  EXPECT_EQ(revoked["revoked"].Canonical(), R"({"leaf":"15","reason":"model-defect"})");
  EXPECT_EQ(ledger["hallmarks"].AsArray()[static_cast<std::size_t>(1 - first)].Find("revoked"), nullptr);
  EXPECT_EQ(json["ledgers"].AsArray()[1]["hallmarks"].Canonical(), "[]");
}

TEST(Position, GoesForwardLedgerByLedgerAndHallmarkByHallmark) {
  const VerifiedPosition position = Example();
  ASSERT_EQ(position.ledgers.size(), 2u);
  EXPECT_EQ(position.Of("example.com/c"), nullptr);
  EXPECT_EQ(position.Of("example.com/a")->seen, (LedgerState{"example.com/a", 20, Numbered(20)}));
  EXPECT_EQ(position.Of("example.com/a")->Of(Numbered(2))->read_to, 18u) << "not read with the other one";
  EXPECT_EQ(position.Of("example.com/a")->Of(Numbered(3)), nullptr);
  EXPECT_EQ(position.Of("example.com/b")->Of(Numbered(1)), nullptr) << "a hallmark is of one ledger";

  const VerifiedPosition later =
      position.After({"example.com/a", 25, Numbered(25)}, Progress(2, 25)).After({"a", 1, Numbered(1)}, {});
  EXPECT_EQ(later.Of("example.com/a")->Of(Numbered(2))->read_to, 25u);
  EXPECT_EQ(*later.Of("example.com/a")->Of(Numbered(1)), *position.Of("example.com/a")->Of(Numbered(1)));
  EXPECT_EQ(*later.Of("example.com/b"), *position.Of("example.com/b"));
  EXPECT_EQ(later.ledgers[0].seen.origin, "a");
  EXPECT_THAT(VerifiedPosition::Parse(later.ToText()), IsOkAndHolds(later));
}

TEST(Position, ForgetsTheHallmarkThatWasReadLeastFar) {
  VerifiedPosition position;
  const int most = static_cast<int>(kMostHallmarks);
  for (int i = 0; i < most; ++i) {
    // 300 is the one that was read least far, 301 the next.
    const std::uint64_t read_to = i == 300 ? 1 : i == 301 ? 2 : 10 + static_cast<std::uint64_t>(i);
    position = position.After({"example.com/a", 2000, Numbered(-1)}, Progress(i, read_to));
  }
  const auto has = [&](int i) { return position.Of("example.com/a")->Of(Numbered(i)) != nullptr; };
  ASSERT_TRUE(has(300));
  position = position.After({"example.com/a", 2000, Numbered(-1)}, Progress(most, 5));
  EXPECT_FALSE(has(300));
  EXPECT_TRUE(has(301));
  EXPECT_TRUE(has(most));
  // The new one stays even when it was read least far of all: it is the one that is needed next.
  position = position.After({"example.com/a", 2000, Numbered(-1)}, Progress(most + 1, 0));
  EXPECT_TRUE(has(most + 1));
  EXPECT_FALSE(has(301));
  EXPECT_EQ(position.ledgers[0].hallmarks.size(), kMostHallmarks);
  EXPECT_THAT(VerifiedPosition::Parse(position.ToText()), IsOkAndHolds(position));
}

/// One member of one object is changed; nothing else is.
class PositionForm : public ::testing::Test {
 protected:
  static Result<VerifiedPosition> With(const std::function<void(Json&)>& change) {
    Json json = Json::Parse(Example().ToText()).value();
    change(json);
    return VerifiedPosition::Parse(json.Canonical() + "\n");
  }
  static Json& Ledger(Json& json) { return json["ledgers"].AsArray()[0]; }
  /// The revoked one.
  static Json& Hallmark(Json& json) {
    Json::Array& hallmarks = Ledger(json)["hallmarks"].AsArray();
    return hallmarks[0].Find("revoked") != nullptr ? hallmarks[0] : hallmarks[1];
  }
};

TEST_F(PositionForm, UnknownMembersAreRefusedAndTheNearestIsNamed) {
  ASSERT_THAT(With([](Json&) {}), IsOk());
  EXPECT_THAT(With([](Json& j) { j["ledger"] = 1; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"ledgers\"")));
  EXPECT_THAT(With([](Json& j) { Ledger(j)["orign"] = "x"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"origin\"")));
  EXPECT_THAT(With([](Json& j) { Hallmark(j)["readto"] = "1"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"readTo\"")));
  EXPECT_THAT(With([](Json& j) { Hallmark(j)["revoked"]["time"] = "1"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(With([](Json& j) { Hallmark(j)["receipts"].AsArray()[0]["x"] = "1"; }),
              HasError(ErrorCode::kCorrupt));
}

TEST_F(PositionForm, EveryMemberButTheRevocationMustBeThere) {
  for (const char* member : {"origin", "size", "rootHash", "hallmarks"}) {
    EXPECT_THAT(With([&](Json& j) { Ledger(j).AsObject().erase(member); }), HasError(ErrorCode::kCorrupt))
        << member;
    EXPECT_THAT(With([&](Json& j) { Ledger(j)[member] = 7; }), HasError(ErrorCode::kCorrupt)) << member;
  }
  for (const char* member : {"payload", "keys", "readTo", "receipts"}) {
    EXPECT_THAT(With([&](Json& j) { Hallmark(j).AsObject().erase(member); }), HasError(ErrorCode::kCorrupt))
        << member;
    EXPECT_THAT(With([&](Json& j) { Hallmark(j)[member] = Json(); }), HasError(ErrorCode::kCorrupt))
        << member;
  }
  EXPECT_THAT(With([](Json& j) { Hallmark(j)["revoked"] = Json(); }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(With([](Json& j) { Hallmark(j).AsObject().erase("revoked"); }), IsOk());
}

TEST_F(PositionForm, WhatNoAdmissionWritesIsRefused) {
  const auto refused = [](const std::function<void(Json&)>& change, const char* text) {
    EXPECT_THAT(With(change), HasError(ErrorCode::kCorrupt, HasSubstr(text)));
  };
  refused([](Json& j) { Ledger(j)["size"] = "19"; }, "\"readTo\" is beyond the ledger");
  refused([](Json& j) { Hallmark(j)["readTo"] = "15"; }, "was not read");
  refused([](Json& j) { Hallmark(j)["revoked"]["leaf"] = "20"; }, "was not read");
  refused([](Json& j) { Hallmark(j)["revoked"]["reason"] = "because"; }, "unknown reason");
  refused([](Json& j) { Hallmark(j)["receipts"].AsArray()[1]["size"] = "21"; }, "a receipt is beyond");
  refused([](Json& j) { Hallmark(j)["receipts"].AsArray()[0]["size"] = "13"; },
          "\"receipts\" must be sorted");
  refused([](Json& j) { Hallmark(j)["receipts"].Append(Hallmark(j)["receipts"].AsArray()[1]); },
          "\"receipts\" must be sorted");
  refused(
      [](Json& j) { std::swap(Ledger(j)["hallmarks"].AsArray()[0], Ledger(j)["hallmarks"].AsArray()[1]); },
      "\"hallmarks\" must be sorted");
  refused([](Json& j) { Ledger(j)["hallmarks"].Append(Ledger(j)["hallmarks"].AsArray()[1]); },
          "\"hallmarks\" must be sorted");
  refused([](Json& j) { std::swap(j["ledgers"].AsArray()[0], j["ledgers"].AsArray()[1]); },
          "\"ledgers\" must be sorted");
  refused([](Json& j) { j["ledgers"].Append(j["ledgers"].AsArray()[1]); }, "\"ledgers\" must be sorted");
  refused([](Json& j) { Ledger(j)["origin"] = "two words"; }, "ledgers[0]");
  refused([](Json& j) { Ledger(j)["size"] = "020"; }, "\"size\"");
  refused([](Json& j) { Ledger(j)["size"] = "9223372036854775808"; }, "\"size\"");
  refused([](Json& j) { Ledger(j)["rootHash"]["sha256"] = std::string(64, 'A'); }, "lower-case");
  refused([](Json& j) { Ledger(j)["rootHash"]["sha512"] = "00"; }, "sha512");
  refused(
      [](Json& j) {
        Json& receipts = Hallmark(j)["receipts"];
        const Json receipt = receipts.AsArray()[1];
        for (int size = 13; size < 17; ++size) {
          receipts.Append(receipt);
          receipts.AsArray().back()["size"] = std::to_string(size);
        }
      },
      "more than 4 \"receipts\"");
}

TEST_F(PositionForm, ThereIsOneForm) {
  const std::string text = Example().ToText();
  for (const std::string& other : {text + "\n", " " + text, text.substr(0, text.size() - 1),
                                   Json::Parse(text)->Indented(), std::string(), std::string("{}\n")}) {
    EXPECT_THAT(VerifiedPosition::Parse(other), HasError(ErrorCode::kCorrupt)) << other;
  }
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(VerifiedPosition::Parse(std::string_view(text).substr(0, size)).has_value()) << size;
  }
}

class SignedPosition : public ::testing::Test {
 protected:
  const crypto::LogKey key_ = GateWorld::LogKeyOf(40);
  const crypto::LogKey other_ = GateWorld::LogKeyOf(41);
};

TEST_F(SignedPosition, OpensWithTheKeyThatSignedItAndNoOther) {
  CUPEL_ASSERT_OK(const std::string note, Example().Sign(key_));
  EXPECT_THAT(VerifiedPosition::Open(note, key_.Public()), IsOkAndHolds(Example()));
  EXPECT_THAT(VerifiedPosition::Open(note, other_.Public()), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifiedPosition::Open(Example().ToText(), key_.Public()), HasError(ErrorCode::kCorrupt));
}

TEST_F(SignedPosition, EveryBitAndEveryByteCounts) {
  CUPEL_ASSERT_OK(const std::string note, Example().Sign(key_));
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = note;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_FALSE(VerifiedPosition::Open(bad, key_.Public()).has_value()) << i << " " << bit;
    }
    EXPECT_FALSE(VerifiedPosition::Open(note.substr(0, i), key_.Public()).has_value()) << i;
    EXPECT_FALSE(VerifiedPosition::Open(note.substr(0, i) + note.substr(i + 1), key_.Public()).has_value())
        << i;
  }
}

TEST_F(SignedPosition, WhatTheKeySignedElsewhereIsNoPosition) {
  // The same key under a log's name, a checkpoint under the position's name, and another version.
  const std::string text = Example().ToText();
  const auto note = [&](const std::string& body, const std::string& name) {
    return merkle::SignNote(body, name, key_)->ToText();
  };
  EXPECT_THAT(VerifiedPosition::Open(note(text, std::string(kPositionName)), key_.Public()), IsOk());
  EXPECT_THAT(VerifiedPosition::Open(note(text, "example.com/ledger"), key_.Public()),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifiedPosition::Open(note(text, "cupel.dev/position/v2"), key_.Public()),
              HasError(ErrorCode::kVerificationFailed));
  const merkle::Checkpoint checkpoint{std::string(kPositionName), 1, Numbered(1), {}};
  EXPECT_THAT(VerifiedPosition::Open(note(checkpoint.ToText(), std::string(kPositionName)), key_.Public()),
              HasError(ErrorCode::kCorrupt));
}

TEST_F(SignedPosition, IsNoLargerThanANoteCanBe) {
  VerifiedPosition position;
  const std::string name = "example.com/" + std::string(200, 'x');
  for (int i = 0; i < 4000; ++i) {
    position.ledgers.push_back({{fmt::format("{}{:04}", name, i), 1, Numbered(i)}, {}});
  }
  EXPECT_THAT(position.Sign(key_), HasError(ErrorCode::kResourceLimit, HasSubstr("1048576")));
  position.ledgers.resize(2000);
  CUPEL_ASSERT_OK(const std::string note, position.Sign(key_));
  EXPECT_THAT(VerifiedPosition::Open(note, key_.Public()), IsOkAndHolds(position));
}

TEST(KeysDigest, IsOfASetOfKeys) {
  std::vector<crypto::PublicKey> keys;
  for (int i = 0; i < 3; ++i) keys.push_back(crypto::SigningKey::Generate()->Public());
  const std::vector<crypto::PublicKey> turned = {keys[2], keys[0], keys[1], keys[0]};
  EXPECT_EQ(KeysDigest(keys), KeysDigest(turned));
  std::vector<Digest> subsets;
  for (unsigned subset = 0; subset < 8; ++subset) {
    std::vector<crypto::PublicKey> some;
    for (unsigned i = 0; i < 3; ++i) {
      if ((subset >> i & 1) != 0) some.push_back(keys[i]);
    }
    subsets.push_back(KeysDigest(some));
  }
  std::ranges::sort(subsets);
  EXPECT_EQ(std::ranges::adjacent_find(subsets), subsets.end()) << "two sets of keys have one digest";
}

}  // namespace
}  // namespace cupel::ledger::hallmark
