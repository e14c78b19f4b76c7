// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a log without reading all of it: the signed checkpoint, the right edge, and the tiles that a
/// question takes.
///
/// Promises: every hash is proven against the checkpoint's root before it is used, as Go's sumdb/tlog does:
/// the hashes of the edge give the root, and every full tile has the hash that the tile above it says. So
/// whatever the source hands out, an answer is true of the checkpoint or an error. Concurrent writers do no
/// harm: what a checkpoint covers stays. Does not promise: that files it was not asked about are right
/// (Verify looks at all), nor that the checkpoint is the newest. Cost: opening reads at most 9 files; a proof
/// at most one tile a level, log256(n) of them, 255 hashes each; of the last tiles that were read up to 4 MiB
/// are kept. Const methods may be called concurrently.
///
///     CUPEL_TRY(const LogReader log, LogReader::Open("ledger", verifier));
///     CUPEL_TRY(const Receipt receipt, log.Prove(1234567));
///     CUPEL_TRY(const auto proof, log.ProveConsistency(1000, log.size()));

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/log/tile_source.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/merkle/right_edge.h"

namespace cupel::ledger::log {

class LogReader {
 public:
  /// Errors: kNotFound, kCorrupt, and kVerificationFailed when the checkpoint is not signed by `verifier` or
  /// the tiles at the edge have another root.
  static Result<LogReader> Open(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier);
  static Result<LogReader> Open(std::shared_ptr<const TileSource> source,
                                const merkle::NoteVerifier& verifier);
  /// At a signed checkpoint other than the source's own, such as an earlier one.
  static Result<LogReader> OpenAt(std::shared_ptr<const TileSource> source, std::string note,
                                  const merkle::NoteVerifier& verifier);

  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) noexcept;
  ~LogReader();

  const merkle::Checkpoint& checkpoint() const;
  /// The signed checkpoint, as it was read.
  const std::string& Note() const;
  std::uint64_t size() const { return checkpoint().size; }
  const merkle::RightEdge& Edge() const;

  // Errors of all below: kInvalidArgument for what the log does not have; kNotFound, kCorrupt for a file that
  // is missing or unreadable; kVerificationFailed, naming the file, for one that is not what the checkpoint
  // says.

  Result<Receipt> Prove(std::uint64_t index) const;
  Result<merkle::ConsistencyProof> ProveConsistency(std::uint64_t old_size, std::uint64_t new_size) const;
  /// The root when the log had `size` leaves.
  Result<Digest> RootAt(std::uint64_t size) const;
  Result<Digest> LeafHashAt(std::uint64_t index) const;
  Result<Bytes> Entry(std::uint64_t index) const;

  /// Entries from .. to-1 in order; memory stays bounded. Stops at the first error.
  Status ForEachEntry(std::uint64_t from, std::uint64_t to,
                      const std::function<Status(std::uint64_t index, BytesView entry)>& visit) const;

  /// The newest leaf with this hash, or nothing. Cost: reads the hash tiles from the newest to the leaf.
  Result<std::optional<std::uint64_t>> Find(const Digest& leaf_hash) const;

 private:
  class State;
  explicit LogReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel::ledger::log
