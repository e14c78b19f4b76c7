// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/decide.h"

#include <fmt/format.h>

#include <set>

#include "cupel/ledger/witness/published_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::int64_t kNow = 1'700'000'000;

class DecideTest : public ::testing::Test {
 protected:
  /// Decides and remembers, as a witness does.
  Decision Ask(const AddCheckpoint& request, std::int64_t now = kNow) {
    Decision decision = Decide(request, &known_, seen_, key_, now);
    if (decision.keep) seen_ = Seen::Parse(*decision.keep, key_.Verifier()).value();
    return decision;
  }
  int StatusOf(const AddCheckpoint& request) { return Ask(request).answer.status; }

  std::optional<std::int64_t> TimeIn(const Answer& answer, const merkle::SignedNote& note) const {
    const merkle::SignedNote cosigned{note.text, merkle::ParseSignatureLines(answer.body).value()};
    return key_.Verifier().TimeOf(cosigned).value();
  }

  const SigningLog log_;
  KnownLog known_ = log_.Known();
  const CosignatureKey key_ = WitnessKey("example.com/w", 7);
  std::optional<Seen> seen_;
};

TEST_F(DecideTest, CosignsTheFirstCheckpointAndEveryConsistentOneAfterIt) {
  const merkle::Tree tree = History(9);
  const Decision first = Ask(log_.Request(tree, 0, 4));
  EXPECT_EQ(first.answer.status, 200);
  EXPECT_EQ(first.answer.content_type, kTextType);
  EXPECT_THAT(TimeIn(first.answer, log_.Sign(tree, 4)), Optional(kNow));
  ASSERT_TRUE(first.keep.has_value());
  EXPECT_THAT(merkle::OpenCheckpoint(*first.keep, log_.Verifier()), IsOk());
  EXPECT_EQ(StatusOf(log_.Request(tree, 4, 9)), 200);
  EXPECT_EQ(seen_->checkpoint.size, 9u);
}

TEST_F(DecideTest, CosignsAReplayAgainWithANewTime) {
  const merkle::Tree tree = History(4);
  ASSERT_EQ(StatusOf(log_.Request(tree, 0, 4)), 200);
  const Decision again = Ask(log_.Request(tree, 4, 4), kNow + 60);
  EXPECT_EQ(again.answer.status, 200);
  EXPECT_THAT(TimeIn(again.answer, log_.Sign(tree, 4)), Optional(kNow + 60));
  EXPECT_EQ(seen_->time, kNow + 60);
}

TEST_F(DecideTest, TellsItsSizeToWhomeverNamesAnother) {
  const merkle::Tree tree = History(9);
  ASSERT_EQ(StatusOf(log_.Request(tree, 0, 5)), 200);
  for (const std::uint64_t old_size : {0, 1, 4, 6, 9}) {
    const Decision decision = Ask(log_.Request(tree, old_size, 9));
    EXPECT_EQ(decision.answer, (Answer{409, std::string(kSizeType), "5\n"})) << old_size;
    EXPECT_FALSE(decision.keep.has_value());
  }
  // An older checkpoint, honestly announced: a rollback.
  EXPECT_EQ(Ask(log_.Request(tree, 0, 3)).answer.status, 409);
}

TEST_F(DecideTest, RefusesAnOldSizeAboveTheNewOne) {
  AddCheckpoint request = log_.Request(History(4), 0, 3);
  request.old_size = 4;
  EXPECT_EQ(StatusOf(request), 400);
  ASSERT_EQ(StatusOf(log_.Request(History(4), 0, 4)), 200);
  EXPECT_EQ(StatusOf(request), 400) << "also when it is the size that was seen";
}

TEST_F(DecideTest, RefusesUnknownLogs) {
  const Decision decision = Decide(log_.Request(History(1), 0, 1), nullptr, std::nullopt, key_, kNow);
  EXPECT_EQ(decision.answer.status, 404);
  EXPECT_THAT(decision.answer.body, HasSubstr("example.com/log"));
}

