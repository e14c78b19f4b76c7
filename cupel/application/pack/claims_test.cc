// SPDX-License-Identifier: Apache-2.0
// A signer who lies: every statement is truly signed and logged, and what it says is not what was measured.
#include "cupel/application/pack/claims.h"

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/evidence_writer.h"
#include "cupel/application/assess/predicate.h"
#include "cupel/application/assess/verify.h"
#include "cupel/application/pack/reported_run_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::pack {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

Json& Check(Json& report, std::size_t i) { return report["checks"].AsArray()[i]; }
Json& Metric(Json& report, std::size_t check, std::size_t i) {
  return Check(report, check)["metrics"].AsArray()[i];
}

TEST(Claims, HoldForAnHonestRun) {
  ReportedRun run;
  ASSERT_THAT(run.Finish("run"), IsOk());
  EXPECT_THAT(VerifyRun(run.Folder("run"), {}), IsOk());
  EXPECT_THAT(CheckClaims(run.Folder("run")), IsOk());
}

struct Lie {
  const char* name;
  std::function<void(Json&)> tell;
};

class LyingReport : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingReport, IsFoundAlthoughItIsSigned) {
  ReportedRun run;
  ASSERT_THAT(run.Finish("run", GetParam().tell), IsOk());
  EXPECT_THAT(VerifyRun(run.Folder("run"), {}), IsOk()) << "the bytes are what was signed";
  EXPECT_THAT(CheckClaims(run.Folder("run")),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("report.json")));
}

INSTANTIATE_TEST_SUITE_P(
    Lies, LyingReport,
    ::testing::Values(
        Lie{"Value", [](Json& r) { Metric(r, 0, 0)["value"] = 0.99; }},
        Lie{"LowerBound", [](Json& r) { Metric(r, 0, 0)["low"] = 0.98; }},
        Lie{"UpperBound", [](Json& r) { Metric(r, 3, 0)["high"] = 1; }},
        Lie{"Samples", [](Json& r) { Metric(r, 0, 0)["n"] = 4200; }},
        Lie{"Count", [](Json& r) { Metric(r, 0, 0)["count"] = 42; }},
        Lie{"Level", [](Json& r) { Metric(r, 0, 0)["level"] = 0.5; }},
        Lie{"MetricDropped", [](Json& r) { Check(r, 0)["metrics"].AsArray().pop_back(); }},
        Lie{"Threshold", [](Json& r) { Check(r, 3)["requirementsTested"].AsArray()[0]["threshold"] = 0; }},
        Lie{"Expression",
            [](Json& r) {
              Check(r, 3)["requirementsTested"].AsArray()[0]["expression"] = "robust_accuracy >= 0";
            }},
        Lie{"Compared", [](Json& r) { Check(r, 3)["requirementsTested"].AsArray()[0]["compared"] = 1; }},
        Lie{"RequirementDropped", [](Json& r) { Check(r, 3)["requirementsTested"] = Json::Array{}; }},
        Lie{"CheckVerdict", [](Json& r) { Check(r, 3)["verdict"] = "pass"; }},
        Lie{"Verdict", [](Json& r) { r["verdict"] = "pass"; }},
        Lie{"FailingCheckDropped", [](Json& r) { r["checks"].AsArray().pop_back(); }},
        Lie{"CheckTwice", [](Json& r) { Check(r, 3) = Check(r, 0); }},
        Lie{"Parameter", [](Json& r) { Check(r, 3)["parameters"].AsArray()[0]["value"] = "other"; }},
        Lie{"Figure", [](Json& r) { Check(r, 0)["figures"] = Json::Array{}; }},
        Lie{"Note", [](Json& r) { Check(r, 0)["notes"].Append("all is well"); }},
        Lie{"Evidence", [](Json& r) { Check(r, 0)["evidence"]["ledgerIndex"] = 2; }},
        Lie{"Model", [](Json& r) { r["model"]["sha256"] = std::string(64, '0'); }},
        Lie{"Data", [](Json& r) { r["data"]["samples"] = 10000; }},
        Lie{"Plan", [](Json& r) { r["plan"]["digest"] = std::string(64, '0'); }},
        Lie{"Seed", [](Json& r) { r["seed"] = "8"; }}, Lie{"Title", [](Json& r) { r["title"] = "another"; }},
        Lie{"Tool", [](Json& r) { r["tool"]["version"] = "9.9.9"; }}),
    [](const auto& lie) { return std::string(lie.param.name); });

