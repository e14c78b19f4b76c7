// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/check_runner.h"

#include <fmt/format.h>

#include <limits>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/application/assess/file_journal.h"
#include "cupel/application/assess/registry.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::ArtifactBytes;
using algorithm::check::Context;
using algorithm::check::RequirementOutcome;
using algorithm::check::Verdict;

constexpr const char* kFormat = "cupel-result/1";

Json OutcomeToJson(const RequirementOutcome& outcome) {
  Json json;
  json["requirement"] = outcome.requirement.text;
  json["verdict"] = VerdictName(outcome.verdict);
  json["compared"] = JsonOrNull(outcome.compared);
  json["bound"] = outcome.bound;
  json["reason"] = outcome.reason;
  return json;
}

Result<RequirementOutcome> OutcomeFromJson(const Json& json) {
  RequirementOutcome outcome;
  CUPEL_TRY(const std::string text, json.StringAt("requirement"));
  CUPEL_TRY(outcome.requirement, algorithm::check::ParseRequirement(text));
  CUPEL_TRY(const std::string verdict, json.StringAt("verdict"));
  CUPEL_TRY(outcome.verdict, algorithm::check::ParseVerdict(verdict));
  const Json& compared = json["compared"];
  outcome.compared = compared.IsNumber() ? compared.AsNumber() : std::numeric_limits<double>::quiet_NaN();
  CUPEL_TRY(outcome.bound, json.StringAt("bound"));
  CUPEL_TRY(outcome.reason, json.StringAt("reason"));
  return outcome;
}

/// Files of a result go to artifacts/ under their digest; the result keeps their names only.
Status StoreArtifacts(CheckRun& run, const RunFolder& folder) {
  for (algorithm::check::Artifact& artifact : run.result.artifacts) {
    const std::string name = RunFolder::ArtifactName(crypto::Sha256(artifact.bytes), artifact.extension);
    CUPEL_TRY_STATUS(MakeFolder(folder.root() / "artifacts"));
    CUPEL_TRY_STATUS(WriteFileAtomic(folder.root() / name, artifact.bytes));
    run.artifact_files.push_back(name);
  }
  return {};
}

bool StopsTheRun(const Error& error) {
  // A full disk or a folder that cannot be written would lose results silently; the user's wish to stop is a
  // stop.
  return error.code == ErrorCode::kInterrupted || error.code == ErrorCode::kPermission ||
         error.code == ErrorCode::kResourceLimit;
}

Result<algorithm::check::CheckResult> Measure(const PlannedCheck& planned, Inputs& inputs,
                                              const RunOptions& options, std::uint64_t seed,
                                              FileJournal& journal, CheckRun& run) {
  Context context;
  context.model = inputs.model();
  CUPEL_TRY(context.data, inputs.Data(planned.subset));
  context.training_data = inputs.training_data();
  context.surrogates = inputs.surrogates();
  context.predictions = [&] {
    return inputs.PredictionsFor(planned.subset, options.workers, *options.progress);
  };
  context.parameters = planned.parameters;
  context.seed = seed;
  context.workers = options.workers;
  context.progress = options.progress;
  context.journal = &journal;
  if (context.data != nullptr) {
    run.samples = context.data->size();
  } else {
    CUPEL_TRY(const auto* predictions, context.predictions());
    run.samples = predictions->n;
  }
  try {
    return planned.check->Run(context);
  } catch (const std::exception& cause) {
    return Fail(ErrorCode::kInternal, cause.what(), planned.check->description().id);
  }
}

}  // namespace

void ApplyRequirements(const std::vector<algorithm::check::Requirement>& requirements, CheckRun& run) {
  // A measurement against which nothing was required passes nothing.
  if (run.result.not_applicable || requirements.empty()) {
    run.verdict = Verdict::kNotApplicable;
    return;
  }
  run.verdict = Verdict::kPass;
  for (const auto& requirement : requirements) {
    Result<RequirementOutcome> outcome = TestRequirement(requirement, run.result.metrics);
    // A metric that is not defined on these data (the recall of a class without samples) cannot be tested.
    if (!outcome) {
      outcome = RequirementOutcome{requirement, Verdict::kNotRun, 0, "value", outcome.error().ToString()};
    }
    run.verdict = Graver(run.verdict, outcome->verdict);
    run.outcomes.push_back(*std::move(outcome));
  }
}

