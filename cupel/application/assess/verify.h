// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Verifies a finished run: every signature, every digest, every ledger proof, and that no file is left
/// uncovered.
///
/// What a success says: the holder of the evidence key signed these results for this plan, model and data;
/// the ledger holds exactly these statements in this order; no byte of the folder changed since. With keys
/// taken from the folder itself it does not say who signed; with `trust` it does. It does not say that the
/// results are right: `Rerun` does.
///
/// Time stamps lie beside what they stamp (ledger/stamp), so that they can be added to a finished run: each
/// must be over the signature of a statement or of the checkpoint, and hold if `trust` names time-stamp
/// anchors. Without anchors they are listed as not verified, and say nothing.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cupel/application/assess/assessment.h"
#include "cupel/ledger/stamp/stamp.h"

namespace cupel::application::assess {

struct VerifyOptions {
  /// Keys to believe: a folder of *.pem and *.vkey, or one file. Absent: those in the run's folder.
  std::optional<std::filesystem::path> trust = std::nullopt;
  /// For the folder of a signed re-run (reproduction.h): the run that it must be a re-run of.
  std::optional<std::filesystem::path> original = std::nullopt;
};

struct VerifiedStatement {
  std::string file;
  std::string what;  ///< "plan", a check's id, or "report".
  std::uint64_t ledger_index = 0;
  std::string verdict;  ///< Of a check; else empty.
};

/// When a signature of the run was seen.
struct FoundStamp {
  std::string of;  ///< The stamped file, relative to the folder.
  ledger::stamp::Stamp stamp;
};

struct Verification {
  std::vector<VerifiedStatement> statements;
  std::vector<FoundStamp> stamps;  ///< In the statements' order, the checkpoint's first.
  std::string signer;              ///< Id of the evidence key.
  std::string subject;             ///< Name and digest of what was assessed.
  std::uint64_t ledger_size = 0;
  Digest ledger_root;
  std::int64_t files = 0;  ///< Files covered.
  bool keys_from_run = false;
  bool audit = false;  ///< The folder is a signed re-run, not a run.
};

/// The folder of a run, or of a re-run that an auditor signed.
/// Errors: kVerificationFailed for the first thing that is false, kCorrupt for the first that cannot be read,
/// with the file; kNotFound when the folder holds no finished run.
Result<Verification> VerifyRun(const RunFolder& folder, const VerifyOptions& options);

/// Signing the re-run (reproduction.h).
struct AuditorOptions {
  KeyFiles keys;              ///< Other keys than the run's; made on first use.
  std::filesystem::path out;  ///< Folder of the signed re-run; new or empty.
};

struct RerunOptions {
  std::optional<std::filesystem::path>
      plan;  ///< The plan in its place; absent: looked for beside the run and here.
  int workers = 1;
  double tolerance = 0.01;  ///< Largest difference of a metric when the engine is another build or machine.
  Progress* progress = &SilentProgress();
  std::optional<AuditorOptions> auditor;  ///< Given: the outcome is signed, whatever it is.
};

struct RerunDifference {
  std::string check;
  std::string
      what;  ///< "metric robust_accuracy: 0.4120 then, 0.4130 now", "result differs in its bytes", ...
};

struct Rerun {
  bool same_engine = false;  ///< Then results must be identical byte for byte.
  int checks = 0;
  double tolerance = 0;                      ///< That was applied if the engine is another.
  std::vector<RerunDifference> differences;  ///< Beyond what is allowed; empty: reproduced.
};

/// Runs the plan again in a temporary folder, compares, and signs the outcome if an auditor asks. Errors:
/// reading the run or the inputs; an input that is not the assessed one is kVerificationFailed.
Result<Rerun> RerunAndCompare(const RunFolder& folder, const RerunOptions& options);

}  // namespace cupel::application::assess
