// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A receipt: the offline proof that a leaf is in a log, as a `.tlog-proof` file.
///
///     c2sp.org/tlog-proof@v1
///     extra <base64>                 optional; nothing vouches for it
///     index 5
///     <base64 hash>                  inclusion path, from the leaf up
///     ...
///                                    an empty line
///     <signed checkpoint>            note.h, checkpoint.h
///
/// Promises: with the leaf and the log's key it can be verified by anybody, without the log and without a
/// network. Does not promise: that the log has not grown since, nor that a revocation did not follow. Source:
/// https://c2sp.org/tlog-proof

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::log {

struct Receipt {
  Bytes extra;  ///< Empty for none.
  std::uint64_t index = 0;
  std::vector<Digest> path;
  std::string checkpoint;  ///< A signed note.

  std::string ToText() const;
  /// Errors: kCorrupt with what is wrong. The checkpoint is kept as it is and read when it is verified.
  static Result<Receipt> Parse(std::string_view text);

  /// That `leaf` is in the log at `index`. Returns the checkpoint it was proven under.
  /// Errors: kVerificationFailed, kCorrupt (an unreadable checkpoint).
  Result<merkle::Checkpoint> Verify(BytesView leaf, const merkle::NoteVerifier& log) const;

  bool operator==(const Receipt&) const = default;
};

/// The receipt as a bundle carries it. Errors: kCorrupt when the receipt's checkpoint cannot be read.
Result<evidence::TlogEntry> ToTlogEntry(const Receipt& receipt, BytesView leaf,
                                        const merkle::NoteVerifier& log);

/// That the bundle's envelope is in `log`, by the bundle's own tlog entry; returns its index.
/// Errors: kVerificationFailed: no entry, of another log, for another envelope, or a false proof; kCorrupt.
Result<std::uint64_t> VerifyLogged(const evidence::Bundle& bundle, const merkle::NoteVerifier& log);

}  // namespace cupel::ledger::log