Json ResultToJson(const CheckRun& run) {
  Json json;
  json["format"] = kFormat;
  json["check"] = run.check->description().id;
  json["parameters"] = run.parameters;
  json["subset"] = run.subset.ToString();
  json["samples"] = run.samples;
  json["result"] = algorithm::check::ToJson(run.result, ArtifactBytes::kSeparate);
  json["artifactFiles"] = Json::ArrayOf(run.artifact_files);
  json["requirements"] = Json::Array{};
  for (const RequirementOutcome& outcome : run.outcomes) json["requirements"].Append(OutcomeToJson(outcome));
  json["verdict"] = VerdictName(run.verdict);
  json["notRunReason"] = run.not_run_reason;
  return json;
}

Result<CheckRun> ResultFromJson(const Json& json) {
  CUPEL_TRY(const std::string format, json.StringAt("format"));
  if (format != kFormat)
    return Fail(ErrorCode::kUnsupported, fmt::format("unknown result format \"{}\"", format));
  CheckRun run;
  CUPEL_TRY(const std::string id, json.StringAt("check"));
  CUPEL_TRY(run.check, FindCheck(id));
  CUPEL_TRY(const Json* parameters, json.ObjectAt("parameters"));
  run.parameters = *parameters;
  CUPEL_TRY(const std::string subset, json.StringAt("subset"));
  CUPEL_TRY(run.subset, Subset::Parse(subset));
  CUPEL_TRY(run.samples, json.IntegerAt("samples"));
  CUPEL_TRY(const Json* result, json.ObjectAt("result"));
  CUPEL_TRY(run.result, algorithm::check::CheckResultFromJson(*result));
  CUPEL_TRY(const Json* files, json.ArrayAt("artifactFiles"));
  for (const Json& file : files->AsArray()) {
    if (!file.IsString()) return Fail(ErrorCode::kCorrupt, "\"artifactFiles\" must hold texts");
    run.artifact_files.push_back(file.AsString());
  }
  CUPEL_TRY(const Json* requirements, json.ArrayAt("requirements"));
  for (const Json& item : requirements->AsArray()) {
    CUPEL_TRY(RequirementOutcome outcome, OutcomeFromJson(item));
    run.outcomes.push_back(std::move(outcome));
  }
  CUPEL_TRY(const std::string verdict, json.StringAt("verdict"));
  CUPEL_TRY(run.verdict, algorithm::check::ParseVerdict(verdict));
  CUPEL_TRY(run.not_run_reason, json.StringAt("notRunReason"));
  return run;
}

std::optional<CheckRun> LoadCheckRun(const Plan& plan, int number, const RunFolder& folder) {
  const PlannedCheck& planned = plan.checks[static_cast<std::size_t>(number - 1)];
  const Result<std::string> text =
      ReadTextFile(folder.root() / RunFolder::ResultName(number, planned.check->description().id));
  if (!text) return std::nullopt;
  const Result<Json> json = Json::Parse(*text);
  if (!json) return std::nullopt;
  Result<CheckRun> run = ResultFromJson(*json);
  if (!run || run->check != planned.check || run->parameters != planned.parameters.AsJson())
    return std::nullopt;
  run->number = number;
  return *std::move(run);
}

Result<CheckRun> RunCheck(const Plan& plan, int number, Inputs& inputs, const RunOptions& options,
                          const RunFolder& folder) {
  const PlannedCheck& planned = plan.checks[static_cast<std::size_t>(number - 1)];
  const std::string& id = planned.check->description().id;
  CheckRun run;
  run.number = number;
  run.check = planned.check;
  run.parameters = planned.parameters.AsJson();
  run.subset = planned.subset;

  const double start = options.clock->MonotonicSeconds();
  const double cpu_start = options.clock->CpuSeconds();
  FileJournal journal(folder.Journal() / fmt::format("{:04}", number));
  auto result = Measure(planned, inputs, options, plan.seed, journal, run);
  if (result) {
    run.result = *std::move(result);
    ApplyRequirements(planned.requirements, run);
  } else if (StopsTheRun(result.error())) {
    return tl::make_unexpected(std::move(result).error());
  } else {
    run.verdict = Verdict::kNotRun;
    run.not_run_reason = result.error().ToString();
  }
  run.seconds = options.clock->MonotonicSeconds() - start;
  run.cpu_seconds = options.clock->CpuSeconds() - cpu_start;

  CUPEL_TRY_STATUS(StoreArtifacts(run, folder));
  for (auto& artifact : run.result.artifacts) artifact.bytes.clear();
  CUPEL_TRY_STATUS(MakeFolder(folder.root() / "results"));
  CUPEL_TRY_STATUS(
      WriteFileAtomic(folder.root() / RunFolder::ResultName(number, id), ResultToJson(run).Canonical()));
  journal.Clear();
  return run;
}

}  // namespace cupel::application::assess