TEST_F(DecideTest, RefusesWhatTheLogDidNotSignOrSignedFalsely) {
  const merkle::Tree tree = History(3);
  AddCheckpoint stranger = log_.Request(tree, 0, 3);
  stranger.checkpoint = SigningLog("example.com/log", 2).Sign(tree, 3);
  EXPECT_EQ(StatusOf(stranger), 403);
  AddCheckpoint flipped = log_.Request(tree, 0, 3);
  flipped.checkpoint.signatures[0].signature[5] ^= 1;
  EXPECT_EQ(StatusOf(flipped), 403);
  // A good line beside a false one of the same key: the note is malformed.
  AddCheckpoint both = log_.Request(tree, 0, 3);
  both.checkpoint.signatures.push_back(flipped.checkpoint.signatures[0]);
  EXPECT_EQ(StatusOf(both), 403);
  // Lines of strangers are ignored.
  AddCheckpoint more = log_.Request(tree, 0, 3);
  more.checkpoint.signatures.insert(more.checkpoint.signatures.begin(), stranger.checkpoint.signatures[0]);
  EXPECT_EQ(StatusOf(more), 200);
  EXPECT_EQ(seen_->note.find("example.com/log"), 0u);
  EXPECT_EQ(merkle::SignedNote::Parse(seen_->note)->signatures.size(), 2u)
      << "the stranger's line is not kept";
}

TEST_F(DecideTest, LooksAtTheSignatureBeforeItTellsItsSize) {
  ASSERT_EQ(StatusOf(log_.Request(History(4), 0, 4)), 200);
  AddCheckpoint stranger = log_.Request(History(4), 0, 3);
  stranger.checkpoint = SigningLog("example.com/log", 2).Sign(History(4), 3);
  EXPECT_EQ(StatusOf(stranger), 403);
}

TEST_F(DecideTest, RefusesATextThatIsNoCheckpoint) {
  AddCheckpoint request;
  request.checkpoint = merkle::SignNote("example.com/log\nnonsense\n", "example.com/log", KeyOf(1)).value();
  EXPECT_EQ(StatusOf(request), 400);
}

TEST_F(DecideTest, RefusesFalseRootsOfEmptyLogsAndProofsFromNothing) {
  AddCheckpoint request = log_.Request(History(1), 0, 0);
  request.checkpoint = log_.Sign(0, History(1).Root());
  EXPECT_EQ(StatusOf(request), 422);
  EXPECT_EQ(StatusOf(log_.Request(History(1), 0, 0)), 200);
  request = log_.Request(History(3), 0, 3);
  request.proof.push_back(History(1).Root());
  EXPECT_EQ(StatusOf(request), 422) << "a proof from nothing must be empty";
  EXPECT_EQ(StatusOf(log_.Request(History(3), 0, 3)), 200) << "an empty log may grow";
  request = log_.Request(History(3), 3, 3);
  request.proof.push_back(History(3).Root());
  EXPECT_EQ(StatusOf(request), 422) << "a proof between equal sizes must be empty";
}

TEST_F(DecideTest, RefusesAnotherTreeOfTheSizeSeenAndKeepsIt) {
  ASSERT_EQ(StatusOf(log_.Request(History(4), 0, 4)), 200);
  const merkle::Tree fork = History(4, 2, "fork");
  const Decision decision = Ask(log_.Request(fork, 4, 4));
  EXPECT_EQ(decision.answer.status, 422);
  EXPECT_FALSE(decision.keep.has_value());
  ASSERT_TRUE(decision.conflict.has_value());
  CUPEL_ASSERT_OK(const merkle::Checkpoint evidence,
                  merkle::OpenCheckpoint(*decision.conflict, log_.Verifier()));
  EXPECT_EQ(evidence.size, seen_->checkpoint.size);
  EXPECT_NE(evidence.root, seen_->checkpoint.root);
}

TEST_F(DecideTest, ItsTimesNeverGoBack) {
  ASSERT_EQ(StatusOf(log_.Request(History(4), 0, 4)), 200);
  const Decision decision = Ask(log_.Request(History(9), 4, 9), kNow - 1);
  EXPECT_EQ(decision.answer.status, 500);
  EXPECT_FALSE(decision.keep.has_value());
  EXPECT_THAT(decision.answer.body, HasSubstr("clock"));
  EXPECT_EQ(Ask(log_.Request(History(9), 4, 9), kNow).answer.status, 200);
  EXPECT_EQ(Decide(log_.Request(History(9), 0, 9), &known_, std::nullopt, key_, 0).answer.status, 500);
}

TEST_F(DecideTest, KeepsOneLineAKeyHoweverManyThereAre) {
  AddCheckpoint request = log_.Request(History(2), 0, 2);
  request.checkpoint.signatures.resize(64, request.checkpoint.signatures[0]);
  EXPECT_EQ(StatusOf(request), 200);
  EXPECT_THAT(Seen::Parse(seen_->note, key_.Verifier()), IsOk());
}

