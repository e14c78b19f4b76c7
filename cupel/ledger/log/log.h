// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ledger: an append-only log in plain files, which any web server can hand out and any stranger can
/// check.
///
///     <folder>/checkpoint                the signed checkpoint: origin, size, root (C2SP tlog-checkpoint)
///     <folder>/tile/<L>/<N>[.p/<W>]      hashes (C2SP tlog-tiles, ledger/merkle/tile.h)
///     <folder>/tile/entries/<N>[.p/<W>]  leaves
///
/// Promises: the checkpoint is replaced last and atomically, so a reader, a crash or a full disk meets the
/// old log or the new one; a tile once covered by a checkpoint is never changed (partial tiles are removed
/// when the full one is there); one writer at a time (the folder is locked); an interrupted append is undone
/// when the log is opened next. Does not promise: that nobody deletes or rolls back the whole folder: keep
/// checkpoints elsewhere, and compare. Cost: opening reads everything; appending k leaves writes O(k / 256 +
/// log n) files. Memory: the leaves and 64 bytes each.
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
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::log {

/// What a log says, after all of it was verified.
struct VerifiedLog {
  merkle::Checkpoint checkpoint;
  std::string note;  ///< The signed checkpoint, as it stands in the file.
  merkle::Tree tree;
  std::vector<Bytes> entries;

  /// Errors: kInvalidArgument when there is no such leaf.
  Result<Receipt> Prove(std::uint64_t index) const;
};

/// Reads the whole log and checks it: the checkpoint's signature and origin, every entry and every tile
/// against the root, and that nothing lies under tile/ that the checkpoint does not cover. Stops at the first
/// thing that is wrong and names it. Needs no key but the public one. Errors: kNotFound (no checkpoint, a
/// missing tile), kCorrupt (unreadable), kVerificationFailed (false).
Result<VerifiedLog> Verify(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier);

class Log {
 public:
  /// A new empty log. origin: a URL without its scheme, the log's name for ever.
  /// Errors: kInvalidArgument when the folder holds a log already, or for an origin that cannot name a key.
  static Result<Log> Create(const std::filesystem::path& folder, crypto::LogKey key,
                            const std::string& origin);

  /// Continues a log; verifies it first. Errors: as Verify, and kResourceLimit when another process has it
  /// open.
  static Result<Log> Open(const std::filesystem::path& folder, crypto::LogKey key, const std::string& origin);

  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  /// Adds a leaf and publishes a new checkpoint; returns the leaf's index. When it fails the log is as
  /// before. Errors: kInvalidArgument over 65,535 bytes; those of WriteFileAtomic.
  Result<std::uint64_t> Append(BytesView leaf);
  /// Adds several under one checkpoint; returns the index of the first. Cheaper than one by one.
  Result<std::uint64_t> Append(std::span<const Bytes> leaves);

  std::uint64_t size() const;
  /// The signed checkpoint of now.
  const std::string& Note() const;
  const merkle::NoteVerifier& Verifier() const;

  /// Under the checkpoint of now. Errors: kInvalidArgument when there is no such leaf.
  Result<Receipt> Prove(std::uint64_t index) const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel::ledger::log
