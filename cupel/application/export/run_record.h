// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A finished assessment, verified and read back: what every export is made from.
///
/// Promises: nothing is read before `VerifyRun` accepted the whole folder; result files are compared once
/// more with the digests that were signed, so a file changed in between is found. Numbers come from the
/// results that the statements bind; descriptive facts (operators, licence, time) from the sealed report.
/// Does not promise: that the signer is right.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cupel/application/assess/verify.h"

// `export` is a word of the language, hence the namespace's name.
namespace cupel::application::exporting {

/// A file of the run, by digest.
struct RunFile {
  std::string name;  ///< Relative to the run's folder.
  Digest digest;
};

/// A check, as its result file says, and where the statement about it stands.
struct CheckRecord {
  assess::CheckRun run;
  RunFile evidence;
  RunFile result;
  std::vector<RunFile> artifacts;
  std::uint64_t ledger_index = 0;

  const std::string& id() const { return run.check->description().id; }
  /// Whether it measured something: neither not-run nor not applicable.
  bool Measured() const;
};

struct RunRecord {
  assess::Verification verification;
  std::string name;    ///< Of the assessment.
  Json frozen;         ///< The frozen plan.
  Digest plan_digest;  ///< SHA-256 of plan.json.
  Json engine;         ///< {name, version, executable: {sha256}, ...}, as it was signed.
  Json report;         ///< report.json; null for a run that was sealed without one.
  RunFile plan_evidence;
  RunFile report_evidence;
  RunFile checkpoint;
  std::vector<CheckRecord> checks;

  /// The name and digest of what was assessed: the model's file, or the predictions file.
  std::string subject_name;
  Digest subject_digest;

  /// When the report was made, RFC 3339; nullopt for a run without report.json. The only time in a run.
  std::optional<std::string> Time() const;
  /// A member of the report's "model" or "data"; nullptr when it is not known.
  const Json* Fact(std::string_view about, std::string_view member) const;
  /// Every signed statement, in the ledger's order.
  std::vector<RunFile> Statements() const;
};

/// Errors: those of VerifyRun, kVerificationFailed above all.
Result<RunRecord> ReadRun(const std::filesystem::path& folder, const assess::VerifyOptions& options);

}  // namespace cupel::application::exporting
