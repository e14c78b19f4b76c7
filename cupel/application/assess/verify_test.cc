// SPDX-License-Identifier: Apache-2.0
// Verification holds for what was written and for nothing else: every file is changed, removed, added to and
// exchanged.
#include "cupel/application/assess/verify.h"

#include <algorithm>

#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(problem_.Finish(problem_.Options("run")), IsOk()); }

  Result<Verification> Verify(const VerifyOptions& options = {}) const { return VerifyRun(folder_, options); }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.root())) {
      if (!entry.is_directory())
        files.push_back(std::filesystem::relative(entry.path(), folder_.root()).generic_string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::string Read(const std::string& name) const { return ReadTextFile(folder_.root() / name).value_or(""); }

  void Overwrite(const std::string& name, std::string_view text) const {
    ASSERT_THAT(WriteFileAtomic(folder_.root() / name, text), IsOk());
  }

  /// False, or unreadable; and the message names the file, or the part of the run it belongs to.
  void ExpectRefusal(const std::string& name, const std::string& what) const {
    const Result<Verification> verification = Verify();
    ASSERT_FALSE(verification.has_value()) << name << ": " << what;
    EXPECT_THAT(verification.error().code, AnyOf(ErrorCode::kVerificationFailed, ErrorCode::kCorrupt,
                                                 ErrorCode::kNotFound, ErrorCode::kUnsupported))
        << name << ": " << verification.error().ToString();
    const bool names_part = name.starts_with("ledger/") || name.starts_with("keys/");
    EXPECT_THAT(verification.error().ToString(),
                HasSubstr(names_part ? name.substr(0, name.find('/')) : name))
        << what;
  }

  TinyProblem problem_;
  RunFolder folder_{problem_.Path("run")};
};

/// A partial tile of a smaller tree: the log may drop it, so that its absence is no change.
bool IsSuperseded(const std::string& name, std::uint64_t size) {
  return name.find(".p/") != std::string::npos && !name.ends_with("/" + std::to_string(size));
}

TEST_F(VerifyTest, HoldsForAFinishedRun) {
  CUPEL_ASSERT_OK(const Verification verification, Verify());
  ASSERT_EQ(verification.statements.size(), 6U);
  EXPECT_EQ(verification.statements.front().what, "plan");
  EXPECT_EQ(verification.statements[1].what, "evaluate.accuracy");
  EXPECT_EQ(verification.statements[4].verdict, "fail");
  EXPECT_EQ(verification.statements.back().what, "report");
  EXPECT_EQ(verification.ledger_size, 6U);
  EXPECT_EQ(verification.files, static_cast<std::int64_t>(Files().size()));
  EXPECT_TRUE(verification.keys_from_run);
}

TEST_F(VerifyTest, FindsEveryFlippedBit) {
  constexpr std::size_t kPlaces = 40;
  for (const std::string& name : Files()) {
    const std::string text = Read(name);
    ASSERT_FALSE(text.empty()) << name;
    const std::size_t step = std::max<std::size_t>(1, text.size() / kPlaces);
    for (std::size_t i = 0; i < text.size(); i += step) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ 1);
      Overwrite(name, flipped);
      ExpectRefusal(name, "byte " + std::to_string(i));
      if (HasFatalFailure()) return;
    }
    Overwrite(name, text + " ");
    ExpectRefusal(name, "a space at the end");
    Overwrite(name, text);
  }
  EXPECT_THAT(Verify(), IsOk()) << "everything was put back";
}

TEST_F(VerifyTest, MissesEveryFile) {
  CUPEL_ASSERT_OK(const Verification whole, Verify());
  for (const std::string& name : Files()) {
    if (IsSuperseded(name, whole.ledger_size)) continue;
    const std::string text = Read(name);
    std::filesystem::remove(folder_.root() / name);
    EXPECT_THAT(Verify(), AnyOf(HasError(ErrorCode::kNotFound), HasError(ErrorCode::kVerificationFailed),
                                HasError(ErrorCode::kCorrupt)))
        << name;
    Overwrite(name, text);
  }
}

TEST_F(VerifyTest, RefusesAFileThatNothingSigned) {
  for (const char* name : {"more.txt", "results/0005-more.json", "evidence/more", "evidence/0009-more.tsr",
                           "ledger/more", "ledger/more.tsr", "keys/more.txt", "ledger/tile/more"}) {
    Overwrite(name, "more");
    EXPECT_FALSE(Verify().has_value()) << name;
    std::filesystem::remove(folder_.root() / name);
  }
  EXPECT_THAT(Verify(), IsOk());
}

