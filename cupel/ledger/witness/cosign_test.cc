// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/cosign.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <thread>

#include "cupel/base/file.h"
#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/witness/policy.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/ledger/witness/witness.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::int64_t kNow = 1'700'000'000;

Post Always(Answer answer) {
  return [answer](const std::string&) -> Result<Answer> { return answer; };
}

class AskWitnessTest : public ::testing::Test {
 protected:
  Result<merkle::NoteSignature> Ask(const Post& post) {
    return AskWitness(log_.Sign(tree_, 9), prove_, key_.Verifier(), post);
  }
  std::string Lines(const merkle::NoteSignature& line) { return merkle::SignatureLines(std::span(&line, 1)); }

  const SigningLog log_;
  const merkle::Tree tree_ = History(9);
  const CosignatureKey key_ = WitnessKey("example.com/w", 7);
  const std::string text_ = log_.Sign(tree_, 9).text;
  const ProveFrom prove_ = [this](std::uint64_t old_size) { return tree_.ProveConsistency(old_size, 9); };
};

TEST_F(AskWitnessTest, GoesOnFromTheSizeTold) {
  std::optional<Seen> seen;
  const KnownLog known = log_.Known();
  std::vector<std::uint64_t> asked;
  const Post witness = [&](const std::string& body) -> Result<Answer> {
    const AddCheckpoint request = AddCheckpoint::Parse(body).value();
    asked.push_back(request.old_size);
    return Decide(request, &known, seen, key_, kNow).answer;
  };
  EXPECT_THAT(Ask(witness), IsOk());
  EXPECT_THAT(asked, ElementsAre(0u));
  const Decision earlier = Decide(log_.Request(tree_, 0, 5), &known, {}, key_, kNow);
  seen = Seen::Parse(*earlier.keep, key_.Verifier()).value();
  asked.clear();
  EXPECT_THAT(Ask(witness), IsOkAndHolds(key_.Sign(text_, kNow).value()));
  EXPECT_THAT(asked, ElementsAre(0u, 5u));
}

TEST_F(AskWitnessTest, SaysWhenTheWitnessHasSeenMore) {
  EXPECT_THAT(
      Ask(Always({409, std::string(kSizeType), "12\n"})),
      HasError(ErrorCode::kVerificationFailed, HasSubstr("has cosigned 12 leaves of this log, which has 9")));
}

TEST_F(AskWitnessTest, GivesUpOnAWitnessThatNeverSettles) {
  int calls = 0;
  const Post witness = [&](const std::string&) -> Result<Answer> {
    return Answer{409, std::string(kSizeType), fmt::format("{}\n", ++calls % 9)};
  };
  EXPECT_THAT(Ask(witness), HasError(ErrorCode::kResourceLimit));
  EXPECT_LE(calls, 5);
}

TEST_F(AskWitnessTest, TellsRefusalsApart) {
  EXPECT_THAT(Ask(Always(Refusal(403, "no"))),
              HasError(ErrorCode::kPermission, HasSubstr("signature (403): no")));
  EXPECT_THAT(Ask(Always(Refusal(404, "no"))), HasError(ErrorCode::kPermission, HasSubstr("does not know")));
  EXPECT_THAT(Ask(Always(Refusal(422, "no"))),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("another history")));
  for (const int status : {201, 302, 400, 418, 500, 503}) {
    EXPECT_THAT(Ask(Always(Refusal(status, "no"))), HasError(ErrorCode::kCorrupt)) << status;
  }
  EXPECT_THAT(Ask([](const std::string&) -> Result<Answer> { return Fail(ErrorCode::kNotFound, "nobody"); }),
              HasError(ErrorCode::kNotFound, HasSubstr("nobody")));
}

TEST_F(AskWitnessTest, RefusesConflictsThatTellNoSize) {
  for (const Answer& answer :
       {Answer{409, "text/plain", "5\n"}, Answer{409, std::string(kSizeType), "5"},
        Answer{409, std::string(kSizeType), "\n"}, Answer{409, std::string(kSizeType), "-1\n"},
        Answer{409, std::string(kSizeType), "5\n5\n"}, Answer{409, std::string(kSizeType), ""},
        Answer{409, "text/x.tlog.sizes", "5\n"}, Answer{409, "", "5\n"}}) {
    EXPECT_THAT(Ask(Always(answer)), HasError(ErrorCode::kCorrupt)) << answer.body;
  }
}