TEST_F(DecideTest, ReadsSixteenSignaturesOfThePostQuantumKind) {
  // signed-note: at least 16 signatures, of nearly 5 kB each; and the longest proof beside them.
  AddCheckpoint request = log_.Request(History(2), 0, 2);
  for (std::uint32_t i = 1; i < 16; ++i) {
    request.checkpoint.signatures.insert(request.checkpoint.signatures.begin(),
                                         {"pq.example/" + std::to_string(i), 77 + i, Bytes(5000, 7)});
  }
  CUPEL_ASSERT_OK(const AddCheckpoint read, AddCheckpoint::Parse(request.ToText()));
  EXPECT_EQ(StatusOf(read), 200);
  request.proof.resize(63);
  EXPECT_THAT(AddCheckpoint::Parse(request.ToText()), IsOk());
  EXPECT_LT(seen_->note.size(), 1000u) << "what is not the log's is not kept";
}

TEST_F(DecideTest, FollowsALogThroughAChangeOfItsKey) {
  const SigningLog next("example.com/log", 2);
  ASSERT_EQ(StatusOf(log_.Request(History(4), 0, 4)), 200);
  EXPECT_EQ(StatusOf(next.Request(History(6), 4, 6)), 403);
  known_.keys.push_back(next.Verifier());
  EXPECT_EQ(StatusOf(next.Request(History(6), 4, 6)), 200);
}

