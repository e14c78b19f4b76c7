// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/rekor_entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::identity {
namespace {

using evidence::ArrayField;
using evidence::BytesField;
using evidence::ExpectTextField;
using evidence::ObjectField;
using evidence::OnlyMembers;
using evidence::TextField;

tl::unexpected<Error> False(std::string message) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message));
}

Result<Digest> HashIn(const Json& spec, std::string_view member) {
  CUPEL_TRY(const Json* hash, ObjectField(spec, member));
  CUPEL_TRY_STATUS(OnlyMembers(*hash, {"algorithm", "value"}));
  CUPEL_TRY_STATUS(ExpectTextField(*hash, "algorithm", "sha256"));
  CUPEL_TRY(const std::string value, TextField(*hash, "value"));
  return Digest::FromHex(value);
}

/// The entry is about this payload, this signature and this certificate.
Status CheckBody(const RekorEntry& entry, const ModelBundle& bundle) {
  CUPEL_TRY(const Json body, Json::Parse(AsText(entry.body)));
  CUPEL_TRY_STATUS(OnlyMembers(body, {"apiVersion", "kind", "spec"}));
  CUPEL_TRY_STATUS(ExpectTextField(body, "apiVersion", entry.version));
  CUPEL_TRY_STATUS(ExpectTextField(body, "kind", entry.kind));
  CUPEL_TRY(const Json* spec, ObjectField(body, "spec"));
  CUPEL_TRY_STATUS(OnlyMembers(*spec, {"envelopeHash", "payloadHash", "signatures"}));
  CUPEL_TRY([[maybe_unused]] const Digest envelope_hash, HashIn(*spec, "envelopeHash"));
  CUPEL_TRY(const Digest payload_hash, HashIn(*spec, "payloadHash"));
  const evidence::Envelope& envelope = bundle.bundle.envelope;
  if (payload_hash != crypto::Sha256(envelope.payload))
    return False("the log's entry is about another payload");
  CUPEL_TRY(const Json* signatures, ArrayField(*spec, "signatures"));
  if (signatures->AsArray().size() != 1) return False("the log's entry must have exactly one signature");
  const Json& signature = signatures->AsArray()[0];
  CUPEL_TRY_STATUS(OnlyMembers(signature, {"signature", "verifier"}));
  CUPEL_TRY(const Bytes der, BytesField(signature, "signature"));
  if (der != envelope.signatures[0].signature.der) return False("the log's entry is about another signature");
  CUPEL_TRY(const Bytes pem, BytesField(signature, "verifier"));
  CUPEL_TRY(const auto certificates, crypto::Certificate::ListFromPem(AsText(pem)));
  if (certificates != bundle.certificates) return False("the log's entry is about another certificate");
  return {};
}

/// The log promised, with its key, to have this body at this index since this time.
Status CheckPromise(const RekorEntry& entry, const crypto::TransparencyLogKey& log) {
  if (entry.promise.empty()) return False("the log's entry has no promise, so its time is nobody's word");
  Json json;
  json["body"] = ToBase64(entry.body);
  json["integratedTime"] = entry.integrated_time;
  json["logID"] = ToHex(entry.log_id);
  json["logIndex"] = static_cast<std::int64_t>(entry.log_index);
  if (!log.key.Verify(AsBytes(json.Canonical()), {entry.promise})) {
    return False("the log's promise is not signed with its key");
  }
  if (entry.integrated_time < log.valid_from || entry.integrated_time > log.valid_until) {
    return False(fmt::format("the log's key was not in use at {}", FormatUtc(entry.integrated_time)));
  }
  return {};
}

/// The checkpoint is signed with the log's key and names the root and the size of the proof.
Status CheckCheckpoint(const RekorEntry& entry, const crypto::TransparencyLogKey& log) {
  CUPEL_TRY(const merkle::SignedNote note, merkle::SignedNote::Parse(entry.checkpoint));
  std::uint32_t key_id = 0;
  for (std::size_t i = 0; i < 4; ++i) key_id = key_id << 8 | log.id[i];
  const bool is_signed = std::any_of(
      note.signatures.begin(), note.signatures.end(), [&](const merkle::NoteSignature& candidate) {
        return candidate.key_id == key_id && log.key.Verify(AsBytes(note.text), {candidate.signature});
      });
  if (!is_signed) return False("the log's checkpoint is not signed with its key");
  CUPEL_TRY(const merkle::Checkpoint checkpoint, merkle::Checkpoint::Parse(note.text));
  if (checkpoint.size != entry.tree_size || checkpoint.root != entry.root) {
    return False("the log's checkpoint is of another tree than the proof");
  }
  return {};
}

}  // namespace

Result<std::int64_t> VerifyRekorEntry(const RekorEntry& entry, const ModelBundle& bundle,
                                      std::span<const crypto::TransparencyLogKey> logs) {
  if (entry.kind != "dsse" || entry.version != "0.0.1") {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("log entries must be of kind dsse 0.0.1, got {} {}", entry.kind, entry.version));
  }
  const auto log = std::find_if(logs.begin(), logs.end(), [&](const crypto::TransparencyLogKey& candidate) {
    return candidate.id == entry.log_id;
  });
  if (log == logs.end()) return False("the entry is of a log that the trusted root does not name");
  CUPEL_TRY_STATUS(CheckBody(entry, bundle));
  const merkle::InclusionProof proof{entry.leaf_index, entry.tree_size, entry.path};
  CUPEL_TRY_STATUS(VerifyInclusion(merkle::LeafHash(entry.body), proof, entry.root));
  CUPEL_TRY_STATUS(CheckCheckpoint(entry, *log));
  CUPEL_TRY_STATUS(CheckPromise(entry, *log));
  return entry.integrated_time;
}

}  // namespace cupel::ledger::identity
