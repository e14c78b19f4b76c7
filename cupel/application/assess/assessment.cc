// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/assessment.h"

#include <fmt/format.h>

#include "cupel/application/assess/bracket.h"
#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/evidence_writer.h"
#include "cupel/application/assess/inputs.h"
#include "cupel/application/assess/predicate.h"
#include "cupel/base/file.h"
#include "cupel/base/interrupt.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::Verdict;

/// The frozen plan is the first file of a run: whatever stops it later, --resume finds the run.
Status BeginFolder(const RunFolder& folder, const std::string& frozen) {
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(folder.root(), ignored);
  CUPEL_TRY_STATUS(MakeFolder(folder.root()));
  Status status = WriteFileAtomic(folder.FrozenPlan(), frozen);
  if (!status && is_new) std::filesystem::remove(folder.root(), ignored);
  return status;
}

/// A new or empty folder, or with resume one that holds a run of the same frozen plan.
Status PrepareFolder(const RunOptions& options, const RunFolder& folder, const std::string& frozen) {
  std::error_code code;
  const bool in_use =
      std::filesystem::exists(folder.root(), code) && !std::filesystem::is_empty(folder.root(), code);
  if (!in_use) return BeginFolder(folder, frozen);
  const Result<std::string> earlier = ReadTextFile(folder.FrozenPlan());
  if (!options.resume) {
    return Fail(ErrorCode::kInvalidArgument, "the folder is not empty", folder.root().string(),
                earlier ? "give --resume to continue the run in it, or --out another folder"
                        : "give --out another folder");
  }
  if (!earlier) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds no assessment to resume",
                folder.root().string(), "leave out --resume, or give the folder of the interrupted run");
  }
  if (*earlier != frozen) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds a run of another plan, model or data",
                folder.root().string(), "give --out another folder: a changed plan is another assessment");
  }
  return {};
}

Result<EvidenceRecord> SealPlan(const Plan& plan, const Assessment& assessment, const Inputs& inputs,
                                EvidenceWriter& writer) {
  CUPEL_TRY_STATUS(WriteFileAtomic(assessment.folder.PlanText(), plan.text));
  return writer.Seal(0, "plan", kPlanPredicate, {{inputs.subject_name(), inputs.subject_digest()}},
                     PlanPredicate(plan, assessment));
}

Status RunChecks(const Plan& plan, const RunOptions& options, Inputs& inputs, EvidenceWriter& writer,
                 Assessment& assessment) {
  for (int number = 1; number <= static_cast<int>(plan.checks.size()); ++number) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    std::optional<CheckRun> stored =
        options.resume ? LoadCheckRun(plan, number, assessment.folder) : std::nullopt;
    if (!stored) {
      CUPEL_TRY(stored, RunCheck(plan, number, inputs, options, assessment.folder));
    }
    CUPEL_TRY_STATUS(CheckBrackets(assessment.checks, *stored));
    CUPEL_TRY(const Json predicate, EvidencePredicate(assessment, *stored));
    CUPEL_TRY(stored->evidence, writer.Seal(number, stored->check->description().id, kEvidencePredicate,
                                            {{inputs.subject_name(), inputs.subject_digest()}}, predicate));
    // A check that an earlier run finished took the time that its evidence says.
    CUPEL_TRY(stored->seconds, stored->evidence.predicate.NumberAt("seconds"));
    CUPEL_TRY(stored->cpu_seconds, stored->evidence.predicate.NumberAt("cpuSeconds"));
    options.on_check(*stored);
    assessment.verdict = number == 1 ? stored->verdict : Graver(assessment.verdict, stored->verdict);
    assessment.checks.push_back(*std::move(stored));
  }
  return {};
}

Json RequirementTexts(const PlannedCheck& planned) {
  Json texts = Json::Array{};
  for (const auto& requirement : planned.requirements) texts.Append(requirement.text);
  return texts;
}

}  // namespace

Json FreezePlan(const Plan& plan, const Json& inputs_identity) {
  Json frozen;
  frozen["format"] = "cupel-plan/1";
  frozen["name"] = plan.name;
  frozen["seed"] = static_cast<std::int64_t>(plan.seed);
  frozen["inputs"] = inputs_identity;
  frozen["checks"] = Json::Array{};
  for (const PlannedCheck& planned : plan.checks) {
    frozen["checks"].Append(Json::Object{{"id", planned.check->description().id},
                                         {"parameters", planned.parameters.AsJson()},
                                         {"subset", planned.subset.ToString()},
                                         {"require", RequirementTexts(planned)}});
  }
  return frozen;
}

Result<Assessment> RunAssessment(const Plan& plan, const RunOptions& options) {
  const double start = options.clock->MonotonicSeconds();
  CUPEL_TRY(const std::unique_ptr<Inputs> inputs, Inputs::Open(plan, options.device));
  Assessment assessment;
  assessment.folder = RunFolder(options.out);
  assessment.name = plan.name;
  assessment.frozen = FreezePlan(plan, inputs->identity());
  assessment.plan_digest = crypto::Sha256(AsBytes(assessment.frozen.Canonical()));
  assessment.facts = inputs->facts();
  CUPEL_TRY(assessment.engine, ThisEngine());
  CUPEL_TRY_STATUS(PrepareFolder(options, assessment.folder, assessment.frozen.Canonical()));
  CUPEL_TRY(EvidenceWriter writer, EvidenceWriter::Open(assessment.folder, options.keys));
  CUPEL_TRY(assessment.plan_evidence, SealPlan(plan, assessment, *inputs, writer));
  CUPEL_TRY_STATUS(RunChecks(plan, options, *inputs, writer, assessment));
  std::error_code ignored;
  std::filesystem::remove_all(assessment.folder.Journal(), ignored);
  assessment.seconds = options.clock->MonotonicSeconds() - start;
  return assessment;
}

}  // namespace cupel::application::assess
