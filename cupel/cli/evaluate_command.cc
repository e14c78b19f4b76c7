// SPDX-License-Identifier: Apache-2.0
// cupel evaluate: figures of merit of a predictions file, each by a named scheme.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/algorithm/catalogue/evaluate_files.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/application/report/evaluation_report.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/evaluate_claim.h"
#include "cupel/cli/evaluate_listing.h"
#include "cupel/cli/evaluate_matrix.h"
#include "cupel/cli/metric_text.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::catalogue::Outcome;
using algorithm::check::Metric;
using algorithm::scheme::Call;
using algorithm::scheme::Options;
using algorithm::scheme::Sources;

struct Arguments {
  std::string schemes;
  std::string predictions;
  std::string truth;
  std::string report;
  Options options;
};

Json OutcomeJson(const Outcome& outcome) {
  Json json;
  json["scheme"] = outcome.call.scheme->id;
  json["fullName"] = outcome.call.FullName();
  json["parameters"] = outcome.call.parameters.AsJson();
  if (!outcome.evaluation) {
    json["error"] = outcome.evaluation.error().ToString();
    return json;
  }
  json["metrics"] = Json::Array{};
  for (const Metric& metric : outcome.evaluation->metrics)
    json["metrics"].Append(algorithm::check::ToJson(metric));
  json["figures"] = Json(Json::Array(outcome.evaluation->figures.begin(), outcome.evaluation->figures.end()));
  json["notes"] = Json::Array{};
  for (const auto& note : outcome.evaluation->notes) json["notes"].Append(algorithm::check::ToJson(note));
  return json;
}

std::string OutcomesText(const std::vector<Outcome>& outcomes) {
  TextTable table({"scheme", "figure", "value", "interval", "n"});
  std::string notes;
  for (const Outcome& outcome : outcomes) {
    const std::string name = outcome.call.FullName();
    if (!outcome.evaluation) {
      notes += fmt::format("{}: not evaluated: {}\n", name, outcome.evaluation.error().ToString());
      continue;
    }
    for (const Metric& metric : outcome.evaluation->metrics) {
      table.Add(
          {name, metric.name, NumberText(metric.value), IntervalText(metric), std::to_string(metric.n)});
    }
    for (const auto& note : outcome.evaluation->notes) notes += fmt::format("{}: {}\n", name, note.en);
  }
  return table.ToString() + (notes.empty() ? "" : "\n" + notes);
}

Status WriteReport(Session& session, const Arguments& arguments, const std::vector<Outcome>& outcomes,
                   const Sources& sources) {
  if (arguments.report.empty()) return {};
  const Json report =
      application::report::EvaluationReportJson(outcomes, sources, FormatUtc(SystemClock().UnixSeconds()));
  CUPEL_TRY(const std::string page, application::report::RenderHtml(report));
  CUPEL_TRY_STATUS(WriteFileAtomic(arguments.report, page));
  session.Say("report " + arguments.report);
  return {};
}

Status Evaluate(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const std::vector<Call> calls,
            algorithm::scheme::ParseCalls(arguments.schemes, algorithm::catalogue::AllSchemes()));
  Sources sources{.predictions = arguments.predictions, .truth = {}};
  if (!arguments.truth.empty()) sources.truth = arguments.truth;
  CUPEL_TRY(const std::vector<Outcome> outcomes,
            algorithm::catalogue::EvaluateFiles(calls, sources, arguments.options));
  CUPEL_TRY_STATUS(WriteReport(session, arguments, outcomes, sources));
  Json results = Json::Array{};
  for (const Outcome& outcome : outcomes) {
    results.Append(OutcomeJson(outcome));
    if (!outcome.evaluation) session.exit_code = ToExitCode(outcome.evaluation.error().code);
  }
  session.Print(OutcomesText(outcomes), Json::Object{{"file", arguments.predictions}, {"results", results}});
  return {};
}

}  // namespace

void AddEvaluate(CLI::App& app, Session& session) {
  CLI::App* evaluate =
      AddCommand(app, "evaluate", "Computes figures of merit of a predictions file, each by a named scheme.",
                 "  cupel evaluate --scheme roc_auc,f_score@average=macro predictions.csv\n"
                 "  cupel evaluate --scheme coco_ap --truth instances.json results.json\n"
                 "  cupel evaluate list\n");
  auto arguments = std::make_shared<Arguments>();
  evaluate->add_option("--scheme", arguments->schemes,
                       "id[@parameter=value...], several separated by commas");
  evaluate->add_option("predictions", arguments->predictions, "The file to evaluate");
  evaluate->add_option("--truth", arguments->truth, "The file with the truth, where the format has one");
  evaluate->add_option("--level", arguments->options.level, "Of the intervals")
      ->check(CLI::Range(0.5, 0.9999));
  evaluate->add_option("--replicates", arguments->options.replicates, "Of a bootstrap")
      ->check(CLI::Range(100, 1000000));
  evaluate->add_option("--seed", arguments->options.seed, "Of a bootstrap");
  evaluate->add_option("--report", arguments->report, "Also a page with the pictures: FILE.html");
  AddEvaluateListing(*evaluate, session);
  AddEvaluateMatrix(*evaluate, session);
  AddEvaluateClaim(*evaluate, session);
  OnRun(evaluate, session, [&session, arguments, evaluate]() -> Status {
    if (!evaluate->get_subcommands().empty()) return {};
    if (arguments->schemes.empty() || arguments->predictions.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "name a scheme and a file", "cupel evaluate",
                  "`cupel evaluate list` shows the schemes");
    }
    return Evaluate(session, *arguments);
  });
}

}  // namespace cupel::cli
