// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/reproduction.h"

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

class ReproductionTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(problem_.Finish(problem_.Options("run")), IsOk()); }

  RerunOptions Options(const std::string& out) const {
    RerunOptions options;
    options.plan = problem_.Path("plan.toml");
    options.auditor = AuditorOptions{KeyFiles::In(problem_.Path("auditor")), problem_.Path(out)};
    return options;
  }

  /// The predicate of a statement, after its signature was verified with the auditor's key.
  Json Predicate(const std::string& out, int number, const std::string& what) const {
    const auto policy = ledger::evidence::TrustPolicy::Load(problem_.Path(out) / "keys");
    const auto text = ReadTextFile(problem_.Path(out) / RunFolder::EvidenceName(number, what));
    EXPECT_THAT(policy, IsOk());
    EXPECT_THAT(text, IsOk()) << what;
    const auto trusted = policy->Open(ledger::evidence::Bundle::Parse(*text).value());
    EXPECT_THAT(trusted, IsOk());
    return trusted->statement.predicate;
  }

  /// The signer's stored result of check 1 says something else than the plan gives.
  void ChangeStoredResult() const {
    const auto path = problem_.Path("run") / RunFolder::ResultName(1, "evaluate.accuracy");
    CUPEL_ASSERT_OK(const std::string text, ReadTextFile(path));
    CUPEL_ASSERT_OK(Json json, Json::Parse(text));
    json["result"]["metrics"].AsArray()[0]["value"] = 0.25;
    ASSERT_THAT(WriteFileAtomic(path, json.Canonical()), IsOk());
  }

  TinyProblem problem_;
  RunFolder folder_{problem_.Path("run")};
};

TEST_F(ReproductionTest, IsEvidenceThatReproducesTheOriginal) {
  CUPEL_ASSERT_OK(const Rerun rerun, RerunAndCompare(folder_, Options("audit")));
  EXPECT_TRUE(rerun.differences.empty());
  const Json predicate = Predicate("audit", 1, "evaluate.accuracy");
  EXPECT_EQ(predicate["assuranceLevel"].AsString(), "reproduced");
  EXPECT_TRUE(predicate["reproduction"]["reproduced"].AsBool());
  const std::string original = RunFolder::EvidenceName(1, "evaluate.accuracy");
  CUPEL_ASSERT_OK(const Digest digest, crypto::Sha256OfFile(folder_.root() / original));
  EXPECT_EQ(predicate["reproduces"]["name"].AsString(), original);
  EXPECT_EQ(predicate["reproduces"]["digest"]["sha256"].AsString(), digest.Hex());
  EXPECT_EQ(predicate["metrics"].AsArray()[0]["metric"].AsString(), "accuracy");

  const Json audit = Predicate("audit", 0, "audit");
  EXPECT_EQ(audit["checks"].AsInteger(), 4);
  EXPECT_TRUE(audit["reproduction"]["differences"].AsArray().empty());
  CUPEL_ASSERT_OK(const std::string checkpoint, ReadTextFile(folder_.Ledger() / "checkpoint"));
  EXPECT_EQ(audit["original"]["checkpoint"].AsString(), checkpoint);
}

TEST_F(ReproductionTest, VerifiesLikeARunAndNamesItsOriginal) {
  ASSERT_THAT(RerunAndCompare(folder_, Options("audit")), IsOk());
  const RunFolder audit(problem_.Path("audit"));
  CUPEL_ASSERT_OK(const Verification verification, VerifyRun(audit, {.original = folder_.root()}));
  EXPECT_TRUE(verification.audit);
  EXPECT_EQ(verification.statements.size(), 5U);
  EXPECT_EQ(verification.statements[0].what, "audit");
  // Another run of the same plan is another original: its statements have other signatures.
  ASSERT_THAT(problem_.Finish(problem_.Options("other")), IsOk());
  EXPECT_THAT(VerifyRun(audit, {.original = problem_.Path("other")}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("another run")));
  // And as a run, it is found out when a byte changes.
  const auto result = audit.root() / RunFolder::ResultName(1, "evaluate.accuracy");
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(result));
  ASSERT_THAT(WriteFileAtomic(result, text + " "), IsOk());
  EXPECT_THAT(VerifyRun(audit, {}), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(ReproductionTest, SignsThatARerunDiffers) {
  ChangeStoredResult();
  CUPEL_ASSERT_OK(const Rerun rerun, RerunAndCompare(folder_, Options("audit")));
  ASSERT_EQ(rerun.differences.size(), 1U);
  const Json differing = Predicate("audit", 1, "evaluate.accuracy");
  EXPECT_EQ(differing["assuranceLevel"].AsString(), "third_party");
  EXPECT_FALSE(differing["reproduction"]["reproduced"].AsBool());
  EXPECT_THAT(differing["reproduction"]["differences"].AsArray()[0]["what"].AsString(),
              HasSubstr("0.25 then"));
  EXPECT_EQ(Predicate("audit", 2, "evaluate.calibration")["assuranceLevel"].AsString(), "reproduced");
  EXPECT_FALSE(Predicate("audit", 0, "audit")["reproduction"]["reproduced"].AsBool());
  EXPECT_THAT(VerifyRun(RunFolder(problem_.Path("audit")), {}), IsOk())
      << "truly signed, and says that it differs";
}

TEST_F(ReproductionTest, NeedsKeysOfItsOwn) {
  RerunOptions options = Options("audit");
  options.auditor->keys.evidence = problem_.Path("keys") / "evidence.key.pem";
  EXPECT_THAT(RerunAndCompare(folder_, options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("signed the run")));
  options = Options("audit");
  options.auditor->keys.ledger = problem_.Path("keys") / "ledger.key.pem";
  EXPECT_THAT(RerunAndCompare(folder_, options), HasError(ErrorCode::kInvalidArgument, HasSubstr("ledger")));
  EXPECT_FALSE(std::filesystem::exists(problem_.Path("audit") / "evidence"));
}

TEST_F(ReproductionTest, DoesNotWriteIntoAFolderThatHoldsSomething) {
  ASSERT_THAT(MakeFolder(problem_.Path("audit")), IsOk());
  ASSERT_THAT(WriteFileAtomic(problem_.Path("audit") / "x", "x"), IsOk());
  EXPECT_THAT(RerunAndCompare(folder_, Options("audit")),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("not empty")));
}

}  // namespace
}  // namespace cupel::application::assess
