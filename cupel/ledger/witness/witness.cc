// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cupel/crypto/hash.h"

namespace cupel::ledger::witness {

Result<std::unique_ptr<Witness>> Witness::Create(CosignatureKey key, std::vector<KnownLog> logs,
                                                 std::unique_ptr<Store> store, const Clock& clock) {
  std::set<std::string> origins;
  for (const KnownLog& log : logs) {
    if (log.keys.empty() || !origins.insert(log.origin).second) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("log {} must be given once, with its keys", log.origin));
    }
  }
  return std::unique_ptr<Witness>(new Witness(std::move(key), std::move(logs), std::move(store), clock));
}

Answer Witness::Add(std::string_view body) {
  const auto request = AddCheckpoint::Parse(body);
  if (!request) return Refusal(400, request.error().message);
  // From looking at what was seen until the new note is kept, nobody else may decide (the race that the
  // specification describes).
  const std::lock_guard lock(mutex_);
  return AddLocked(*request);
}

Answer Witness::AddLocked(const AddCheckpoint& request) {
  const Digest hash = crypto::Sha256(AsBytes(request.Origin()));
  const auto log =
      std::ranges::find_if(logs_, [&](const KnownLog& known) { return known.origin == request.Origin(); });
  std::optional<Seen> seen;
  if (log != logs_.end()) {
    auto loaded = LoadSeen(hash);
    if (!loaded) return Refusal(500, "the witness's own record of this log is damaged");
    seen = *std::move(loaded);
  }
  Decision decision = Decide(request, log == logs_.end() ? nullptr : &*log, seen, key_, clock_.UnixSeconds());
  if (decision.keep && !store_->Save(hash, *decision.keep)) {
    return Refusal(500, "the witness cannot keep the checkpoint");
  }
  // The refusal stands whether or not the evidence could be kept.
  if (decision.conflict) (void)store_->SaveConflict(hash, *decision.conflict);
  return decision.answer;
}

Answer Witness::Latest(std::string_view origin_sha256_hex) const {
  const auto hash = Digest::FromHex(origin_sha256_hex);
  if (!hash || hash->Hex() != origin_sha256_hex) return Refusal(404, "no such log");
  const std::lock_guard lock(mutex_);
  auto seen = LoadSeen(*hash);
  if (!seen) return Refusal(500, "the witness's own record of this log is damaged");
  if (!*seen) return Refusal(404, "never cosigned a checkpoint of this log");
  return {200, std::string(kTextType), (*seen)->note};
}

Result<std::optional<Seen>> Witness::LoadSeen(const Digest& origin_hash) const {
  CUPEL_TRY(const std::optional<std::string> note, store_->Load(origin_hash));
  if (!note) return std::optional<Seen>();
  CUPEL_TRY(Seen seen, Seen::Parse(*note, key_.Verifier()));
  if (crypto::Sha256(AsBytes(seen.checkpoint.origin)) != origin_hash) {
    return Fail(ErrorCode::kVerificationFailed, "the record is of another log");
  }
  return std::optional(std::move(seen));
}

}  // namespace cupel::ledger::witness
