// SPDX-License-Identifier: Apache-2.0
// cupel inspect: attacks a model within a time budget, cheapest first, and says what was not run.
#include <fmt/format.h>

#include "cupel/application/assess/inspection.h"
#include "cupel/application/assess/registry.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/run_and_report.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using application::assess::CandidateAttack;
using application::assess::Inspection;
using application::assess::InspectionRequest;

struct Arguments {
  InspectionRequest request;
  std::string training_data;
  std::string budget = "2m";
  std::string out;
  int jobs = 0;
  bool plan_only = false;
};

/// "90", "90s", "2m", "1h" or "1.5h" in seconds.
Result<double> ParseBudget(const std::string& text) {
  std::size_t read = 0;
  double seconds = 0;
  try {
    seconds = std::stod(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  const std::string unit = text.substr(read);
  const double scale = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (read == 0 || scale == 0 || !(seconds * scale > 0) || !(seconds * scale <= 1e7)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no time budget", text), "",
                "write it as 90s, 2m or 1h");
  }
  return seconds * scale;
}

std::string CandidateTable(const Inspection& inspection) {
  TextTable table({"attack", "estimate", ""});
  for (const CandidateAttack& candidate : inspection.candidates) {
    table.Add({candidate.id, FormatDuration(candidate.seconds),
               candidate.chosen ? "runs" : "not run: " + candidate.why_not});
  }
  return table.ToString();
}

Json PlanJson(const Inspection& inspection) {
  Json json;
  json["plan"] = inspection.plan;
  json["candidates"] = Json::Array{};
  for (const CandidateAttack& candidate : inspection.candidates) {
    json["candidates"].Append(Json::Object{{"id", candidate.id},
                                           {"seconds", candidate.seconds},
                                           {"chosen", candidate.chosen},
                                           {"whyNot", candidate.why_not}});
  }
  return json;
}

Status Inspect(Session& session, Arguments arguments) {
  InspectionRequest& request = arguments.request;
  CUPEL_TRY(request.budget_seconds, ParseBudget(arguments.budget));
  if (!arguments.training_data.empty()) request.training_data = arguments.training_data;
  request.workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  CUPEL_TRY(const Inspection inspection, ChooseInspection(request));
  if (arguments.plan_only) {
    session.Print(inspection.plan, PlanJson(inspection));
    return {};
  }
  session.Say(CandidateTable(inspection));
  application::assess::RunOptions options;
  options.out = arguments.out.empty()
                    ? request.model.parent_path() / (request.model.stem().string() + "-inspection")
                    : std::filesystem::path(arguments.out);
  options.workers = request.workers;
  options.keys = application::assess::KeyFiles::OfUser();
  options.progress = &session.progress();
  CUPEL_TRY(const application::assess::Plan plan,
            application::assess::ParsePlan(inspection.plan, options.out / "plan.toml",
                                           application::assess::FindCheck));
  return RunAndReport(session, plan, options);
}

}  // namespace

void AddInspect(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "inspect", "Attacks a model within a time budget and scores what it withstood.",
                 "  cupel inspect model.onnx --data test.toml\n"
                 "  cupel inspect model.onnx --data test.toml --training-data train.toml --budget 10m\n"
                 "  cupel inspect model.onnx --data test.toml --budget 1h --plan > plan.toml   # only say "
                 "what would run\n");
  auto arguments = std::make_shared<Arguments>();
  InspectionRequest& request = arguments->request;
  command->add_option("model", request.model, "The model (ONNX)")->required();
  command->add_option("--data,-d", request.data, "Manifest of data the model was not trained on")->required();
  command->add_option("--training-data", arguments->training_data,
                      "Manifest of its training data; membership and poisoning need it");
  command->add_option("--budget,-b", arguments->budget, "Time to aim at: 90s, 2m, 1h (default 2m)");
  command->add_option("--samples,-n", request.samples, "Samples attacked at most (default 200)")
      ->check(CLI::Range(1, 1000000000));
  command->add_option("--epsilons", request.epsilons, "Linf budgets (default: each attack's own)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", request.seed, "Seed of all random numbers (default 0)");
  command->add_flag("--probabilities", request.output_is_probability,
                    "The model answers probabilities, not logits");
  command->add_option("--out,-o", arguments->out,
                      "Folder of the run (default: MODEL-inspection beside the model)");
  command->add_option("--jobs,-j", arguments->jobs, "Workers (default: processors)")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--plan", arguments->plan_only, "Print the plan and run nothing");
  OnRun(command, session, [&session, arguments] { return Inspect(session, *arguments); });
}

}  // namespace cupel::cli
