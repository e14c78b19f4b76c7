// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Catches a log that shows different histories to different readers.
///
/// A log signs every checkpoint. Two of them that no tree can join are evidence against it that anybody can
/// check with the log's public key alone, when their sizes are equal, or with the larger log's leaves. One
/// reader alone cannot see a split view: he needs a second checkpoint, from somebody else, from his own past,
/// or from a witness.
///
/// Promises: `kFork` is a proof, never a suspicion: the log's key signed both, and every tile that was read
/// is that of its checkpoint. Does not promise: that logs that agree here agree elsewhere; nor that the
/// copies are whole (log/verify.h). Cost: some ten tiles, however large the logs are. Source:
/// https://c2sp.org/tlog-checkpoint ("A log MUST not sign any checkpoint which is inconsistent with any
/// checkpoint it previously signed")

#include <filesystem>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::witness {

enum class Relation {
  kSame,     ///< One tree.
  kExtends,  ///< The larger tree begins with the smaller one.
  kFork,     ///< No tree holds both: the log lied to somebody.
};

struct Comparison {
  Relation relation = Relation::kSame;
  merkle::Checkpoint smaller;
  merkle::Checkpoint larger;

  /// One line: "the log signed two trees of 20 leaves: 12ab... and 34cd...".
  std::string ToText() const;
};

/// Compares a log with a checkpoint of it that somebody else has: a witness, a receipt, a reader of last
/// year. Errors: those of log::LogReader; kCorrupt, kVerificationFailed for a note that `key` did not sign;
/// kInvalidArgument when it counts more leaves than the log has. (A fork is a value, not an error.)
Result<Comparison> Compare(const log::LogReader& log, std::string_view note, const merkle::NoteVerifier& key);

/// As above for the log in a folder. Errors: also kInvalidArgument when a newer copy is needed.
Result<Comparison> CompareWithCheckpoint(const std::filesystem::path& folder, std::string_view note,
                                         const merkle::NoteVerifier& key);

/// Compares the log in a folder with the log in another folder. Errors: those of log::LogReader::Open, with
/// the folder.
Result<Comparison> CompareFolders(const std::filesystem::path& folder, const std::filesystem::path& other,
                                  const merkle::NoteVerifier& key);

}  // namespace cupel::ledger::witness
