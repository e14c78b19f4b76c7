// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/evidence_claim.h"

#include "cupel/application/projection/evidence_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::projection {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ledger::evidence::Statement;
using ::testing::HasSubstr;

Json Passing() { return RequirementForTest("robust_accuracy", ">=", 0.4, "pass", 0.41); }

TEST(ReadClaim, SaysWhatTheEvidenceSays) {
  CUPEL_ASSERT_OK(const EvidenceClaim claim, ReadClaim(EvidenceForTest("pass", {Passing()})));
  EXPECT_EQ(claim.check, "inspect.pgd");
  EXPECT_EQ(claim.subset, "first 500");
  EXPECT_EQ(claim.sample_size, 500);
  EXPECT_EQ(claim.assurance_level, "self_attested");
  EXPECT_EQ(claim.engine_version, "0.1.0");
  EXPECT_EQ(claim.engine.Hex(), std::string(64, 'c'));
  EXPECT_EQ(claim.plan.Hex(), std::string(64, 'b'));
  EXPECT_EQ(claim.outcome, Outcome::kPassed);
  ASSERT_EQ(claim.requirements.size(), 1u);
  EXPECT_EQ(claim.requirements[0].text, "robust_accuracy >= 0.4");
}

TEST(ReadClaim, KnowsEveryComparator) {
  const std::tuple<const char*, double, bool> cases[] = {
      {">=", 0.5, true}, {">=", 0.4, false}, {"<=", 0.5, true}, {"<=", 0.6, false},
      {">", 0.6, true},  {">", 0.5, false},  {"<", 0.4, true},  {"<", 0.5, false}};
  for (const auto& [comparator, compared, holds] : cases) {
    const Statement statement =
        EvidenceForTest("pass", {RequirementForTest("m", comparator, 0.5, "pass", compared)});
    if (holds) {
      EXPECT_THAT(ReadClaim(statement), IsOk()) << comparator << compared;
    } else {
      EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kVerificationFailed, HasSubstr("said to pass")));
    }
  }
}

TEST(ReadClaim, RefusesContradictions) {
  Json passed_without_verdict = RequirementForTest("m", ">=", 0.5, "fail", 0.9);
  passed_without_verdict["passed"] = true;
  Json verdict_without_passed = Passing();
  verdict_without_passed["passed"] = false;
  const Statement cases[] = {
      EvidenceForTest("fail", {passed_without_verdict}),
      EvidenceForTest("pass", {verdict_without_passed}),
      EvidenceForTest("pass", {RequirementForTest("m", ">=", 0.5, "pass", nullptr)}),
      EvidenceForTest("pass", {Passing(), RequirementForTest("m", ">=", 0.5, "fail", 0.1)}),
      EvidenceForTest("warn", {Passing(), RequirementForTest("m", ">=", 0.5, "fail", 0.1)}),
      EvidenceForTest("pass", {Passing(), RequirementForTest("m", ">=", 0.5, "warn", 0.45)}),
      EvidenceForTest("pass", {Passing(), RequirementForTest("m", ">=", 0.5, "not-run", nullptr)}),
  };
  for (const Statement& statement : cases) {
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kVerificationFailed))
        << statement.predicate.Indented();
  }
}

TEST(ReadClaim, CountsAsFailedWhatWasNotMeasured) {
  for (const char* verdict : {"fail", "not-run", "not-applicable"}) {
    CUPEL_ASSERT_OK(
        const EvidenceClaim claim,
        ReadClaim(EvidenceForTest(verdict, {RequirementForTest("m", ">=", 0.5, verdict, nullptr)})));
    EXPECT_EQ(claim.outcome, Outcome::kFailed) << verdict;
  }
  // Stated as worse than its requirements: believed.
  EXPECT_EQ(ReadClaim(EvidenceForTest("fail", {Passing()}))->outcome, Outcome::kFailed);
}

TEST(ReadClaim, NeedsARequirementAndEvidence) {
  EXPECT_THAT(ReadClaim(EvidenceForTest("pass", {})),
              HasError(ErrorCode::kUnsupported, HasSubstr("nothing was required")));
  EXPECT_THAT(ReadClaim(EvidenceForTest("not-applicable", {})), HasError(ErrorCode::kUnsupported));
  Statement plan = EvidenceForTest("pass", {Passing()});
  plan.predicate_type = kPlanPredicate;
  EXPECT_THAT(ReadClaim(plan), HasError(ErrorCode::kUnsupported, HasSubstr("evidence of a check")));
}

TEST(ReadClaim, NamesTheMemberThatIsMissingOrMistyped) {
  for (const char* member :
       {"check", "engine", "plan", "verdict", "requirements", "sampleSize", "assuranceLevel"}) {
    Statement statement = EvidenceForTest("pass", {Passing()});
    statement.predicate.AsObject().erase(member);
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kCorrupt, HasSubstr(member))) << member;
    statement.predicate[member] = 1.5;
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kCorrupt, HasSubstr(member))) << member;
  }
  for (const char* member : {"metric", "comparator", "threshold", "verdict", "passed", "bound", "compared"}) {
    Statement statement = EvidenceForTest("pass", {Passing()});
    Json& requirement = statement.predicate["requirements"].AsArray()[0];
    requirement.AsObject().erase(member);
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kCorrupt, HasSubstr("requirements[0]"))) << member;
    requirement[member] = Json::Array{};
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kCorrupt, HasSubstr(member))) << member;
  }
  for (const char* verdict : {"Pass", "passed", ""}) {
    Statement statement = EvidenceForTest("pass", {Passing()});
    statement.predicate["verdict"] = verdict;
    EXPECT_THAT(ReadClaim(statement), HasError(ErrorCode::kCorrupt, HasSubstr("verdict")));
  }
}

}  // namespace
}  // namespace cupel::application::projection
