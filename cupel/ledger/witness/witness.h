// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A witness at work: decisions (decide.h) over a store (store.h), one after the other.
///
///     CUPEL_TRY(auto store, FileStore::Open(folder, key.Verifier()));
///     CUPEL_TRY(Witness witness, Witness::Create(std::move(key), std::move(logs), std::move(store),
///     SystemClock())); const Answer answer = witness.Add(body);           // POST <prefix>/add-checkpoint
///     const Answer latest = witness.Latest(sha256_hex);  // GET <prefix>/<sha256 of origin>/checkpoint
///
/// Promises: what was answered with 200 is in the store before `Add` returns; when the store fails, the
/// answer is 500 and holds no signature; a kept note that is unreadable or not its own stops the witness for
/// that log (500) instead of starting it anew. Safe from any thread.

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "cupel/base/clock.h"
#include "cupel/base/error.h"
#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"
#include "cupel/ledger/witness/decide.h"
#include "cupel/ledger/witness/store.h"

namespace cupel::ledger::witness {

class Witness {
 public:
  /// `clock` must outlive the witness. Errors: kInvalidArgument when an origin is there twice, or has no key.
  static Result<std::unique_ptr<Witness>> Create(CosignatureKey key, std::vector<KnownLog> logs,
                                                 std::unique_ptr<Store> store, const Clock& clock);

  /// Answers to the body of `add-checkpoint`.
  Answer Add(std::string_view body);

  /// The checkpoint cosigned last of the log whose origin has this SHA-256 (64 lower-case digits); else 404.
  Answer Latest(std::string_view origin_sha256_hex) const;

  const CosignatureVerifier& Verifier() const { return key_.Verifier(); }

 private:
  Witness(CosignatureKey key, std::vector<KnownLog> logs, std::unique_ptr<Store> store, const Clock& clock)
      : key_(std::move(key)), logs_(std::move(logs)), store_(std::move(store)), clock_(clock) {}

  Result<std::optional<Seen>> LoadSeen(const Digest& origin_hash) const;
  Answer AddLocked(const AddCheckpoint& request);

  const CosignatureKey key_;
  const std::vector<KnownLog> logs_;
  const std::unique_ptr<Store> store_;
  const Clock& clock_;
  mutable std::mutex mutex_;
};

}  // namespace cupel::ledger::witness
