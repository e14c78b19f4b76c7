// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/run_and_report.h"

#include <fmt/format.h>

#include "cupel/application/assess/seal_report.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/base/clock.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::check::Verdict;
using application::assess::Assessment;
using application::assess::CheckRun;
using application::assess::ReportIsSealed;

std::string_view StyleOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return "green";
    case Verdict::kWarn: return "yellow";
    case Verdict::kFail:
    case Verdict::kNotRun: return "red";
    case Verdict::kNotApplicable: return "dim";
  }
  return "dim";
}

std::string VerdictTable(const Session& session, const Json& report, const Assessment& assessment) {
  TextTable table({"check", "verdict", "key number", "n", "time"});
  const Json::Array& checks = report["checks"].AsArray();
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const CheckRun& run = assessment.checks[i];
    std::string number = run.not_run_reason;
    const Json::Array& metrics = checks[i]["metrics"].AsArray();
    if (!metrics.empty()) {
      const Json* shown = &metrics[0];
      for (const Json& metric : metrics) {
        if (!run.outcomes.empty() && metric["name"].AsString() == run.outcomes[0].requirement.metric)
          shown = &metric;
      }
      number = fmt::format("{} {}", (*shown)["name"].AsString(), application::report::FormatMetric(*shown));
    }
    table.Add({checks[i]["id"].AsString(),
               session.Styled(std::string(VerdictName(run.verdict)), StyleOf(run.verdict)), number,
               std::to_string(run.samples), FormatDuration(run.seconds)});
  }
  return table.ToString();
}

std::string Summary(const Session& session, const Json& report, const Assessment& assessment) {
  std::string text = VerdictTable(session, report, assessment);
  for (const CheckRun& run : assessment.checks) {
    for (const auto& outcome : run.outcomes) {
      if (outcome.verdict == Verdict::kPass) continue;
      text += fmt::format("\n{}: {} {}: {}", run.check->description().id, VerdictName(outcome.verdict),
                          outcome.requirement.text, outcome.reason);
    }
  }
  if (const Json* card = report.Find("scorecard")) {
    text += fmt::format("\n\nscore     {:.1f} of 100 (weakest: {}{})", (*card)["overall"].AsNumber(),
                        (*card)["weakest"].AsString(),
                        (*card)["complete"].AsBool() ? "" : "; not every factor was measured");
  }
  const std::string folder = assessment.folder.root().string();
  text +=
      fmt::format("\n\noverall   {}  ({})\nreport    {}/report.html\nverify    cupel verify {}\n",
                  session.Styled(std::string(VerdictName(assessment.verdict)), StyleOf(assessment.verdict)),
                  FormatDuration(assessment.seconds), folder, folder);
  return text;
}

}  // namespace

Status RunAndReport(Session& session, const application::assess::Plan& plan,
                    const application::assess::RunOptions& options) {
  CUPEL_TRY(const Assessment assessment, RunAssessment(plan, options));
  if (options.resume && ReportIsSealed(assessment.folder, static_cast<int>(assessment.checks.size()))) {
    return Fail(ErrorCode::kInvalidArgument, "the run is already finished", options.out.string(),
                "see it with `cupel report`, check it with `cupel verify`");
  }
  CUPEL_TRY(const Json ledger, application::assess::LedgerFacts(assessment.folder));
  const Json report =
      application::report::ReportJson(assessment, ledger, FormatUtc(options.clock->UnixSeconds()));
  CUPEL_TRY(const std::string html, application::report::RenderHtml(report));
  CUPEL_TRY_STATUS(
      application::assess::SealReport(assessment, options.keys,
                                      {{"report.html", html},
                                       {"report.md", application::report::RenderMarkdown(report)},
                                       {"report.json", report.Canonical() + "\n"}}));
  session.Print(Summary(session, report, assessment), report);
  const bool holds = assessment.verdict != Verdict::kFail && assessment.verdict != Verdict::kNotRun;
  session.exit_code = holds ? kOk : kRequirementFailed;
  return {};
}

}  // namespace cupel::cli
