// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Watching a log: is what it shows today a continuation of what it showed before?
///
/// Who keeps the last checkpoint that he saw catches what Verify cannot: a log put back to an earlier state,
/// and a log that shows one tree to some and another to others (a split view). Both checkpoints carry the
/// log's signature, so the two of them prove the fault to anybody.
///
/// Does not promise: anything about the first checkpoint that is seen, which is taken as it is.
///
///     CUPEL_TRY(const LogReader log, LogReader::Open("ledger", verifier));
///     CUPEL_TRY(const std::uint64_t known, CheckContinues(log, remembered_note, verifier));
///     CUPEL_TRY_STATUS(log.ForEachEntry(known, log.size(), ...));    // what is new

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cupel/base/error.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::log {

/// That `log` continues the checkpoint in `earlier`, a note that it signed; returns the size it had then.
/// Errors: kVerificationFailed, naming both checkpoints: the log went back, has two trees of one size, or
/// does not begin with the earlier tree; also when `earlier` is not signed by `verifier`. kCorrupt for an
/// unreadable note.
Result<std::uint64_t> CheckContinues(const LogReader& log, const std::string& earlier,
                                     const merkle::NoteVerifier& verifier);

/// The last checkpoint that was seen, in a file.
class MonitorState {
 public:
  explicit MonitorState(std::filesystem::path file) : file_(std::move(file)) {}

  /// Nothing when there is no file. Errors: those of reading.
  Result<std::optional<std::string>> Load() const;
  /// Atomic and on disk; makes the folder. Errors: those of writing.
  Status Save(const std::string& note) const;

  /// Compares with the saved note; returns the size at the last visit, nothing at the first. When the log
  /// does not continue what it was, its note is kept beside the saved one as <file>.conflict: the proof. Save
  /// the log's note once what is new has been read. Errors: as CheckContinues, Load; those of writing.
  Result<std::optional<std::uint64_t>> Compare(const LogReader& log,
                                               const merkle::NoteVerifier& verifier) const;

 private:
  std::filesystem::path ConflictFile() const { return file_.string() + ".conflict"; }
  std::filesystem::path file_;
};

}  // namespace cupel::ledger::log
