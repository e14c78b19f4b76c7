// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A witness's judgement, as a pure function: what it answers to a request, given what it has seen, and what
/// it must keep before it answers.
///
/// Promises: among all checkpoints of one log that it ever has cosigned, any two are consistent, as long as
/// every `Decision::keep` was stored before its answer was sent, and the next decision saw it; times never go
/// back. Does not promise: that a log is honest to others; that takes the same checkpoint in front of several
/// witnesses (policy.h). Source: https://c2sp.org/tlog-witness

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"

namespace cupel::ledger::witness {

/// A log that the witness follows. Usually the origin is the name of its one key.
struct KnownLog {
  std::string origin;
  std::vector<merkle::NoteVerifier> keys;  ///< Any may sign; a false line of any rejects the checkpoint.
};

/// What the witness cosigned last of a log.
struct Seen {
  merkle::Checkpoint checkpoint;
  std::int64_t time = 0;  ///< Of its cosignature.
  std::string note;       ///< The checkpoint with the log's lines and the witness's.

  /// From the note as it was kept. Errors: kCorrupt; kVerificationFailed unless `witness` cosigned it.
  static Result<Seen> Parse(std::string_view note, const CosignatureVerifier& witness);
};

struct Decision {
  Answer answer;
  /// A note to keep, durably, before the answer is sent: what was seen from now on (200 only).
  std::optional<std::string> keep;
  /// The log signed another tree of the size seen: its note, which is evidence against it (422 only).
  std::optional<std::string> conflict;
};

/// Precondition: `log`, when there is one, is that of the request's origin, and `seen` what was kept of it.
Decision Decide(const AddCheckpoint& request, const KnownLog* log, const std::optional<Seen>& seen,
                const CosignatureKey& key, std::int64_t now);

/// An answer without a body of its own: the reason as one line of text.
Answer Refusal(int status, std::string_view reason);

}  // namespace cupel::ledger::witness
