// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A log's side: asks witnesses to cosign its checkpoint, and keeps their lines under it.
///
/// Promises: a line is added only after it was verified with the witness's key; an answer of another key is
/// ignored; the checkpoint's text never changes, and a checkpoint that an append replaced meanwhile is left
/// alone; appends and cosigners wait for each other (the log's FolderLock), and not while witnesses are
/// asked. Does not promise: a quorum; ask a policy (policy.h) about the note that comes out; nor that the
/// log's entries are whole (log/verify.h): it reads the tiles that the proofs take, each checked against the
/// checkpoint. An append writes a new checkpoint, without cosignatures. Cost: some ten tiles a witness,
/// however large the log is. Source: https://c2sp.org/tlog-witness

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"

namespace cupel::ledger::witness {

/// Carries a body to a witness's `add-checkpoint`; an answer of any status is a value, no answer is an error.
using Post = std::function<Result<Answer>(const std::string& body)>;
/// The log's proof that its first `old_size` leaves are unchanged in the checkpoint that is to be cosigned.
using ProveFrom = std::function<Result<merkle::ConsistencyProof>(std::uint64_t old_size)>;

/// One witness's cosignature of `note`. Begins with old size 0 and goes on from what the witness tells (409),
/// a few times if it moves on meanwhile. Errors: kVerificationFailed: the witness has seen a larger or
/// another log, or answered with a false line; kPermission: it does not know the log or its key; kCorrupt: an
/// answer that is none; those of `prove` and `post`.
Result<merkle::NoteSignature> AskWitness(const merkle::SignedNote& note, const ProveFrom& prove,
                                         const CosignatureVerifier& witness, const Post& post);

/// The note with `lines` added; each replaces the older lines of the same name and key id.
merkle::SignedNote WithCosignatures(merkle::SignedNote note, std::span<const merkle::NoteSignature> lines);

struct Cosigner {
  CosignatureVerifier key;
  Post post;
};

/// What came of asking one witness.
struct Outcome {
  std::string witness;               ///< The name of its key.
  std::optional<std::int64_t> time;  ///< Of its cosignature.
  std::optional<Error> error;
};

struct Cosigned {
  std::string note;  ///< As it stands in the file now.
  std::vector<Outcome> outcomes;
};

struct CosignOptions {
  std::int64_t lock_timeout_ms = 30'000;  ///< How long to wait for writers of the log; negative: for ever.
  log::FileOperations* files = nullptr;   ///< For tests. The operating system's by default.
};

/// Finishes what an interrupted append left, asks each witness for its cosignature and writes what they gave
/// under the checkpoint; when it returns, they are on disk. A witness that refuses is an outcome, not an
/// error. Errors: those of log::LogReader and log::FinishPublication; kResourceLimit when writers do not let
/// go of the log, or it grew meanwhile (ask again).
Result<Cosigned> CosignLog(const std::filesystem::path& folder, const merkle::NoteVerifier& log,
                           std::span<const Cosigner> witnesses, const CosignOptions& options = {});

}  // namespace cupel::ledger::witness
