// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Catches a log that shows different histories to different readers.
///
/// A log signs every checkpoint. Two of them that no tree can join are evidence against it that anybody can
/// check with the log's public key alone, when their sizes are equal, or with the larger log's leaves. One
/// reader alone cannot see a split view: he needs a second checkpoint, from somebody else, from his own past,
/// or from a witness.
///
/// Promises: `kFork` is a proof, never a suspicion: the log's key signed both. Does not promise: that logs
/// that agree here agree elsewhere. Source: https://c2sp.org/tlog-checkpoint ("A log MUST not sign any
/// checkpoint which is inconsistent with any checkpoint it previously signed")

#include <filesystem>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/tree.h"

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

/// Compares two signed checkpoints of one log. `larger_tree` is the tree of the one with more leaves; it is
/// not looked at when they are of one size. Errors: kCorrupt; kVerificationFailed: a checkpoint that the log
/// did not sign, or a tree that is not that of the larger one. (A fork is a value, not an error.)
Result<Comparison> Compare(std::string_view note, std::string_view other, const merkle::NoteVerifier& log,
                           const merkle::Tree& larger_tree);

/// Compares the log in a folder with the log in another folder; both are verified in full first.
/// Errors: those of ledger::log::Verify, with the folder.
Result<Comparison> CompareFolders(const std::filesystem::path& folder, const std::filesystem::path& other,
                                  const merkle::NoteVerifier& log);

/// Compares the log in a folder, which is verified in full first, with a checkpoint of it that somebody else
/// has: a witness, a receipt, a reader of last year. Errors: as above; kInvalidArgument when the checkpoint
/// counts more leaves than the folder has (a newer copy is needed).
Result<Comparison> CompareWithCheckpoint(const std::filesystem::path& folder, std::string_view note,
                                         const merkle::NoteVerifier& log);

}  // namespace cupel::ledger::witness