TEST_F(DecideTest, KeepsOnlyNotesThatItCosigned) {
  const Decision decision = Ask(log_.Request(History(4), 0, 4));
  EXPECT_THAT(Seen::Parse(*decision.keep, WitnessKey("example.com/w", 8).Verifier()),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Seen::Parse(log_.Sign(History(4), 4).ToText(), key_.Verifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not cosigned")));
  EXPECT_THAT(Seen::Parse("torn", key_.Verifier()), HasError(ErrorCode::kCorrupt));
}

/// Every history of up to `kSize` leaves that forks from the main one after 0 to kSize leaves; every old
/// size, every new size, every proof that any of them can give: whatever is cosigned must be one tree.
TEST_F(DecideTest, NeverCosignsTwoTreesHoweverItIsAsked) {
  constexpr std::uint64_t kSize = 7;
  std::vector<merkle::Tree> histories = {History(kSize)};
  for (std::uint64_t shared = 0; shared < kSize; ++shared)
    histories.push_back(History(kSize, shared, "fork"));
  int cosigned = 0;
  for (const merkle::Tree& first : histories) {
    for (std::uint64_t start = 1; start <= kSize; ++start) {
      for (const merkle::Tree& second : histories) {
        for (std::uint64_t size = 0; size <= kSize; ++size) {
          for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
            seen_.reset();
            ASSERT_EQ(StatusOf(log_.Request(first, 0, start)), 200);
            const bool accepted = StatusOf(log_.Request(second, old_size, size)) == 200;
            const bool consistent =
                size >= start && first.RootAt(start).value() == second.RootAt(start).value();
            ASSERT_EQ(accepted, consistent && old_size == start) << start << " " << old_size << " " << size;
            cosigned += accepted ? 1 : 0;
          }
        }
      }
    }
  }
  EXPECT_GT(cosigned, 200);
}

/// The proofs of one history under the checkpoints of another, and damaged proofs.
TEST_F(DecideTest, NoForeignOrDamagedProofJoinsAFork) {
  constexpr std::uint64_t kSize = 9;
  const merkle::Tree main = History(kSize);
  for (std::uint64_t shared = 0; shared < kSize; ++shared) {
    const merkle::Tree fork = History(kSize, shared, "fork");
    for (std::uint64_t start = shared + 1; start <= kSize; ++start) {
      for (std::uint64_t size = start; size <= kSize; ++size) {
        seen_.reset();
        ASSERT_EQ(StatusOf(log_.Request(main, 0, start)), 200);
        AddCheckpoint request = log_.Request(fork, start, size);
        EXPECT_EQ(StatusOf(request), 422);
        request.proof = main.ProveConsistency(start, size)->path;
        EXPECT_EQ(StatusOf(request), 422);
        request.proof.clear();
        EXPECT_EQ(StatusOf(request), 422);
        request = log_.Request(main, start, size);
        for (Digest& hash : request.proof) {
          hash.bytes[31] ^= 1;
          EXPECT_EQ(StatusOf(request), 422);
          hash.bytes[31] ^= 1;
        }
        request.proof.push_back({});
        EXPECT_EQ(StatusOf(request), 422);
      }
    }
  }
}

/// A witness with one check left out must be caught by the same questions, or they would prove nothing.
TEST_F(DecideTest, ATwinThatSkipsTheProofIsCaughtByTheSameQuestions) {
  const merkle::Tree main = History(6);
  const merkle::Tree fork = History(6, 2, "fork");
  ASSERT_EQ(StatusOf(log_.Request(main, 0, 4)), 200);
  // The twin believes that it has seen whatever root the fork has at the size seen.
  Seen believed = *seen_;
  believed.checkpoint.root = fork.RootAt(4).value();
  EXPECT_EQ(Decide(log_.Request(fork, 4, 6), &known_, believed, key_, kNow).answer.status, 200);
  EXPECT_EQ(StatusOf(log_.Request(fork, 4, 6)), 422);
}

/// The requests that litewitness is tested with, and the statuses that it must answer with.
TEST(DecideAsLitewitness, AnswersItsPublishedRequestsAlike) {
  const merkle::NoteVerifier key =
      merkle::NoteVerifier::Create(
          std::string(kLitewitnessOrigin),
          crypto::LogVerifier::FromRaw(FromHex(kLitewitnessLogKeyHex).value()).value())
          .value();
  const KnownLog known{std::string(kLitewitnessOrigin), {key}};
  const CosignatureKey witness = WitnessKey("example.com/witness", 7);
  const std::string origin(kLitewitnessOrigin);
  const auto hash = [](const char* start) { return std::string(start) + std::string(38, 'A') + "A=\n"; };
  const std::string a1 = hash("KgEA");
  const std::string a2 = hash("KgIA");
  const std::string a3 = hash("KgMA");
  const std::string a4 = hash("KgQA");
  const std::string left = "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n";
  const auto note = [&](int size, const std::string& root, const std::string& signature) {
    return fmt::format("\n{}\n{}\n{}\n\n" CUPEL_DASH "{} UgIom{}=\n", origin, size, root, origin, signature);
  };
  const std::string n1 =
      note(1, hash("KgAA").substr(0, 44),
           "7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY");
  const std::string root3 = "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=";
  const std::string good3 =
      "2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go";
  // The published one ends in "x", which spells the bytes of "w" with spare bits: unreadable here, where
  // base64 has one spelling, and a false signature there.
  std::string bad3 = good3;
  bad3.back() = 'x';
  EXPECT_THAT(AddCheckpoint::Parse("old 1\n" + a1 + a2 + note(3, root3, bad3)),
              HasError(ErrorCode::kCorrupt));
  bad3.back() = 'w';
  const std::string n5 =
      note(5, "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
           "w/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww");
  struct {
    std::string body;
    int status;
    std::string answer;
  } const requests[] = {
      {"old 0\n" + n1, 200, ""},
      {"old 1\n" + a1 + a2 + note(3, root3, bad3), 403, ""},
      {"old 1\n" + note(3, root3, good3), 422, ""},
      {"old 1\n" + a1 + a2.substr(0, 41) + "BA=\n" + note(3, root3, good3), 422, ""},
      {"old 1\n" + a1 + a2 + note(3, root3, good3), 200, ""},
      {"old 1\n" + a1 + left + a4 + n5, 409, "3\n"},
      {"old 3\n" + a2 + a3 + "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=\n" + a4 + n5, 200, ""},
      {"old 0\n" + n5, 409, "5\n"},
  };
  std::optional<Seen> seen;
  for (const auto& request : requests) {
    CUPEL_ASSERT_OK(const AddCheckpoint parsed, AddCheckpoint::Parse(request.body));
    const Decision decision = Decide(parsed, &known, seen, witness, kNow);
    EXPECT_EQ(decision.answer.status, request.status) << request.body << decision.answer.body;
    if (!request.answer.empty()) {
      EXPECT_EQ(decision.answer.body, request.answer);
    }
    if (decision.keep) seen = Seen::Parse(*decision.keep, witness.Verifier()).value();
  }
  EXPECT_EQ(seen->checkpoint.size, 5u);
}

TEST(DecideAsLitewitness, FollowsALogWhoseKeyHasAnotherName) {
  const KnownLog known{"go.sum database tree", {merkle::NoteVerifier::Parse(kGoSumKey).value()}};
  const CosignatureKey witness = WitnessKey("example.com/witness", 7);
  CUPEL_ASSERT_OK(const AddCheckpoint request, AddCheckpoint::Parse("old 0\n\n" + std::string(kGoSumNote)));
  const Decision decision = Decide(request, &known, std::nullopt, witness, kNow);
  EXPECT_EQ(decision.answer.status, 200) << decision.answer.body;
}

}  // namespace
}  // namespace cupel::ledger::witness
