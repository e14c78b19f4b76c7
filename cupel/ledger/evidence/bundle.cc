// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/bundle.h"

#include <fmt/format.h>

#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::evidence {
namespace {

Json EntryToJson(const TlogEntry& entry) {
  Json json;
  json["logIndex"] = fmt::format("{}", entry.log_index);
  json["logId"]["keyId"] = ToBase64(entry.log_id);
  json["kindVersion"]["kind"] = entry.kind;
  json["kindVersion"]["version"] = entry.version;
  // Time comes from elsewhere; Rekor v2 writes 0 as well.
  json["integratedTime"] = "0";
  Json& proof = json["inclusionProof"];
  proof["logIndex"] = fmt::format("{}", entry.log_index);
  proof["rootHash"] = ToBase64(entry.root.bytes);
  proof["treeSize"] = fmt::format("{}", entry.tree_size);
  proof["hashes"] = Json::Array{};
  for (const Digest& hash : entry.path) proof["hashes"].Append(ToBase64(hash.bytes));
  proof["checkpoint"]["envelope"] = entry.checkpoint;
  json["canonicalizedBody"] = ToBase64(entry.body);
  return json;
}

Status ReadInclusionProof(const Json& proof, TlogEntry& entry) {
  CUPEL_TRY_STATUS(OnlyMembers(proof, {"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
  CUPEL_TRY(const std::uint64_t index, DecimalField(proof, "logIndex"));
  if (index != entry.log_index)
    return Fail(ErrorCode::kCorrupt, "the entry gives two different values of \"logIndex\"");
  CUPEL_TRY(entry.root, DigestField(proof, "rootHash"));
  CUPEL_TRY(entry.tree_size, DecimalField(proof, "treeSize"));
  CUPEL_TRY(const Json* hashes, ArrayField(proof, "hashes"));
  for (const Json& hash : hashes->AsArray()) {
    if (!hash.IsString()) return Fail(ErrorCode::kCorrupt, "\"hashes\" must hold strings");
    CUPEL_TRY(const Bytes raw, FromBase64(hash.AsString()));
    CUPEL_TRY(const Digest digest, Digest::FromBytes(raw));
    entry.path.push_back(digest);
  }
  CUPEL_TRY(const Json* checkpoint, ObjectField(proof, "checkpoint"));
  CUPEL_TRY_STATUS(OnlyMembers(*checkpoint, {"envelope"}));
  CUPEL_TRY(entry.checkpoint, TextField(*checkpoint, "envelope"));
  return {};
}

Result<TlogEntry> EntryFromJson(const Json& json) {
  CUPEL_TRY_STATUS(OnlyMembers(json, {"logIndex", "logId", "kindVersion", "integratedTime",
                                      "inclusionPromise", "inclusionProof", "canonicalizedBody"}));
  TlogEntry entry;
  CUPEL_TRY(entry.log_index, DecimalField(json, "logIndex"));
  CUPEL_TRY(const Json* log_id, ObjectField(json, "logId"));
  CUPEL_TRY_STATUS(OnlyMembers(*log_id, {"keyId"}));
  CUPEL_TRY(entry.log_id, BytesField(*log_id, "keyId"));
  CUPEL_TRY(const Json* kind, ObjectField(json, "kindVersion"));
  CUPEL_TRY_STATUS(OnlyMembers(*kind, {"kind", "version"}));
  CUPEL_TRY(entry.kind, TextField(*kind, "kind"));
  CUPEL_TRY(entry.version, TextField(*kind, "version"));
  if (json.Find("integratedTime") != nullptr) {
    CUPEL_TRY(const std::uint64_t time, DecimalField(json, "integratedTime"));
    if (time != 0)
      return Fail(ErrorCode::kUnsupported, "\"integratedTime\" must be 0: no log signs it any more");
  }
  if (json.Find("inclusionPromise") != nullptr) {
    return Fail(ErrorCode::kUnsupported, "\"inclusionPromise\" is not supported, only an inclusion proof");
  }
  CUPEL_TRY(const Json* proof, ObjectField(json, "inclusionProof"));
  CUPEL_TRY_STATUS(ReadInclusionProof(*proof, entry));
  CUPEL_TRY(entry.body, BytesField(json, "canonicalizedBody"));
  return entry;
}

/// { "rfc3161Timestamps": [ { "signedTimestamp": "<base64>" } ] }
Status ReadTimestamps(const Json& data, Bundle& bundle) {
  CUPEL_TRY_STATUS(OnlyMembers(data, {"rfc3161Timestamps"}));
  CUPEL_TRY(const Json* stamps, ArrayField(data, "rfc3161Timestamps"));
  // Of an empty list there are two spellings, and a bundle has one.
  if (stamps->AsArray().empty()) return Fail(ErrorCode::kCorrupt, "\"rfc3161Timestamps\" must not be empty");
  for (const Json& stamp : stamps->AsArray()) {
    CUPEL_TRY_STATUS(OnlyMembers(stamp, {"signedTimestamp"}));
    CUPEL_TRY(Bytes der, BytesField(stamp, "signedTimestamp"));
    bundle.timestamps.push_back(std::move(der));
  }
  return {};
}

Status ReadVerificationMaterial(const Json& material, Bundle& bundle) {
  for (const char* other : {"certificate", "x509CertificateChain"}) {
    if (material.Find(other) != nullptr) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("\"{}\" is not supported, only a public key's hint", other));
    }
  }
  CUPEL_TRY_STATUS(OnlyMembers(material, {"publicKey", "tlogEntries", "timestampVerificationData"}));
  CUPEL_TRY(const Json* key, ObjectField(material, "publicKey"));
  CUPEL_TRY_STATUS(OnlyMembers(*key, {"hint"}));
  CUPEL_TRY(bundle.key_hint, TextField(*key, "hint"));
  if (const Json* data = material.Find("timestampVerificationData"))
    CUPEL_TRY_STATUS(ReadTimestamps(*data, bundle));
  if (material.Find("tlogEntries") == nullptr) return {};
  CUPEL_TRY(const Json* entries, ArrayField(material, "tlogEntries"));
  for (std::size_t i = 0; i < entries->AsArray().size(); ++i) {
    auto entry = EntryFromJson(entries->AsArray()[i]);
    if (!entry) return FailAt(fmt::format("tlogEntries[{}]", i), std::move(entry).error());
    bundle.tlog_entries.push_back(*std::move(entry));
  }
  return {};
}

Status ReadEnvelope(const Json& json, Bundle& bundle) {
  CUPEL_TRY_STATUS(OnlyMembers(json, {"payload", "payloadType", "signatures"}));
  CUPEL_TRY(bundle.envelope, Envelope::FromJson(json));
  if (bundle.envelope.signatures.size() != 1) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a bundle must have exactly one signature, got {}",
                                                 bundle.envelope.signatures.size()));
  }
  CUPEL_TRY_STATUS(OnlyMembers(json["signatures"].AsArray()[0], {"keyid", "sig"}));
  const std::string& key_id = bundle.envelope.signatures[0].key_id;
  if (!key_id.empty() && key_id != bundle.key_hint) {
    return Fail(ErrorCode::kCorrupt, "the signature's \"keyid\" and the public key's \"hint\" must be equal");
  }
  return {};
}

}  // namespace

