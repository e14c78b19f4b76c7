// SPDX-License-Identifier: Apache-2.0
// cupel assess: the main job, from a plan to a signed report.
#include <fmt/format.h>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/application/assess/assessment.h"
#include "cupel/application/assess/seal_report.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::check::Verdict;
using application::assess::Assessment;
using application::assess::CheckRun;
using application::assess::ReportIsSealed;
using application::assess::RunFolder;
using application::assess::RunOptions;

struct Arguments {
  std::string plan;
  std::string out;
  std::string key;
  std::string device = "cpu";
  int jobs = 0;
  bool resume = false;
};

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

/// The folder of a run when none is given: beside the plan, named after it.
std::filesystem::path DefaultOut(const std::filesystem::path& plan) {
  return plan.parent_path() / (plan.stem().string() + "-run");
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
  const std::string folder = assessment.folder.root().string();
  text +=
      fmt::format("\n\noverall   {}  ({})\nreport    {}/report.html\nverify    cupel verify {}\n",
                  session.Styled(std::string(VerdictName(assessment.verdict)), StyleOf(assessment.verdict)),
                  FormatDuration(assessment.seconds), folder, folder);
  return text;
}

std::filesystem::path OutOf(const Arguments& arguments) {
  return arguments.out.empty() ? DefaultOut(arguments.plan) : std::filesystem::path(arguments.out);
}

Status Assess(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const application::assess::Plan plan, application::assess::ReadPlan(arguments.plan));
  RunOptions options;
  options.out = OutOf(arguments);
  options.resume = arguments.resume;
  options.workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  CUPEL_TRY(options.device, algorithm::tensor::ParseDevice(arguments.device));
  options.keys = application::assess::KeyFiles::OfUser();
  if (!arguments.key.empty()) options.keys.evidence = arguments.key;
  options.progress = &session.progress();
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

/// A run that stopped on a full disk has begun: the same command as before would find its folder in use.
Status AssessAndSayHowToContinue(Session& session, const Arguments& arguments) {
  Status status = Assess(session, arguments);
  if (!status && status.error().remedy.starts_with("free some disk space") &&
      std::filesystem::exists(RunFolder(OutOf(arguments)).FrozenPlan())) {
    status.error().remedy =
        "free some disk space and run the same command with --resume; nothing was half-written";
  }
  return status;
}

}  // namespace

void AddAssess(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "assess", "Runs a plan's checks and writes results, signed evidence and the report.",
                 "  cupel assess plan.toml\n"
                 "  cupel assess plan.toml --out run --jobs 2\n"
                 "  cupel assess plan.toml --out run --resume      # continue an interrupted run\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("plan", arguments->plan, "The plan (TOML)")->required();
  command->add_option("--out,-o", arguments->out,
                      "Folder of the run; must be new or empty (default: PLAN-run beside the plan)");
  command->add_flag("--resume", arguments->resume, "Continue the run in the folder");
  command
      ->add_option("--jobs,-j", arguments->jobs, "Workers (default: processors); results do not depend on it")
      ->check(CLI::Range(1, 1024));
  command->add_option("--device", arguments->device, "cpu, cuda or cuda:N");
  command->add_option("--key", arguments->key,
                      "Signing key, PEM, mode 0600 (default: the user's, made on first use)");
  OnRun(command, session, [&session, arguments] { return AssessAndSayHowToContinue(session, *arguments); });
}

}  // namespace cupel::cli
