// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The main job: plan -> frozen digest -> run -> results -> signed evidence in the run's ledger.
///
/// The plan is frozen and logged before anything runs. Each check that ends is stored, signed and appended at
/// once, so an interrupted run keeps all it did; with `resume` it goes on and ends with the same metrics,
/// witnesses and artifacts. A check that cannot run (an unsupported operator, say) is recorded as not-run
/// with the reason; the others go on. Results do not depend on `workers`.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/check/requirement.h"
#include "cupel/algorithm/tensor/device.h"
#include "cupel/application/assess/engine.h"
#include "cupel/application/assess/plan.h"
#include "cupel/application/assess/run_folder.h"
#include "cupel/base/clock.h"

namespace cupel::application::assess {

/// Where a statement stands: its file in the run's folder, and its place in the ledger.
struct EvidenceRecord {
  std::string file;
  Digest digest;  ///< Of the file.
  std::string key_id;
  std::int64_t ledger_index = 0;
  Json predicate{};  ///< As signed: after an interruption with the times of the run that signed it.
};

/// One check of the plan, run.
struct CheckRun {
  int number = 0;  ///< From 1, the plan's order.
  const algorithm::check::Check* check = nullptr;
  Json parameters;
  Subset subset;
  std::int64_t samples = 0;
  algorithm::check::CheckResult result;  ///< Artifacts without bytes; their names are in artifact_files.
  std::vector<std::string> artifact_files;
  std::vector<algorithm::check::RequirementOutcome> outcomes;
  algorithm::check::Verdict verdict = algorithm::check::Verdict::kNotRun;
  std::string not_run_reason;
  double seconds = 0;
  double cpu_seconds = 0;
  EvidenceRecord evidence;
};

struct Assessment {
  RunFolder folder{""};
  std::string name;
  Json frozen;         ///< The frozen plan.
  Digest plan_digest;  ///< SHA-256 of its canonical JSON.
  Json facts;          ///< For the report: model, data, machine.
  Engine engine;
  std::vector<CheckRun> checks;
  algorithm::check::Verdict verdict = algorithm::check::Verdict::kNotRun;  ///< The gravest of the checks'.
  double seconds = 0;
  EvidenceRecord plan_evidence;
};

/// The signer's private keys: PEM files of mode 0600, made on first use.
struct KeyFiles {
  std::filesystem::path evidence;  ///< ECDSA P-256: signs statements.
  std::filesystem::path ledger;    ///< Ed25519: signs checkpoints.

  /// In $CUPEL_HOME/keys, or ~/.config/cupel/keys.
  static KeyFiles OfUser();
  static KeyFiles In(const std::filesystem::path& folder);
};

struct RunOptions {
  std::filesystem::path out;
  bool resume = false;
  int workers = 1;
  algorithm::tensor::Device device;
  KeyFiles keys;
  Progress* progress = &SilentProgress();
  const Clock* clock = &SystemClock();
  /// Called after each check, in order; for the table that grows on the terminal.
  std::function<void(const CheckRun&)> on_check = [](const CheckRun&) {};
};

/// Errors: those of opening the inputs; kInvalidArgument when `out` holds something else, or another plan's
/// run; kInterrupted; kResourceLimit and kPermission from writing.
Result<Assessment> RunAssessment(const Plan& plan, const RunOptions& options);

/// The frozen plan: everything that decides the result, with defaults filled in and digests of all inputs.
Json FreezePlan(const Plan& plan, const Json& inputs_identity);

}  // namespace cupel::application::assess