Bundle Bundle::Of(Envelope envelope) {
  CUPEL_CHECK(envelope.signatures.size() == 1);
  Bundle bundle;
  bundle.key_hint = envelope.signatures[0].key_id;
  bundle.envelope = std::move(envelope);
  return bundle;
}

Result<Bundle> Bundle::Parse(std::string_view text) {
  CUPEL_TRY(const Json json, Json::Parse(text));
  return FromJson(json);
}

Result<Bundle> Bundle::FromJson(const Json& json) {
  CUPEL_TRY(const std::string media_type, TextField(json, "mediaType"));
  if (media_type != kBundleMediaType) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"mediaType\" must be \"{}\", got \"{}\"", kBundleMediaType, media_type));
  }
  if (json.Find("messageSignature") != nullptr) {
    return Fail(ErrorCode::kUnsupported, "\"messageSignature\" is not supported, only \"dsseEnvelope\"");
  }
  CUPEL_TRY_STATUS(OnlyMembers(json, {"mediaType", "verificationMaterial", "dsseEnvelope"}));
  Bundle bundle;
  CUPEL_TRY(const Json* material, ObjectField(json, "verificationMaterial"));
  if (auto status = ReadVerificationMaterial(*material, bundle); !status) {
    return FailAt("verificationMaterial", std::move(status).error());
  }
  CUPEL_TRY(const Json* envelope, ObjectField(json, "dsseEnvelope"));
  if (auto status = ReadEnvelope(*envelope, bundle); !status)
    return FailAt("dsseEnvelope", std::move(status).error());
  return bundle;
}

std::string Bundle::ToText() const {
  Json json;
  json["mediaType"] = kBundleMediaType;
  json["verificationMaterial"]["publicKey"]["hint"] = key_hint;
  for (const TlogEntry& entry : tlog_entries)
    json["verificationMaterial"]["tlogEntries"].Append(EntryToJson(entry));
  for (const Bytes& stamp : timestamps) {
    json["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"].Append(
        Json::Object{{"signedTimestamp", ToBase64(stamp)}});
  }
  json["dsseEnvelope"] = envelope.ToJson();
  return json.Canonical() + "\n";
}

Result<std::vector<std::int64_t>> VerifyTimestamps(const Bundle& bundle,
                                                   const crypto::TimestampAuthority& authority) {
  CUPEL_CHECK(bundle.envelope.signatures.size() == 1);
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < bundle.timestamps.size(); ++i) {
    auto time = authority.Verify(bundle.timestamps[i], bundle.envelope.signatures[0].signature.der);
    if (!time) return FailAt(fmt::format("rfc3161Timestamps[{}]", i), std::move(time).error());
    times.push_back(*time);
  }
  return times;
}

}  // namespace cupel::ledger::evidence
