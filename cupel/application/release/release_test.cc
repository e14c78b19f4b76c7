// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/release/release.h"

#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/release/assessed_run.h"
#include "cupel/base/clock.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/hallmark/admit.h"
#include "cupel/ledger/hallmark/revocation.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::release {
namespace {

using assess::RunFolder;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using ledger::evidence::KeyRole;
using ledger::evidence::TrustPolicy;
using ledger::hallmark::AssessedRun;
using ledger::hallmark::IssuedHallmark;
using ledger::hallmark::IssueRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kDay = 86400;

class ReleaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(problem_.Finish(problem_.Options("run")), IsOk());
    crypto::LogKey key = crypto::LoadOrCreateLogKey(problem_.Path("keys/ledger.key.pem")).value();
    ASSERT_THAT(ledger::log::Log::Create(Ledger(), std::move(key), "example.com/ledger"), IsOk());
  }

  std::filesystem::path Ledger() const { return problem_.Path("ledger"); }
  std::filesystem::path File() const { return problem_.Path("model.hallmark.json"); }

  Result<AssessedRun> Assessed() const {
    return ReadAssessedRun(RunFolder(problem_.Path("run")), std::nullopt, problem_.Path("model.onnx"));
  }

  /// The run's one required check that fails is no longer required, so that there is something to issue.
  IssuedHallmark IssueOne(std::int64_t now) const {
    IssueRequest request;
    request.run = Assessed().value();
    request.run.required = std::vector<bool>(request.run.inputs.size(), false);
    auto log = OpenLedger(Ledger(), problem_.Path("keys/ledger.key.pem")).value();
    return Issue(request, Key(), log, now).value();
  }

  crypto::SigningKey Key() const { return keys_.Load(KeyRole::kHallmark).value(); }

  assess::TinyProblem problem_;
  ReleaseKeys keys_{problem_.Path("keys")};
};

TEST_F(ReleaseTest, ReadsAFinishedRun) {
  CUPEL_ASSERT_OK(const AssessedRun run, Assessed());
  EXPECT_EQ(run.model.name, "model.onnx");
  EXPECT_EQ(run.model.file, crypto::Sha256OfFile(problem_.Path("model.onnx")).value());
  EXPECT_EQ(run.model.root, crypto::Sha256(run.model.file.bytes));
  EXPECT_EQ(run.plan, crypto::Sha256OfFile(problem_.Path("run/plan.json")).value());
  EXPECT_EQ(run.ledger.size, 6u);
  std::vector<std::string> what;
  for (const auto& input : run.inputs) {
    what.push_back(input.what + " " + input.verdict);
    EXPECT_EQ(input.bundle, crypto::Sha256OfFile(problem_.Path("run") / input.uri).value());
  }
  EXPECT_THAT(what, ElementsAre("plan ", "evaluate.accuracy pass", "evaluate.calibration not-applicable",
                                "inspect.fgsm not-applicable", "inspect.pgd fail", "report "));
  EXPECT_THAT(run.required, ElementsAre(false, true, false, false, true, false));
  const auto failing = FailingChecks(run, {}, 0);
  ASSERT_EQ(failing.size(), 1u);
  EXPECT_EQ(failing[0].check, "inspect.pgd");
}

