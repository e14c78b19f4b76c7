// SPDX-License-Identifier: Apache-2.0
#pragma once

/// C2SP checkpoints: what a log commits to at one moment, as the text of a signed note (note.h).
///
///     example.com/ledger                               origin: which log
///     20                                               leaves, decimal
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=     root, base64
///
/// Promises: one form for one value. Lines after the third (extensions) are kept.
/// Does not promise: freshness; an old checkpoint stays true of its size for ever.
/// Source: https://c2sp.org/tlog-checkpoint (v1.0).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::merkle {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  std::vector<std::string> extensions;

  /// Errors: kCorrupt with the line.
  static Result<Checkpoint> Parse(std::string_view text);
  std::string ToText() const;

  bool operator==(const Checkpoint&) const = default;
};

/// Parses the note, verifies the log's signature and only then reads the checkpoint, whose origin must be the
/// verifier's name. Errors: kCorrupt when unreadable, kVerificationFailed when false.
Result<Checkpoint> OpenCheckpoint(std::string_view note, const NoteVerifier& verifier);

/// Decimal digits without sign, spaces or leading zeros; at most 2^63 - 1. Errors: kCorrupt, naming `what`.
Result<std::uint64_t> ParseDecimal(std::string_view text, std::string_view what);

}  // namespace cupel::ledger::merkle
