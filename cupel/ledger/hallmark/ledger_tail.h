// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The end of a ledger, from some leaf on: enough to see every leaf since, and to know that none is missing.
///
///     leaves 0 ............. start ................. size
///            \_ left hashes _/ \_ the leaves themselves _/
///
/// The leaves are hashed and joined with the hashes of the complete subtrees on their left; what comes out
/// must be the root that a checkpoint signs. Whoever holds the checkpoint can be shown neither another leaf
/// nor one leaf less. The same hashes give the root of every earlier size from `start` on, which is the
/// consistency proof with an earlier checkpoint.
///
/// Promises: cost grows with the leaves from `start` on, not with the ledger; nothing in it is believed
/// before a root is compared. Does not promise: that the checkpoint is genuine or new (the witness policy and
/// admission.h say so). Source of the hashing: RFC 6962 section 2.1; of the files: C2SP tlog-tiles.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"

namespace cupel::ledger::hallmark {

struct LedgerTail {
  std::uint64_t start = 0;
  std::vector<Digest>
      left;  ///< Of the complete subtrees over 0 .. start-1, from the largest: one for each bit of start.
  std::vector<Bytes> leaves;  ///< start, start + 1, ...

  std::uint64_t size() const { return start + leaves.size(); }

  /// The roots of the ledger's first `sizes[0]`, `sizes[1]`, ... leaves, in that order; each leaf is hashed
  /// once. Errors: kInvalidArgument unless start <= size <= size() for each; kVerificationFailed when `left`
  /// has another number of hashes than `start` needs.
  Result<std::vector<Digest>> RootsAt(const std::vector<std::uint64_t>& sizes) const;
};

/// Reads the tail from a ledger's folder of `size` leaves, with `from` as its start. Of a tile that holds
/// older leaves as well only the later ones are kept.
/// Errors: kNotFound, kPermission for a file; kCorrupt for one of another length; kInvalidArgument unless
/// from <= size.
Result<LedgerTail> ReadLedgerTail(const std::filesystem::path& folder, std::uint64_t size,
                                  std::uint64_t from);

}  // namespace cupel::ledger::hallmark
