// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/evidence_for.h"

#include <algorithm>

#include "cupel/application/assess/registry.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::report {
namespace {

using algorithm::check::Verdict;
using crosswalk::DocumentKind;
using crosswalk::Finding;
using crosswalk::Sufficiency;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

assess::CheckRun RunOf(const char* id, Verdict verdict, bool measured = true) {
  assess::CheckRun run;
  run.check = assess::FindCheck(id).value_or(nullptr);
  run.verdict = verdict;
  run.parameters = Json::Object{};
  if (measured) run.result.metrics.push_back({.name = "robust_accuracy", .value = 0.25, .n = 40});
  run.evidence.file = std::string("evidence/0001-") + id + ".sigstore.json";
  return run;
}

Json Frozen() {
  return Json::Object{{"seed", 1},
                      {"inputs", Json::Object{{"model", Json::Object{}}, {"data", Json::Object{}}}}};
}

const Finding& Of(const std::vector<Finding>& findings, std::string_view row) {
  const auto it =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.row->id == row; });
  CUPEL_CHECK(it != findings.end());
  return *it;
}

// The crosswalk module does not know the checks; this is where its ids meet the registry.
TEST(BuiltInCrosswalk, NamesOnlyChecksOfTheRegistry) {
  int named = 0;
  for (const crosswalk::Row& row : crosswalk::BuiltInCrosswalk().rows) {
    for (const std::string& id : row.checks) {
      EXPECT_THAT(assess::FindCheck(id), cupel::testing::IsOk()) << row.id;
      ++named;
    }
  }
  EXPECT_GE(named, 8);
}

TEST(BuiltInCrosswalk, NamesEveryCheckOfTheRegistry) {
  for (const algorithm::check::Check* check : assess::AllChecks()) {
    const std::string& id = check->description().id;
    bool found = false;
    for (const crosswalk::Row& row : crosswalk::BuiltInCrosswalk().rows)
      found = found || std::find(row.checks.begin(), row.checks.end(), id) != row.checks.end();
    EXPECT_TRUE(found) << id << " is evidence for no row of crosswalk.toml";
  }
}

TEST(BuiltInCrosswalk, KnowsTheRequirementsThatChecksServe) {
  for (const algorithm::check::Check* check : assess::AllChecks()) {
    for (const std::string& id : check->description().requirements)
      EXPECT_NE(crosswalk::BuiltInCrosswalk().FindRequirement(id), nullptr) << id;
  }
}

TEST(FindingsOf, CountsAFailedCheckAndTheDocuments) {
  const auto findings = FindingsOf({RunOf("inspect.pgd", Verdict::kFail)}, Frozen());
  EXPECT_THAT(Of(findings, "X04").checks, ElementsAre("inspect.pgd"));
  EXPECT_EQ(Of(findings, "X04").sufficiency, Sufficiency::kPartial);
  EXPECT_THAT(Of(findings, "X02").documents, ElementsAre(DocumentKind::kPlan));
  EXPECT_EQ(Of(findings, "X02").sufficiency, Sufficiency::kFull);
  EXPECT_TRUE(Of(findings, "X01").Any());
  EXPECT_TRUE(Of(findings, "X16").Any());
  EXPECT_FALSE(Of(findings, "X15").Any()) << "a run holds no hallmark";
  EXPECT_FALSE(Of(findings, "X03").Any()) << "accuracy was not measured";
}

TEST(FindingsOf, DoesNotCountWhatWasNotMeasured) {
  assess::CheckRun not_run = RunOf("inspect.pgd", Verdict::kNotRun, false);
  not_run.not_run_reason = "unsupported operator";
  assess::CheckRun not_applicable = RunOf("evaluate.subgroups", Verdict::kNotApplicable);
  not_applicable.result.not_applicable = algorithm::check::Text{"no groups", "无分组"};
  const auto findings = FindingsOf({not_run, not_applicable}, Json::Object{});
  EXPECT_FALSE(Of(findings, "X04").Any());
  EXPECT_FALSE(Of(findings, "X09").Any());
  EXPECT_FALSE(Of(findings, "X01").Any()) << "the plan names no model file";
  EXPECT_FALSE(Of(findings, "X08").Any()) << "the plan names no data";
}

