// SPDX-License-Identifier: Apache-2.0
// `cupel verify --rerun`: the same plan once more, in a temporary folder, compared with what was recorded.
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/inputs.h"
#include "cupel/application/assess/reproduction.h"
#include "cupel/application/assess/temporary_folder.h"
#include "cupel/application/assess/verify.h"
#include "cupel/base/file.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::Metric;

/// The plan where its relative paths mean something: given, or a file of the same bytes beside the run or
/// here.
Result<std::filesystem::path> FindPlan(const RunFolder& folder, const RerunOptions& options) {
  if (options.plan) return *options.plan;
  CUPEL_TRY(const std::string text, ReadTextFile(folder.PlanText()));
  const std::filesystem::path parent =
      std::filesystem::absolute(folder.root() / ".").parent_path().parent_path();
  for (const std::filesystem::path& place : {parent, std::filesystem::current_path()}) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(place, ignored)) {
      if (entry.path().extension() != ".toml" || !entry.is_regular_file(ignored)) continue;
      if (ReadTextFile(entry.path()).value_or("") == text) return entry.path();
    }
  }
  return Fail(ErrorCode::kNotFound, "the plan's own folder is not known", folder.root().string(),
              "give it with --plan FILE: the model and data are found relative to it");
}

Result<CheckRun> StoredResult(const RunFolder& folder, int number, const std::string& id) {
  const std::string name = RunFolder::ResultName(number, id);
  CUPEL_TRY(const std::string text, ReadTextFile(folder.root() / name));
  CUPEL_TRY(const Json json, Json::Parse(text));
  return ResultFromJson(json);
}

/// The engine that the run's plan statement names.
Result<std::string> RecordedEngine(const RunFolder& folder) {
  const std::string name = RunFolder::EvidenceName(0, "plan");
  CUPEL_TRY(const std::string text, ReadTextFile(folder.root() / name));
  CUPEL_TRY(const auto bundle, ledger::evidence::Bundle::Parse(text));
  CUPEL_TRY(const auto statement, ledger::evidence::Statement::Parse(bundle.envelope.payload));
  return statement.predicate["engine"].Canonical();
}

void CompareMetrics(const CheckRun& then, const CheckRun& now, double tolerance,
                    std::vector<RerunDifference>& out) {
  const std::string& id = then.check->description().id;
  if (then.result.metrics.size() != now.result.metrics.size()) {
    out.push_back(
        {id, fmt::format("{} metrics then, {} now", then.result.metrics.size(), now.result.metrics.size())});
    return;
  }
  for (std::size_t i = 0; i < then.result.metrics.size(); ++i) {
    const Metric& a = then.result.metrics[i];
    const Metric& b = now.result.metrics[i];
    const bool both_nan = std::isnan(a.value) && std::isnan(b.value);
    if (a.name != b.name || (!both_nan && !(std::abs(a.value - b.value) <= tolerance))) {
      out.push_back({id, fmt::format("metric {}: {} then, {} now", a.name, a.value, b.value)});
    }
  }
  if (then.verdict != now.verdict) {
    out.push_back(
        {id, fmt::format("verdict {} then, {} now", VerdictName(then.verdict), VerdictName(now.verdict))});
  }
}

}  // namespace

Result<Rerun> RerunAndCompare(const RunFolder& folder, const RerunOptions& options) {
  if (options.auditor) CUPEL_TRY_STATUS(CheckAuditor(folder, *options.auditor));
  CUPEL_TRY(const std::filesystem::path plan_path, FindPlan(folder, options));
  CUPEL_TRY(const Plan plan, ReadPlan(plan_path));
  CUPEL_TRY(const std::unique_ptr<TemporaryFolder> temporary, TemporaryFolder::Create("rerun"));
  CUPEL_TRY(const std::string recorded_plan, ReadTextFile(folder.FrozenPlan()));
  {
    CUPEL_TRY(const auto inputs, Inputs::Open(plan, {}));
    if (FreezePlan(plan, inputs->identity()).Canonical() != recorded_plan) {
      return Fail(ErrorCode::kVerificationFailed,
                  "the plan, the model or the data is not the one that was assessed", plan_path.string(),
                  "compare it with plan.json in the run's folder");
    }
  }
  RunOptions run_options;
  run_options.out = temporary->path() / "run";
  run_options.keys = KeyFiles::In(temporary->path() / "keys");
  run_options.workers = options.workers;
  run_options.progress = options.progress;
  CUPEL_TRY(const Assessment again, RunAssessment(plan, run_options));

  Rerun rerun;
  rerun.checks = static_cast<int>(again.checks.size());
  rerun.tolerance = options.tolerance;
  CUPEL_TRY(const std::string engine, RecordedEngine(folder));
  rerun.same_engine = engine == again.engine.ToJson().Canonical();
  for (const CheckRun& now : again.checks) {
    const std::string& id = now.check->description().id;
    CUPEL_TRY(const CheckRun then, StoredResult(folder, now.number, id));
    if (!rerun.same_engine) {
      CompareMetrics(then, now, options.tolerance, rerun.differences);
    } else if (ResultToJson(then).Canonical() != ResultToJson(now).Canonical()) {
      const std::size_t before = rerun.differences.size();
      CompareMetrics(then, now, 0, rerun.differences);
      if (rerun.differences.size() == before)
        rerun.differences.push_back({id, "the results differ beside their metrics"});
    }
  }
  if (options.auditor) CUPEL_TRY_STATUS(SealReproduction(folder, again, rerun, *options.auditor));
  return rerun;
}

}  // namespace cupel::application::assess