// report.md and report.html are found out when they say something else than report.json.
TEST(Claims, OtherFormsOfTheReportSayTheSame) {
  for (const char* name : {"report.md", "report.html"}) {
    ReportedRun run;
    ASSERT_THAT(run.Finish("run"), IsOk());
    const std::filesystem::path path = run.Path("run") / name;
    CUPEL_ASSERT_OK(std::string text, ReadTextFile(path));
    const std::size_t at = text.rfind("robust_accuracy");
    ASSERT_NE(at, std::string::npos);
    text[at] = 'R';
    ASSERT_THAT(WriteFileAtomic(path, text), IsOk());
    EXPECT_THAT(CheckClaims(run.Folder("run")), HasError(ErrorCode::kVerificationFailed, HasSubstr(name)));
  }
}

/// Every statement of the assessment once more, signed and logged, with what its results say now.
Status SealAgain(const ReportedRun& run, const assess::Plan& plan, const assess::KeyFiles& keys,
                 assess::Assessment& assessment) {
  const std::filesystem::path& root = assessment.folder.root();
  CUPEL_TRY(auto writer, assess::EvidenceWriter::Open(assessment.folder, keys));
  CUPEL_TRY(const Digest model, crypto::Sha256OfFile(run.Path("model.onnx")));
  const std::vector<assess::Subject> subjects = {{"model.onnx", model}};
  CUPEL_TRY(assessment.plan_evidence,
            writer.Seal(0, "plan", assess::kPlanPredicate, subjects, PlanPredicate(plan, assessment)));
  for (assess::CheckRun& check : assessment.checks) {
    const std::string& id = check.check->description().id;
    CUPEL_TRY_STATUS(WriteFileAtomic(root / assess::RunFolder::ResultName(check.number, id),
                                     ResultToJson(check).Canonical()));
    CUPEL_TRY(const Json predicate, EvidencePredicate(assessment, check));
    CUPEL_TRY(check.evidence, writer.Seal(check.number, id, assess::kEvidencePredicate, subjects, predicate));
    assessment.verdict = Graver(assessment.verdict, check.verdict);
  }
  return {};
}

/// A run whose signer changes the last check's result before it is signed.
Status FinishWithResult(ReportedRun& run, const std::function<void(assess::CheckRun&)>& change) {
  CUPEL_TRY(const assess::Plan plan, run.problem().ThePlan());
  assess::RunOptions options = run.problem().Options("run");
  CUPEL_TRY(assess::Assessment assessment, RunAssessment(plan, options));
  // Everything once more into another folder, statement by statement, with the changed result.
  const assess::RunFolder forged(run.Path("forged"));
  std::filesystem::copy(run.Path("run"), forged.root(), std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(forged.Ledger());
  std::filesystem::remove_all(forged.root() / "evidence");
  assessment.folder = forged;
  change(assessment.checks.back());
  assessment.verdict = assessment.checks[0].verdict;
  CUPEL_TRY_STATUS(SealAgain(run, plan, options.keys, assessment));
  return ReportedRun::Seal(assessment, options.keys, [](Json&) {});
}

TEST(Claims, HoldForTheSameRunSealedAnew) {
  ReportedRun run;
  ASSERT_THAT(FinishWithResult(run, [](assess::CheckRun&) {}), IsOk());
  EXPECT_THAT(VerifyRun(run.Folder("forged"), {}), IsOk());
  EXPECT_THAT(CheckClaims(run.Folder("forged")), IsOk());
}

TEST(Claims, VerdictsFollowFromThePlanAndTheMetrics) {
  using algorithm::check::Verdict;
  const std::vector<std::pair<const char*, std::function<void(assess::CheckRun&)>>> lies = {
      {"the verdict",
       [](assess::CheckRun& run) {
         run.verdict = Verdict::kPass;
         run.outcomes[0].verdict = Verdict::kPass;
       }},
      {"the threshold",
       [](assess::CheckRun& run) {
         run.outcomes.clear();
         ApplyRequirements({algorithm::check::ParseRequirement("robust_accuracy >= 0").value()}, run);
       }},
      {"no requirement",
       [](assess::CheckRun& run) {
         run.outcomes.clear();
         run.verdict = Verdict::kNotApplicable;
       }},
      {"the compared bound", [](assess::CheckRun& run) { run.outcomes[0].compared = 1; }},
      {"the parameters", [](assess::CheckRun& run) { run.parameters["steps"] = 1; }},
      {"a subset", [](assess::CheckRun& run) { run.subset = assess::Subset::Parse("first 20").value(); }},
  };
  for (const auto& [what, tell] : lies) {
    ReportedRun run;
    ASSERT_THAT(FinishWithResult(run, tell), IsOk()) << what;
    EXPECT_THAT(VerifyRun(run.Folder("forged"), {}), IsOk()) << what << ": truly signed";
    EXPECT_THAT(CheckClaims(run.Folder("forged")), HasError(ErrorCode::kVerificationFailed)) << what;
  }
}

}  // namespace
}  // namespace cupel::application::pack
