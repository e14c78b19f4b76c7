// SPDX-License-Identifier: Apache-2.0
// cupel assess: the main job, from a plan to a signed report.
#include <fmt/format.h>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/application/assess/assessment.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/run_and_report.h"

namespace cupel::cli {
namespace {

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

/// The folder of a run when none is given: beside the plan, named after it.
std::filesystem::path DefaultOut(const std::filesystem::path& plan) {
  return plan.parent_path() / (plan.stem().string() + "-run");
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
  return RunAndReport(session, plan, options);
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
