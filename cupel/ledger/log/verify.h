// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks all of a log: the checkpoint's signature and origin, every entry and every tile against the root,
/// and that nothing lies under tile/ that the checkpoint does not cover.
///
/// Promises: stops at the first thing that is wrong and names it, entries before tiles before files that do
/// not belong; needs no key but the public one; writers may append meanwhile (what is verified is the log at
/// the checkpoint that was read first). Does not promise: that the checkpoint is the newest. Errors:
/// kNotFound (no checkpoint, a missing tile), kCorrupt (unreadable), kVerificationFailed (false);
/// kResourceLimit when an append lasts so long that its tiles cannot be told from leftovers.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::log {

/// A checkpoint and the signed text it stands in.
struct SignedCheckpoint {
  merkle::Checkpoint checkpoint;
  std::string note;
};

/// Called for every entry in order, before it is known to be true: the result of VerifyStreaming says that.
using EntryVisitor = std::function<Status(std::uint64_t index, BytesView entry)>;

/// Memory: a few tiles, and the names of partial tiles. Cost: two hashes an entry.
Result<SignedCheckpoint> VerifyStreaming(const std::filesystem::path& folder,
                                         const merkle::NoteVerifier& verifier,
                                         const EntryVisitor& visit = {});

/// What a log says, after all of it was verified.
struct VerifiedLog {
  merkle::Checkpoint checkpoint;
  std::string note;  ///< The signed checkpoint, as it stands in the file.
  merkle::Tree tree;
  std::vector<Bytes> entries;

  /// Errors: kInvalidArgument when there is no such leaf.
  Result<Receipt> Prove(std::uint64_t index) const;
};

/// As VerifyStreaming, for logs that fit into memory.
Result<VerifiedLog> Verify(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier);

}  // namespace cupel::ledger::log
