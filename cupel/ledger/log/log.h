// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes the ledger: an append-only log in plain files, which any web server can hand out and any stranger
/// can check.
///
///     <folder>/checkpoint                the signed checkpoint: origin, size, root (C2SP tlog-checkpoint)
///     <folder>/tile/<L>/<N>[.p/<W>]      hashes (C2SP tlog-tiles, ledger/merkle/tile.h)
///     <folder>/tile/entries/<N>[.p/<W>]  leaves
///
/// Promises: an append that has returned its index survives a power cut; a process that is killed, a full
/// disk or a power cut at any moment leaves the log as it was before the append or after it, which the next
/// writer completes (checkpoint_file.h); a checkpoint that anybody saw is never taken back; a tile once
/// covered by a checkpoint is never changed (partial tiles are removed when the full one is there). Any
/// number of processes may append: each append holds the folder's lock and continues what the others wrote.
/// Does not promise: that nobody deletes or rolls back the whole folder (keep checkpoints elsewhere and
/// compare: monitor.h); nor that an append is not made twice by a caller who repeats one that failed in the
/// last moment. Cost: opening reads at most 10 files; an append of k leaves writes O(k / 256 + log n) files
/// and waits for the disk about three times, so batches are worth it. Memory: one bundle of entries and 64
/// KiB of hashes.
///
///     CUPEL_TRY(Log log, Log::Create(folder, std::move(key), "example.com/ledger"));
///     CUPEL_TRY(const std::uint64_t index, log.Append(leaf.ToBody()));
///     CUPEL_TRY(const Receipt receipt, log.Prove(index));

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/log_key.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/log/leftovers.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/log/verify.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::ledger::log {

struct LogOptions {
  std::int64_t lock_timeout_ms = 30'000;  ///< How long to wait for other writers; negative: for ever.
  bool exclusive = false;                 ///< Keep others out until this Log is destroyed.
  FileOperations* files = nullptr;        ///< For tests; outlives the Log. The operating system's by default.
};

class Log {
 public:
  /// A new empty log. origin: a URL without its scheme, the log's name for ever.
  /// Errors: kInvalidArgument when the folder holds a log already, or for an origin that cannot name a key.
  static Result<Log> Create(const std::filesystem::path& folder, crypto::LogKey key,
                            const std::string& origin, const LogOptions& options = {});

  /// Continues a log, after its checkpoint and its right edge were verified, and what an interrupted append
  /// left was completed or removed. Errors: as LogReader::Open; kResourceLimit when others do not let go of
  /// the lock.
  static Result<Log> Open(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin,
                          const LogOptions& options = {});

  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  /// Adds a leaf and publishes a new checkpoint; returns the leaf's index. When it fails the log is as
  /// before. Errors: kInvalidArgument over 65,535 bytes; kResourceLimit (disk full, lock);
  /// kVerificationFailed when the log is not a continuation of what this object knew.
  Result<std::uint64_t> Append(BytesView leaf);
  /// Adds several, side by side and under one checkpoint; returns the index of the first. Errors: as above,
  /// and kInvalidArgument for more than kMaxBatch.
  Result<std::uint64_t> Append(std::span<const Bytes> leaves);

  /// As of the last Open or Append of this object.
  std::uint64_t size() const;
  const std::string& Note() const;
  const merkle::NoteVerifier& Verifier() const;

  /// Under the checkpoint Note(). For many receipts use LogReader. Errors: as LogReader::Prove.
  Result<Receipt> Prove(std::uint64_t index) const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The origin that the checkpoint in `folder` names, not verified: to say which log a key is expected to
/// open. Errors: kNotFound, kCorrupt.
Result<std::string> OriginOf(const std::filesystem::path& folder);

}  // namespace cupel::ledger::log