TEST_F(AskWitnessTest, ReadsMediaTypesAsHttpDoes) {
  // RFC 9110, 8.3.1: no difference of case, and parameters may follow.
  for (const char* type : {"text/x.tlog.size", "Text/X.Tlog.Size", "text/x.tlog.size; charset=utf-8",
                           "text/x.tlog.size ;charset=utf-8"}) {
    EXPECT_THAT(Ask(Always({409, type, "12\n"})), HasError(ErrorCode::kVerificationFailed, HasSubstr("12")))
        << type;
  }
}

TEST_F(AskWitnessTest, TakesOnlyATrueLineOfThisWitness) {
  const auto answer = [](std::string body) { return Always({200, std::string(kTextType), std::move(body)}); };
  const merkle::NoteSignature good = key_.Sign(text_, kNow).value();
  EXPECT_THAT(Ask(answer(Lines(good))), IsOkAndHolds(good));
  const merkle::NoteSignature other = WitnessKey("example.com/v", 8).Sign(text_, kNow).value();
  EXPECT_THAT(Ask(answer(Lines(other) + Lines(good))), IsOkAndHolds(good)) << "unknown keys are ignored";
  EXPECT_THAT(Ask(answer(Lines(other))),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("without a cosignature of example.com/w")));
  const merkle::NoteSignature of_other_text = key_.Sign(log_.Sign(tree_, 8).text, kNow).value();
  EXPECT_THAT(Ask(answer(Lines(of_other_text))), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Ask(answer("")), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(Ask(answer("<html>")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Ask(answer(Lines(good).substr(0, 30))), HasError(ErrorCode::kCorrupt));
}

TEST(WithCosignatures, ReplacesTheOlderLinesOfAWitness) {
  const SigningLog log;
  const merkle::SignedNote note = log.Sign(History(2), 2);
  const CosignatureKey w = WitnessKey("example.com/w", 7);
  const CosignatureKey v = WitnessKey("example.com/v", 8);
  const std::vector<merkle::NoteSignature> first = {w.Sign(note.text, 1).value(),
                                                    v.Sign(note.text, 2).value()};
  const merkle::SignedNote once = WithCosignatures(note, first);
  EXPECT_EQ(once.signatures.size(), 3u);
  const std::vector<merkle::NoteSignature> second = {w.Sign(note.text, 9).value()};
  const merkle::SignedNote twice = WithCosignatures(once, second);
  EXPECT_EQ(twice.signatures.size(), 3u);
  EXPECT_THAT(w.Verifier().TimeOf(twice), IsOkAndHolds(Optional(std::int64_t{9})));
  EXPECT_THAT(v.Verifier().TimeOf(twice), IsOkAndHolds(Optional(std::int64_t{2})));
  EXPECT_THAT(twice.Verify(log.Verifier()), IsOk());
}

class CosignLogTest : public ::testing::Test {
 protected:
  CosignLogTest() { log_.Grow(folder_.path(), "leaf", 5); }

  std::unique_ptr<Witness> NewWitness(int number, std::vector<KnownLog> logs) {
    return WitnessIn(states_ / std::to_string(number), WitnessKey(number), std::move(logs), clock_);
  }
  Result<Cosigned> Cosign(const CosignatureVerifier& key, const Post& post,
                          const CosignOptions& options = {}) {
    return CosignLog(folder_.path(), log_.Verifier(), std::vector<Cosigner>{{key, post}}, options);
  }
  Policy BothWitnesses() const {
    return Policy::Parse(fmt::format("log {}\nwitness w1 {}\nwitness w2 {}\ngroup g all w1 w2\nquorum g\n",
                                     log_.Verifier().ToText(), WitnessKey(1).Verifier().ToText(),
                                     WitnessKey(2).Verifier().ToText()))
        .value();
  }
  std::string NoteNow() { return ReadTextFile(folder_ / "checkpoint").value(); }

  /// A witness that refuses, and is counted.
  Post Counting() {
    return [this](const std::string&) -> Result<Answer> {
      ++asked_;
      return Refusal(500, "");
    };
  }

  int asked_ = 0;
  const SigningLog log_;
  const ScratchFolder folder_;
  const ScratchFolder states_;
  ManualClock clock_{kNow};
};

TEST_F(CosignLogTest, FillsTheQuorumAndTheLogStaysALog) {
  const auto w1 = NewWitness(1, {log_.Known()});
  const auto w2 = NewWitness(2, {log_.Known()});
  const std::vector<Cosigner> both = {{WitnessKey(1).Verifier(), InProcess(*w1)},
                                      {WitnessKey(2).Verifier(), InProcess(*w2)}};
  EXPECT_THAT(BothWitnesses().Verify(NoteNow()), HasError(ErrorCode::kVerificationFailed));

  CUPEL_ASSERT_OK(const Cosigned cosigned, CosignLog(folder_.path(), log_.Verifier(), both));
  EXPECT_EQ(cosigned.note, NoteNow());
  ASSERT_EQ(cosigned.outcomes.size(), 2u);
  EXPECT_THAT(cosigned.outcomes[1].time, Optional(kNow));
  CUPEL_ASSERT_OK(const CosignedCheckpoint seen, BothWitnesses().Verify(NoteNow()));
  EXPECT_EQ(seen.checkpoint.size, 5u);
  EXPECT_THAT(seen.cosigned_at, Optional(kNow));

  // Readers and the writer of the log accept the note with its three lines.
  EXPECT_THAT(log::Verify(folder_.path(), log_.Verifier()), IsOk());
  EXPECT_THAT(merkle::OpenCheckpoint(NoteNow(), log_.Verifier()), IsOk());
  {
    CUPEL_ASSERT_OK(log::Log log, log::Log::Open(folder_.path(), log_.Key(), log_.origin()));
    CUPEL_ASSERT_OK(const log::Receipt receipt, log.Prove(2));
    EXPECT_THAT(BothWitnesses().Verify(receipt.checkpoint), IsOk()) << "receipts carry the cosignatures";
  }
  log_.Grow(folder_.path(), "more", 300);
  EXPECT_THAT(BothWitnesses().Verify(NoteNow()), HasError(ErrorCode::kVerificationFailed))
      << "a new checkpoint has no cosignatures yet";
  clock_.Advance(60);
  EXPECT_THAT(CosignLog(folder_.path(), log_.Verifier(), both), IsOk());
  CUPEL_ASSERT_OK(const CosignedCheckpoint again, BothWitnesses().Verify(NoteNow()));
  EXPECT_EQ(again.checkpoint.size, 305u);
  EXPECT_THAT(again.cosigned_at, Optional(kNow + 60));
}

TEST_F(CosignLogTest, AWitnessThatRefusesDoesNotStopTheOthers) {
  const auto stranger = NewWitness(1, {});
  const auto w2 = NewWitness(2, {log_.Known()});
  const std::vector<Cosigner> both = {{WitnessKey(1).Verifier(), InProcess(*stranger)},
                                      {WitnessKey(2).Verifier(), InProcess(*w2)}};
  CUPEL_ASSERT_OK(const Cosigned cosigned, CosignLog(folder_.path(), log_.Verifier(), both));
  ASSERT_TRUE(cosigned.outcomes[0].error.has_value());
  EXPECT_EQ(cosigned.outcomes[0].error->code, ErrorCode::kPermission);
  EXPECT_FALSE(cosigned.outcomes[1].error.has_value());
  EXPECT_EQ(merkle::SignedNote::Parse(NoteNow())->signatures.size(), 2u);
}

TEST_F(CosignLogTest, LeavesALogAloneThatGrewMeanwhile) {
  const auto w1 = NewWitness(1, {log_.Known()});
  const Post post = [&](const std::string& body) -> Result<Answer> {
    log_.Grow(folder_.path(), "more", 1);
    return w1->Add(body);
  };
  EXPECT_THAT(Cosign(w1->Verifier(), post), HasError(ErrorCode::kResourceLimit, HasSubstr("grew")));
  CUPEL_ASSERT_OK(const log::VerifiedLog now, log::Verify(folder_.path(), log_.Verifier()));
  EXPECT_EQ(now.checkpoint.size, 6u);
  EXPECT_EQ(merkle::SignedNote::Parse(NoteNow())->signatures.size(), 1u);
}

TEST_F(CosignLogTest, AsksNobodyWhileAnotherHoldsTheLog) {
  const std::string before = NoteNow();
  CUPEL_ASSERT_OK(const FolderLock held, FolderLock::Take(folder_.path(), {}));
  EXPECT_THAT(Cosign(WitnessKey(1).Verifier(), Counting(), {.lock_timeout_ms = 20}),
              HasError(ErrorCode::kResourceLimit, HasSubstr("for 20 ms")));
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(NoteNow(), before);
}

TEST_F(CosignLogTest, WaitsForAWriterBeforeItWrites) {
  // The writer takes the log while the witness is asked, and lets go of it a little later.
  const auto w1 = NewWitness(1, {log_.Known()});
  std::optional<FolderLock> held;
  std::thread writer;
  const Post post = [&](const std::string& body) -> Result<Answer> {
    held = FolderLock::Take(folder_.path(), {}).value();
    writer = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(80));
      EXPECT_EQ(merkle::SignedNote::Parse(NoteNow())->signatures.size(), 1u)
          << "nothing is written meanwhile";
      held.reset();
    });
    return w1->Add(body);
  };
  EXPECT_THAT(Cosign(w1->Verifier(), post), IsOk());
  writer.join();
  EXPECT_EQ(merkle::SignedNote::Parse(NoteNow())->signatures.size(), 2u);
}

