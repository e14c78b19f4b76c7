// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/revocation.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/nearest.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/log/leaf.h"

namespace cupel::ledger::hallmark {

using evidence::kStatementPayloadType;

Result<Bytes> RevocationPayload(const Digest& hallmark, std::string_view reason) {
  if (std::find(kRevocationReasons.begin(), kRevocationReasons.end(), reason) == kRevocationReasons.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown reason \"{}\"", reason), "",
                NearestRemedy(
                    reason, std::vector<std::string>(kRevocationReasons.begin(), kRevocationReasons.end())));
  }
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256("hallmark", hallmark)};
  statement.predicate_type = kRevocationPredicate;
  statement.predicate["reason"] = reason;
  return statement.ToPayload();
}

Result<evidence::Bundle> Revoke(const Digest& hallmark, std::string_view reason,
                                const crypto::SigningKey& key) {
  CUPEL_TRY(Bytes payload, RevocationPayload(hallmark, reason));
  return evidence::Bundle::Of(evidence::SignEnvelope(kStatementPayloadType, std::move(payload), key));
}

RevocationIndex::RevocationIndex(const Digest& hallmark) {
  for (const std::string_view reason : kRevocationReasons) {
    const auto payload = RevocationPayload(hallmark, reason);
    CUPEL_CHECK(payload.has_value());  // the reasons are those of the list
    candidates_.push_back({std::string(reason), ToBase64(crypto::Sha256(*payload).bytes),
                           evidence::PreAuthenticationEncoding(kStatementPayloadType, *payload)});
  }
}

std::optional<std::string> RevocationIndex::Match(BytesView leaf,
                                                  std::span<const crypto::PublicKey> hallmark_keys) const {
  const std::string_view claimed = log::ClaimedPayload(leaf);
  if (claimed.empty()) return std::nullopt;
  for (const Candidate& candidate : candidates_) {
    // A leaf has one form, with its digest in one place; only one of ours there is worth parsing.
    if (claimed != candidate.digest_base64) continue;
    const auto parsed = log::Leaf::Parse(leaf);
    if (!parsed || ToBase64(parsed->payload.bytes) != candidate.digest_base64) continue;
    const bool is_signed = std::any_of(hallmark_keys.begin(), hallmark_keys.end(), [&](const auto& key) {
      return key.Verify(candidate.signed_bytes, parsed->signature).has_value();
    });
    if (is_signed) return candidate.reason;
  }
  return std::nullopt;
}

}  // namespace cupel::ledger::hallmark