TEST_F(VerifyTest, RefusesExchangedEvidence) {
  const std::string one = RunFolder::EvidenceName(1, "evaluate.accuracy");
  const std::string two = RunFolder::EvidenceName(2, "evaluate.calibration");
  const std::string first = Read(one);
  Overwrite(one, Read(two));
  Overwrite(two, first);
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(VerifyTest, RefusesWhatIsAddedAroundASignedStatement) {
  const std::string name = RunFolder::EvidenceName(0, "plan");
  const std::string text = Read(name);
  CUPEL_ASSERT_OK(ledger::evidence::Bundle bundle, ledger::evidence::Bundle::Parse(text));
  bundle.timestamps = {{1, 2, 3}};
  Overwrite(name, bundle.ToText());
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed, HasSubstr("time stamps")));
  bundle.timestamps.clear();
  bundle.tlog_entries.resize(1);
  Overwrite(name, bundle.ToText());
  EXPECT_FALSE(Verify().has_value());
  Overwrite(name, text);
  EXPECT_THAT(Verify(), IsOk());
}

/// A run whose plan and checkpoint were stamped, and a trust.toml.
class StampedRunTest : public VerifyTest {
 protected:
  void SetUp() override {
    VerifyTest::SetUp();
    for (const std::string& file : {plan_, std::string("ledger/checkpoint")}) {
      CUPEL_ASSERT_OK(const Bytes request, ledger::stamp::RequestFor(folder_.root() / file));
      const Bytes response = stamper_.Answer(request, kAt);
      ASSERT_THAT(ledger::stamp::Attach(folder_.root() / file, response, {.request = request}), IsOk());
    }
  }

  /// The keys of the run, and these anchors.
  VerifyOptions Trusting(const crypto::TimeStamperForTest& stamper) const {
    problem_.Write("anchor.pem", AsBytes(stamper.CertificatePem()));
    problem_.Write("trust.toml", AsBytes(R"(evidence = ["run/keys/evidence.pub.pem"]
timestamp = ["anchor.pem"]
)"));
    return {.trust = problem_.Path("trust.toml")};
  }

  static constexpr std::int64_t kAt = 1'764'000'000;
  const std::string plan_ = RunFolder::EvidenceName(0, "plan");
  const crypto::TimeStamperForTest stamper_;
};

TEST_F(StampedRunTest, SaysWhenItWasSigned) {
  CUPEL_ASSERT_OK(const Verification verification, Verify(Trusting(stamper_)));
  ASSERT_EQ(verification.stamps.size(), 2U);
  EXPECT_EQ(verification.stamps[0].of, "ledger/checkpoint");
  EXPECT_EQ(verification.stamps[1].of, plan_);
  for (const FoundStamp& found : verification.stamps) {
    EXPECT_EQ(found.stamp.unix_seconds, kAt);
    EXPECT_TRUE(found.stamp.verified);
  }
  EXPECT_EQ(verification.files, static_cast<std::int64_t>(Files().size())) << "the stamps are covered";
}

TEST_F(StampedRunTest, WithoutAnAnchorSaysThatNobodyVouches) {
  for (const VerifyOptions& options : {VerifyOptions{}, VerifyOptions{.trust = folder_.root() / "keys"}}) {
    CUPEL_ASSERT_OK(const Verification verification, Verify(options));
    ASSERT_EQ(verification.stamps.size(), 2U);
    EXPECT_FALSE(verification.stamps[0].stamp.verified);
    EXPECT_FALSE(verification.stamps[1].stamp.verified);
  }
}

TEST_F(StampedRunTest, IsFalseWhenTheAuthorityIsNotBelieved) {
  const crypto::TimeStamperForTest other;
  EXPECT_THAT(Verify(Trusting(other)), HasError(ErrorCode::kVerificationFailed, HasSubstr("checkpoint.tsr")));
  std::filesystem::remove(folder_.root() / "ledger/checkpoint.tsr");
  EXPECT_THAT(Verify(Trusting(other)), HasError(ErrorCode::kVerificationFailed, HasSubstr("0000-plan.tsr")));
  std::filesystem::remove(folder_.root() / "evidence/0000-plan.tsr");
  EXPECT_THAT(Verify(Trusting(other)), IsOk()) << "no stamp is asked for";
}

TEST_F(StampedRunTest, AnAnchorInTheRunsOwnKeysIsNoAnchor) {
  Overwrite("keys/timestamp.pem", stamper_.CertificatePem());
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed, HasSubstr("keys/timestamp.pem")));
}

