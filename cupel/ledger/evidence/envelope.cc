// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/envelope.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::evidence {

Bytes PreAuthenticationEncoding(std::string_view payload_type, BytesView payload) {
  const std::string head = fmt::format("DSSEv1 {} {} {} ", payload_type.size(), payload_type, payload.size());
  Bytes encoded(head.begin(), head.end());
  encoded.insert(encoded.end(), payload.begin(), payload.end());
  return encoded;
}

Result<Envelope> Envelope::Parse(std::string_view json) {
  CUPEL_TRY(const Json parsed, Json::Parse(json));
  return FromJson(parsed);
}

Result<Envelope> Envelope::FromJson(const Json& json) {
  Envelope envelope;
  CUPEL_TRY(envelope.payload, BytesField(json, "payload"));
  CUPEL_TRY(envelope.payload_type, TextField(json, "payloadType"));
  CUPEL_TRY(const Json* signatures, ArrayField(json, "signatures"));
  for (std::size_t i = 0; i < signatures->AsArray().size(); ++i) {
    const Json& item = signatures->AsArray()[i];
    const std::string place = fmt::format("signatures[{}]", i);
    EnvelopeSignature signature;
    auto key_id = OptionalTextField(item, "keyid");
    if (!key_id) return FailAt(place, std::move(key_id).error());
    auto bytes = BytesField(item, "sig");
    if (!bytes) return FailAt(place, std::move(bytes).error());
    envelope.signatures.push_back({*std::move(key_id), {*std::move(bytes)}});
  }
  if (envelope.signatures.empty()) return Fail(ErrorCode::kCorrupt, "an envelope must have a signature");
  return envelope;
}

Json Envelope::ToJson() const {
  Json json;
  json["payload"] = ToBase64(payload);
  json["payloadType"] = payload_type;
  for (const EnvelopeSignature& signature : signatures) {
    Json item;
    if (!signature.key_id.empty()) item["keyid"] = signature.key_id;
    item["sig"] = ToBase64(signature.signature.der);
    json["signatures"].Append(std::move(item));
  }
  return json;
}

std::string Envelope::ToText() const { return ToJson().Canonical() + "\n"; }

Result<std::vector<crypto::PublicKey>> Envelope::Verify(std::span<const crypto::PublicKey> trusted,
                                                        std::size_t threshold) const {
  CUPEL_CHECK(threshold > 0);
  const Bytes signed_bytes = PreAuthenticationEncoding(payload_type, payload);
  std::vector<crypto::PublicKey> signers;
  for (const crypto::PublicKey& key : trusted) {
    const bool has_signed =
        std::any_of(signatures.begin(), signatures.end(), [&](const EnvelopeSignature& candidate) {
          return key.Verify(signed_bytes, candidate.signature).has_value();
        });
    if (has_signed && std::find(signers.begin(), signers.end(), key) == signers.end()) signers.push_back(key);
  }
  if (signers.size() < threshold) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("signed by {} of the {} trusted keys, expected at least {}", signers.size(),
                            trusted.size(), threshold),
                "", "check that the file is unchanged and that its signer's key is trusted");
  }
  return signers;
}

Envelope SignEnvelope(std::string_view payload_type, Bytes payload, const crypto::SigningKey& key) {
  const crypto::Signature signature = key.Sign(PreAuthenticationEncoding(payload_type, payload));
  return Envelope{std::string(payload_type), std::move(payload), {{key.Public().Id(), signature}}};
}

}  // namespace cupel::ledger::evidence