TEST_F(ReleaseTest, RefusesAnotherModelAndATamperedRun) {
  problem_.WriteModel(13);
  EXPECT_THAT(Assessed(),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not the one that was assessed")));
  problem_.WriteModel(12);
  EXPECT_THAT(Assessed(), IsOk());
  CUPEL_ASSERT_OK(std::string report, ReadTextFile(problem_.Path("run/report.md")));
  ASSERT_THAT(WriteFileAtomic(problem_.Path("run/report.md"), report + " "), IsOk());
  EXPECT_THAT(Assessed(), HasError(ErrorCode::kVerificationFailed, HasSubstr("report.md")));
}

TEST_F(ReleaseTest, EveryRoleHasAKeyOfItsOwn) {
  CUPEL_ASSERT_OK(const auto hallmark, keys_.Load(KeyRole::kHallmark));
  CUPEL_ASSERT_OK(const auto vote, keys_.Load(KeyRole::kVote));
  EXPECT_NE(hallmark.Public(), vote.Public());
  CUPEL_ASSERT_OK(const auto published, crypto::LoadPublicKey(problem_.Path("keys/hallmark.pub.pem")));
  EXPECT_EQ(published, hallmark.Public());
  std::filesystem::copy_file(problem_.Path("keys/evidence.key.pem"), problem_.Path("keys/hallmark.key.pem"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(keys_.Load(KeyRole::kHallmark),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the hallmark key is also the evidence key")));
}

TEST_F(ReleaseTest, WritesThreeFilesAndNothingOverAHallmark) {
  const IssuedHallmark issued = IssueOne(1'800'000'000);
  ASSERT_THAT(WriteHallmark(issued, File()), IsOk());
  CUPEL_ASSERT_OK(const ReadHallmark read, ReadHallmarkFile(File()));
  EXPECT_EQ(read.hallmark, issued.hallmark);
  EXPECT_TRUE(std::filesystem::exists(problem_.Path("model.hallmark.tlog-proof")));
  EXPECT_TRUE(std::filesystem::exists(problem_.Path("model.hallmark.vsa.json")));
  EXPECT_THAT(WriteHallmark(issued, File()), HasError(ErrorCode::kInvalidArgument, HasSubstr("already")));
  EXPECT_THAT(ReadHallmarkFile(problem_.Path("model.hallmark.vsa.json")),
              HasError(ErrorCode::kUnsupported, HasSubstr("model.hallmark.vsa.json")));
}

TEST_F(ReleaseTest, AnExpiredOrRevokedHallmarkNeedsANewAssessment) {
  const std::int64_t now = 1'800'000'000;
  const IssuedHallmark issued = IssueOne(now);
  const ReadHallmark earlier{issued.bundle, issued.hallmark, crypto::Sha256(issued.bundle.envelope.payload)};
  CUPEL_ASSERT_OK(AssessedRun run, Assessed());
  const auto check = [&](std::int64_t at) {
    return CheckRenewal(earlier, run, Key().Public(), Ledger(), at);
  };
  EXPECT_THAT(check(now + kDay), IsOk());
  EXPECT_THAT(check(issued.hallmark.expires), HasError(ErrorCode::kVerificationFailed, HasSubstr("expired")));
  CUPEL_ASSERT_OK(const auto other, crypto::SigningKey::Generate());
  EXPECT_THAT(CheckRenewal(earlier, run, other.Public(), Ledger(), now),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("signed by 0")));
  {
    CUPEL_ASSERT_OK(auto log, OpenLedger(Ledger(), problem_.Path("keys/ledger.key.pem")));
    CUPEL_ASSERT_OK(auto revocation, ledger::hallmark::Revoke(earlier.payload, "model-defect", Key()));
    ASSERT_THAT(ledger::hallmark::AppendBundle(std::move(revocation), Key().Public(), log), IsOk());
  }
  EXPECT_THAT(check(now + kDay), HasError(ErrorCode::kVerificationFailed, HasSubstr("revoked")));
  run.ledger.root = crypto::Sha256(Bytes{1});  // a new run
  EXPECT_THAT(check(now + kDay), IsOk());
}

TEST_F(ReleaseTest, ARefreshedReceiptIsUnderTheNewestCheckpoint) {
  ASSERT_THAT(WriteHallmark(IssueOne(SystemClock().UnixSeconds()), File()), IsOk());
  TrustPolicy trust;
  ASSERT_THAT(trust.Trust(KeyRole::kHallmark, Key().Public()), IsOk());
  {
    CUPEL_ASSERT_OK(auto log, OpenLedger(Ledger(), problem_.Path("keys/ledger.key.pem")));
    ASSERT_THAT(log.Append(Bytes{'x'}), IsOk());
    trust.log_policy = "log " + log.Verifier().ToText() + "\nquorum none\n";
  }
  EXPECT_EQ(ReadHallmarkFile(File())->bundle.tlog_entries[0].tree_size, 2u);
  ASSERT_THAT(RefreshReceipt(File(), Ledger(), trust), IsOk());
  EXPECT_EQ(ReadHallmarkFile(File())->bundle.tlog_entries[0].tree_size, 3u);
  TrustPolicy stranger = trust;
  stranger.log_policy = "quorum none\n";
  EXPECT_FALSE(RefreshReceipt(File(), Ledger(), stranger).has_value());
}

TEST_F(ReleaseTest, WhatWasIssuedIsAdmittedUntilItIsRevoked) {
  const IssuedHallmark issued = IssueOne(SystemClock().UnixSeconds());
  ASSERT_THAT(WriteHallmark(issued, File()), IsOk());
  ASSERT_THAT(MakeFolder(problem_.Path("trust")), IsOk());
  ASSERT_THAT(crypto::SavePublicKey(problem_.Path("trust/hallmark.pub.pem"), Key().Public()), IsOk());
  AdmissionPolicy policy;
  policy.trust = problem_.Path("trust");
  policy.ledger = Ledger();
  CUPEL_ASSERT_OK(auto log, OpenLedger(Ledger(), problem_.Path("keys/ledger.key.pem")));
  ASSERT_THAT(WriteFileAtomic(problem_.Path("trust/ledger.vkey"), log.Verifier().ToText() + "\n"), IsOk());
  const auto code = [&] {
    return std::string(AdmissionCodeName(admit(problem_.Path("model.onnx"), File(), policy).code));
  };
  EXPECT_EQ(code(), "admitted");
  CUPEL_ASSERT_OK(auto revocation, ledger::hallmark::Revoke(crypto::Sha256(issued.bundle.envelope.payload),
                                                            "superseded", Key()));
  ASSERT_THAT(ledger::hallmark::AppendBundle(std::move(revocation), Key().Public(), log), IsOk());
  EXPECT_EQ(code(), "revoked");
}

TEST(Beside, ReplacesTheLastEnding) {
  EXPECT_EQ(Beside("a/face.hallmark.json", ".vsa.json"), "a/face.hallmark.vsa.json");
  EXPECT_EQ(Beside("face", ".tlog-proof"), "face.tlog-proof");
}

}  // namespace
}  // namespace cupel::application::release