TEST_F(CosignLogTest, AsksNobodyForALogWhoseEdgeIsDamaged) {
  ASSERT_THAT(WriteFileAtomic(folder_ / "tile/0/000.p/5", std::string(5 * 32, 'x')), IsOk());
  EXPECT_THAT(Cosign(WitnessKey(1).Verifier(), Counting()), HasError(ErrorCode::kVerificationFailed));
  EXPECT_EQ(asked_, 0);
}

TEST_F(CosignLogTest, SendsNoProofFromADamagedTile) {
  log_.Grow(folder_.path(), "more", 600);
  const auto w1 = NewWitness(1, {log_.Known()});
  ASSERT_THAT(Cosign(w1->Verifier(), InProcess(*w1)), IsOk());
  log_.Grow(folder_.path(), "later", 600);
  CUPEL_ASSERT_OK(std::string tile, ReadTextFile(folder_ / "tile/0/002"));
  tile[40] = static_cast<char>(tile[40] ^ 1);
  ASSERT_THAT(WriteFileAtomic(folder_ / "tile/0/002", std::string_view(tile)), IsOk());
  CUPEL_ASSERT_OK(const Cosigned cosigned, Cosign(w1->Verifier(), InProcess(*w1)));
  ASSERT_TRUE(cosigned.outcomes[0].error.has_value());
  EXPECT_EQ(cosigned.outcomes[0].error->code, ErrorCode::kVerificationFailed);
  EXPECT_THAT(cosigned.outcomes[0].error->place, HasSubstr("tile/0/002"));
}

TEST_F(CosignLogTest, FinishesAnAppendThatWasCutShort) {
  // What a power cut leaves after the append has happened and before readers see it: checkpoint.next.
  const std::string before = NoteNow();
  log_.Grow(folder_.path(), "more", 20);
  const std::string next = NoteNow();
  ASSERT_THAT(WriteFileAtomic(folder_ / "checkpoint.next", std::string_view(next)), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder_ / "checkpoint", std::string_view(before)), IsOk());
  const auto w1 = NewWitness(1, {log_.Known()});
  ASSERT_THAT(Cosign(w1->Verifier(), InProcess(*w1)), IsOk());
  CUPEL_ASSERT_OK(const log::VerifiedLog now, log::Verify(folder_.path(), log_.Verifier()));
  EXPECT_EQ(now.checkpoint.size, 25u);
  EXPECT_EQ(merkle::SignedNote::Parse(now.note)->signatures.size(), 2u);
}

}  // namespace
}  // namespace cupel::ledger::witness