TEST_F(StampedRunTest, RefusesStampsThatWereExchanged) {
  const std::string of_plan = Read("evidence/0000-plan.tsr");
  const std::string of_log = Read("ledger/checkpoint.tsr");
  Overwrite("evidence/0000-plan.tsr", of_log);
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed, HasSubstr("0000-plan.tsr")));
  Overwrite("evidence/0000-plan.tsr", of_plan);
  Overwrite("ledger/checkpoint.tsr", of_plan);
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed, HasSubstr("checkpoint.tsr")));
  Overwrite("ledger/checkpoint.tsr", of_log);
  Overwrite("evidence/0005-report.tsr", of_plan);
  EXPECT_THAT(Verify(), HasError(ErrorCode::kVerificationFailed, HasSubstr("0005-report.tsr")));
}

TEST_F(VerifyTest, RefusesALedgerThatWasCutBack) {
  const std::string earlier = Read("ledger/checkpoint");
  const std::string tile = Read("ledger/tile/entries/000.p/6");
  Overwrite("ledger/tile/entries/000.p/6", tile.substr(0, tile.size() / 2));
  EXPECT_FALSE(Verify().has_value());
  Overwrite("ledger/tile/entries/000.p/6", tile);
  Overwrite("ledger/checkpoint", earlier.substr(0, earlier.size() / 2));
  EXPECT_FALSE(Verify().has_value());
}

TEST_F(VerifyTest, BelievesOnlyTheKeysGiven) {
  EXPECT_THAT(Verify({.trust = folder_.root() / "keys"}), IsOk());
  EXPECT_THAT(Verify({.trust = folder_.EvidenceKey()}), IsOk());

  // Somebody else's run of a weaker plan: in itself it holds.
  std::string plan = kTinyPlan;
  plan.replace(plan.find("robust_accuracy >= 0.99"), 23, "robust_accuracy >= 0.00");
  problem_.Write("plan.toml", AsBytes(plan));
  RunOptions options = problem_.Options("forged");
  options.keys = KeyFiles::In(problem_.Path("other-keys"));
  CUPEL_ASSERT_OK(const Assessment forged, problem_.Finish(options));
  EXPECT_THAT(VerifyRun(forged.folder, {}), IsOk());
  EXPECT_THAT(VerifyRun(forged.folder, {.trust = folder_.root() / "keys"}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("you trust")));
  EXPECT_THAT(Verify({.trust = problem_.Path("forged/keys")}), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(VerifyTest, TakesKeysOfOtherRolesForNoConfirmation) {
  // The very key, but trusted for something else: nothing was confirmed, and nobody may believe it was.
  problem_.Write("hallmark.pub.pem", AsBytes(Read("keys/evidence.pub.pem")));
  EXPECT_THAT(Verify({.trust = problem_.Path("hallmark.pub.pem")}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no evidence key")));
}

TEST_F(VerifyTest, ReproducesByteForByteWithTheSameEngine) {
  RerunOptions options;
  options.plan = problem_.Path("plan.toml");
  options.workers = 2;
  CUPEL_ASSERT_OK(const Rerun rerun, RerunAndCompare(folder_, options));
  EXPECT_TRUE(rerun.same_engine);
  EXPECT_EQ(rerun.checks, 4);
  EXPECT_TRUE(rerun.differences.empty()) << rerun.differences[0].what;
}

TEST_F(VerifyTest, DoesNotRerunWithAnotherModel) {
  problem_.WriteModel(13);
  RerunOptions options;
  options.plan = problem_.Path("plan.toml");
  EXPECT_THAT(RerunAndCompare(folder_, options),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("plan.json")));
}

TEST(Verify, NeedsAnAssessment) {
  const cupel::testing::ScratchFolder empty;
  EXPECT_THAT(VerifyRun(RunFolder(empty.path()), {}),
              HasError(ErrorCode::kNotFound, HasSubstr("no assessment")));
}

}  // namespace
}  // namespace cupel::application::assess