TEST(FindingsOf, NamesWhatARunHoldsAndNothingElse) {
  const auto findings = FindingsOf({}, Frozen());
  EXPECT_THAT(Of(findings, "X06").documents, ElementsAre(DocumentKind::kModelIdentity));
  EXPECT_EQ(Of(findings, "X06").sufficiency, Sufficiency::kSupporting);
  EXPECT_THAT(Of(findings, "X21").documents, ElementsAre(DocumentKind::kReport));
  EXPECT_EQ(Of(findings, "X21").sufficiency, Sufficiency::kSupporting);
  // A drill, a review, consent, incidents, feedback, training: not in a run. A hallmark and the gate come
  // after it.
  for (const char* row : {"X12", "X13", "X14", "X15", "X17", "X18", "X19", "X22"})
    EXPECT_FALSE(Of(findings, row).Any()) << row;
}

TEST(FindingsOf, CountsAMeasurementThatNothingIsRequiredOf) {
  const auto findings = FindingsOf({RunOf("inspect.pgd", Verdict::kNotApplicable)}, Frozen());
  EXPECT_TRUE(Of(findings, "X04").Any());
}

TEST(DocumentFile, IsWhereTheRunKeepsIt) {
  EXPECT_EQ(DocumentFile(DocumentKind::kPlan, 8), "evidence/0000-plan.sigstore.json");
  EXPECT_EQ(DocumentFile(DocumentKind::kReport, 8), "evidence/0009-report.sigstore.json");
  EXPECT_EQ(DocumentFile(DocumentKind::kLedger, 8), "ledger/checkpoint");
  EXPECT_EQ(DocumentFile(DocumentKind::kHallmark, 8), "");
}

TEST(CrosswalkJson, HasEveryRowAndClaimsNothing) {
  const Json json = CrosswalkJson({RunOf("inspect.pgd", Verdict::kFail)}, Frozen());
  EXPECT_EQ(json["rows"].AsArray().size(), 22U);
  EXPECT_EQ(json["catalogues"].AsArray().size(), 7U);
  EXPECT_EQ(json["sha256"].AsString(), crosswalk::BuiltInCrosswalk().digest.Hex());
  EXPECT_EQ(json["rows"].AsArray()[21].Find("sufficiency"), nullptr) << "no evidence, no extent";
  EXPECT_THAT(json.Canonical(), AllOf(Not(HasSubstr("omplian")), Not(HasSubstr("onform"))));
}

TEST(EvidenceForMarkdown, LinksEvidenceWithItsVerdict) {
  assess::Assessment assessment;
  assessment.name = "t";
  assessment.frozen = Frozen();
  assessment.checks = {RunOf("inspect.pgd", Verdict::kFail)};
  const std::string text =
      EvidenceForMarkdown(ReportJson(assessment, Json::Object{}, "2026-01-02T03:04:05Z"));
  EXPECT_THAT(text, HasSubstr("### EU AI Act (Regulation (EU) 2024/1689)\n"));
  EXPECT_THAT(text, HasSubstr("| Art. 15(4), Art. 15(5) | Accuracy under attack | partial | "
                              "[inspect.pgd](evidence/0001-inspect.pgd.sigstore.json) fail |\n"));
  EXPECT_THAT(text, HasSubstr("No evidence in this assessment: Accuracy with confidence interval"));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("omplian")), Not(HasSubstr("onform"))));
}

TEST(EvidenceForMarkdown, IsEmptyForAReportOfAnEarlierVersion) {
  EXPECT_THAT(EvidenceForMarkdown(Json::Object{{"title", "t"}}), IsEmpty());
}

}  // namespace
}  // namespace cupel::application::report
