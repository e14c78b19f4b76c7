// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/trust_report.h"

#include <limits>

#include "cupel/application/assess/registry.h"
#include "cupel/application/report/report_template.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::report {
namespace {

using algorithm::check::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

/// One check with one measured and one immeasurable metric.
assess::Assessment Example(std::size_t witnesses = 3) {
  assess::Assessment assessment;
  assessment.name = "a </script><b> title";
  assessment.frozen = Json::Object{{"seed", 7}};
  assessment.verdict = Verdict::kPass;
  assess::CheckRun run;
  run.number = 1;
  run.check = assess::FindCheck("evaluate.accuracy").value_or(nullptr);
  run.parameters = Json::Object{};
  run.samples = 42;
  run.verdict = Verdict::kPass;
  run.result.metrics.push_back({.name = "accuracy",
                                .value = 0.5,
                                .interval = stats::Interval{0.25, 0.75, 0.95, "wilson"},
                                .n = 42,
                                .count = 21});
  run.result.metrics.push_back(
      {.name = "balanced_accuracy", .value = std::numeric_limits<double>::quiet_NaN(), .n = 42});
  run.result.witnesses.assign(witnesses, Json::Object{{"sample", 1}});
  run.evidence.file = "evidence/0001-evaluate.accuracy.sigstore.json";
  run.evidence.ledger_index = 1;
  assessment.checks.push_back(run);
  return assessment;
}

Json ExampleReport(std::size_t witnesses = 3) {
  return ReportJson(Example(witnesses), Json::Object{{"size", 3}}, "2026-01-02T03:04:05Z");
}

TEST(ReportJson, HasItsFormatAndEvidenceForEveryCheck) {
  const Json report = ExampleReport();
  EXPECT_EQ(report["format"].AsString(), "cupel-report/1");
  EXPECT_EQ(report["verdict"].AsString(), "pass");
  EXPECT_EQ(report["seed"].AsString(), "7");
  ASSERT_EQ(report["checks"].AsArray().size(), 1U);
  const Json& check = report["checks"].AsArray()[0];
  EXPECT_EQ(check["evidence"]["file"].AsString(), "evidence/0001-evaluate.accuracy.sigstore.json");
  EXPECT_EQ(check["evidence"]["sha256"].AsString().size(), 64U);
  EXPECT_EQ(check["metrics"].AsArray()[0]["low"].AsNumber(), 0.25);
}

TEST(ReportJson, WritesWhatCouldNotBeMeasuredAsNull) {
  const Json report = ExampleReport();
  EXPECT_TRUE(report["checks"].AsArray()[0]["metrics"].AsArray()[1]["value"].IsNull());
  EXPECT_TRUE(Json::Parse(report.Canonical()).has_value());
}

TEST(ReportJson, DoesNotGrowWithTheWitnesses) {
  EXPECT_EQ(ExampleReport(10).Canonical().size(), ExampleReport(100).Canonical().size());
}

TEST(RenderHtml, DoesNotLetATextCloseTheScript) {
  CUPEL_ASSERT_OK(const std::string html, RenderHtml(ExampleReport()));
  EXPECT_THAT(html, Not(HasSubstr("a </script><b> title")));
  EXPECT_THAT(html, HasSubstr("a \\u003c/script>\\u003cb> title"));
}

TEST(RenderHtml, PageHoldsItsReportAndNoOther) {
  Json report = ExampleReport();
  report["title"] = "a \\u003c that is text, a < that is not";
  CUPEL_ASSERT_OK(const std::string html, RenderHtml(report));
  EXPECT_TRUE(HtmlHolds(html, report));
  Json other = report;
  other["verdict"] = "fail";
  EXPECT_FALSE(HtmlHolds(html, other));
  EXPECT_FALSE(HtmlHolds(html + html, report)) << "two data blocks";
  EXPECT_FALSE(HtmlHolds("", report));
}

TEST(RenderHtml, ReplacesItsOnlyPlaceholder) {
  constexpr std::string_view kPlace = "__CUPEL_REPORT_JSON__";
  const std::string_view page = ReportTemplate();
  ASSERT_NE(page.find(kPlace), std::string_view::npos);
  EXPECT_EQ(page.find(kPlace), page.rfind(kPlace));
  CUPEL_ASSERT_OK(const std::string html, RenderHtml(ExampleReport()));
  EXPECT_EQ(html.find(kPlace), std::string::npos);
}

TEST(FormatMetric, ShowsSharesAsPercentages) {
  EXPECT_EQ(FormatMetric(Json::Object{{"value", 0.5}, {"unit", ""}, {"low", 0.25}, {"high", 0.75}}),
            "50.0 % [25.0 %, 75.0 %]");
  EXPECT_EQ(FormatMetric(Json::Object{{"value", 1234.5}, {"unit", "samples"}}), "1234");
  EXPECT_EQ(FormatMetric(Json::Object{{"value", nullptr}, {"unit", ""}}), "n/a");
}

TEST(RenderMarkdown, BeginsWithTheVerdictAndTheOverview) {
  const std::string text = RenderMarkdown(ExampleReport());
  EXPECT_TRUE(text.starts_with(
      "# a </script><b> title: pass\n\n1 checks: 1 pass, 0 warn, 0 fail, 0 not run, 0 not applicable. "
      "Requirements are tested against the confidence bound that hurts.\n\nPlan `"))
      << text;
  EXPECT_THAT(text,
              HasSubstr("`, seed 7, 2026-01-02T03:04:05Z.\n\n"
                        "| check | verdict | key number | requirements | evidence |\n|---|---|---|---|---|\n"
                        "| evaluate.accuracy | **pass** | accuracy 50.0 % [25.0 %, 75.0 %] | A1 | "
                        "[1](evidence/0001-evaluate.accuracy.sigstore.json) |\n"));
  EXPECT_THAT(text, HasSubstr("| balanced_accuracy | n/a | 42 |\n"));
  EXPECT_TRUE(text.ends_with("## Verify\n\n```\ncupel verify .\ncupel verify --rerun .\n```\n"));
}

}  // namespace
}  // namespace cupel::application::report
