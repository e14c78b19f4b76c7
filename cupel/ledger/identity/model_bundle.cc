// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_bundle.h"

#include <fmt/format.h>

#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::identity {
namespace {

using evidence::ArrayField;
using evidence::BytesField;
using evidence::DecimalField;
using evidence::DigestField;
using evidence::ObjectField;
using evidence::OnlyMembers;
using evidence::TextField;

constexpr std::size_t kMostCertificates = 32;

/// Before v1.1 of the reference implementation a bundle held the key itself, as base64 of its PEM text. It is
/// only a hint either way, so it becomes one.
Status RewriteOldKey(Json& bundle) {
  const Json* material = bundle.Find("verificationMaterial");
  const Json* key = material == nullptr ? nullptr : material->Find("publicKey");
  if (key == nullptr || key->Find("rawBytes") == nullptr) return {};
  CUPEL_TRY_STATUS(OnlyMembers(*key, {"rawBytes", "keyDetails"}));
  CUPEL_TRY(const Bytes pem, BytesField(*key, "rawBytes"));
  CUPEL_TRY(const crypto::PublicKey parsed, crypto::PublicKey::FromPemOfAnyCurve(AsText(pem)));
  const std::string details = fmt::format("PKIX_ECDSA_{}_SHA_{}",
                                          parsed.curve() == crypto::Curve::kP256   ? "P256"
                                          : parsed.curve() == crypto::Curve::kP384 ? "P384"
                                                                                   : "P521",
                                          parsed.curve() == crypto::Curve::kP256   ? 256
                                          : parsed.curve() == crypto::Curve::kP384 ? 384
                                                                                   : 512);
  if (key->Find("keyDetails") != nullptr) {
    CUPEL_TRY_STATUS(evidence::ExpectTextField(*key, "keyDetails", details));
  }
  bundle["verificationMaterial"]["publicKey"] = Json::Object{{"hint", parsed.Id()}};
  return {};
}

Result<crypto::Certificate> CertificateIn(const Json& json) {
  CUPEL_TRY_STATUS(OnlyMembers(json, {"rawBytes"}));
  CUPEL_TRY(const Bytes der, BytesField(json, "rawBytes"));
  return crypto::Certificate::FromDer(der);
}

Status ReadChain(const Json& chain, ModelBundle& bundle) {
  CUPEL_TRY_STATUS(OnlyMembers(chain, {"certificates"}));
  CUPEL_TRY(const Json* certificates, ArrayField(chain, "certificates"));
  const std::size_t count = certificates->AsArray().size();
  if (count == 0 || count > kMostCertificates) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a chain must have 1 to {} certificates, got {}", kMostCertificates, count));
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto certificate = CertificateIn(certificates->AsArray()[i]);
    if (!certificate) return FailAt(fmt::format("certificates[{}]", i), std::move(certificate).error());
    bundle.certificates.push_back(*std::move(certificate));
  }
  return {};
}

Status ReadProof(const Json& proof, RekorEntry& entry) {
  CUPEL_TRY_STATUS(OnlyMembers(proof, {"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
  CUPEL_TRY(entry.leaf_index, DecimalField(proof, "logIndex"));
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

Result<RekorEntry> EntryIn(const Json& json) {
  CUPEL_TRY_STATUS(OnlyMembers(json, {"logIndex", "logId", "kindVersion", "integratedTime",
                                      "inclusionPromise", "inclusionProof", "canonicalizedBody"}));
  RekorEntry entry;
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
    entry.integrated_time = static_cast<std::int64_t>(time);
  }
  if (const Json* promise = json.Find("inclusionPromise"); promise != nullptr) {
    CUPEL_TRY_STATUS(OnlyMembers(*promise, {"signedEntryTimestamp"}));
    CUPEL_TRY(entry.promise, BytesField(*promise, "signedEntryTimestamp"));
  }
  CUPEL_TRY(const Json* proof, ObjectField(json, "inclusionProof"));
  if (auto status = ReadProof(*proof, entry); !status)
    return FailAt("inclusionProof", std::move(status).error());
  CUPEL_TRY(entry.body, BytesField(json, "canonicalizedBody"));
  return entry;
}

/// The log's entries; absent and empty are the same.
Status ReadEntries(const Json& material, ModelBundle& bundle) {
  if (material.Find("tlogEntries") == nullptr) return {};
  CUPEL_TRY(const Json* entries, ArrayField(material, "tlogEntries"));
  for (std::size_t i = 0; i < entries->AsArray().size(); ++i) {
    auto entry = EntryIn(entries->AsArray()[i]);
    if (!entry) return FailAt(fmt::format("tlogEntries[{}]", i), std::move(entry).error());
    bundle.log_entries.push_back(*std::move(entry));
  }
  return {};
}

/// Time stamps; absent and empty are the same.
Status ReadTimestamps(const Json& material, ModelBundle& bundle) {
  const Json* data = material.Find("timestampVerificationData");
  if (data == nullptr) return {};
  CUPEL_TRY_STATUS(OnlyMembers(*data, {"rfc3161Timestamps"}));
  if (data->Find("rfc3161Timestamps") == nullptr) return {};
  CUPEL_TRY(const Json* stamps, ArrayField(*data, "rfc3161Timestamps"));
  for (const Json& stamp : stamps->AsArray()) {
    CUPEL_TRY_STATUS(OnlyMembers(stamp, {"signedTimestamp"}));
    CUPEL_TRY(Bytes der, BytesField(stamp, "signedTimestamp"));
    bundle.bundle.timestamps.push_back(std::move(der));
  }
  return {};
}

Status ReadMaterial(const Json& material, ModelBundle& bundle) {
  const Json* chain = material.Find("x509CertificateChain");
  const Json* certificate = material.Find("certificate");
  CUPEL_TRY_STATUS(OnlyMembers(material, {chain != nullptr ? "x509CertificateChain" : "certificate",
                                          "tlogEntries", "timestampVerificationData"}));
  CUPEL_TRY_STATUS(ReadEntries(material, bundle));
  CUPEL_TRY_STATUS(ReadTimestamps(material, bundle));
  if (chain != nullptr) {
    bundle.method = SigningMethod::kCertificate;
    if (!bundle.log_entries.empty() || !bundle.bundle.timestamps.empty()) {
      return Fail(ErrorCode::kUnsupported,
                  "log entries and time stamps beside a certificate chain are not supported");
    }
    return ReadChain(*chain, bundle);
  }
  bundle.method = SigningMethod::kSigstore;
  if (bundle.log_entries.empty()) {
    return Fail(ErrorCode::kCorrupt, "\"tlogEntries\" must have an entry where \"certificate\" is given");
  }
  auto leaf = CertificateIn(*certificate);
  if (!leaf) return FailAt("certificate", std::move(leaf).error());
  bundle.certificates.push_back(*std::move(leaf));
  return {};
}

/// An envelope under a certificate. `keyid` has nothing to say there and must be empty (section 4.1).
Status ReadEnvelope(const Json& json, ModelBundle& bundle) {
  CUPEL_TRY_STATUS(OnlyMembers(json, {"payload", "payloadType", "signatures"}));
  evidence::Envelope& envelope = bundle.bundle.envelope;
  CUPEL_TRY(envelope, evidence::Envelope::FromJson(json));
  if (envelope.signatures.size() != 1) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a bundle must have exactly one signature, got {}", envelope.signatures.size()));
  }
  CUPEL_TRY_STATUS(OnlyMembers(json["signatures"].AsArray()[0], {"keyid", "sig"}));
  if (!envelope.signatures[0].key_id.empty()) {
    return Fail(ErrorCode::kCorrupt, "\"keyid\" must be empty beside a certificate");
  }
  return {};
}

Result<ModelBundle> ReadCertified(const Json& json, const Json& material) {
  CUPEL_TRY_STATUS(evidence::ExpectTextField(json, "mediaType", evidence::kBundleMediaType));
  if (json.Find("messageSignature") != nullptr) {
    return Fail(ErrorCode::kUnsupported, "\"messageSignature\" is not supported, only \"dsseEnvelope\"");
  }
  CUPEL_TRY_STATUS(OnlyMembers(json, {"mediaType", "verificationMaterial", "dsseEnvelope"}));
  ModelBundle bundle;
  if (auto status = ReadMaterial(material, bundle); !status)
    return FailAt("verificationMaterial", std::move(status).error());
  CUPEL_TRY(const Json* envelope, ObjectField(json, "dsseEnvelope"));
  if (auto status = ReadEnvelope(*envelope, bundle); !status)
    return FailAt("dsseEnvelope", std::move(status).error());
  return bundle;
}

}  // namespace

std::string_view SigningMethodName(SigningMethod method) {
  switch (method) {
    case SigningMethod::kKey: return "key";
    case SigningMethod::kCertificate: return "certificate";
    case SigningMethod::kSigstore: return "sigstore";
  }
  return "";
}

Result<ModelBundle> ModelBundle::Parse(std::string_view text) {
  CUPEL_TRY(Json json, Json::Parse(text));
  const Json* material = json.Find("verificationMaterial");
  if (material != nullptr && material->IsObject() &&
      (material->Find("certificate") != nullptr || material->Find("x509CertificateChain") != nullptr)) {
    return ReadCertified(json, *material);
  }
  if (Status status = RewriteOldKey(json); !status) {
    return FailAt("verificationMaterial.publicKey", std::move(status).error());
  }
  ModelBundle bundle;
  CUPEL_TRY(bundle.bundle, evidence::Bundle::FromJson(json));
  return bundle;
}

std::string ModelBundle::ToText() const {
  CUPEL_CHECK(method != SigningMethod::kSigstore);
  if (method == SigningMethod::kKey) return bundle.ToText();
  Json json;
  json["mediaType"] = evidence::kBundleMediaType;
  Json& list = json["verificationMaterial"]["x509CertificateChain"]["certificates"];
  for (const crypto::Certificate& certificate : certificates) {
    list.Append(Json::Object{{"rawBytes", ToBase64(certificate.Der())}});
  }
  // The reference implementation's reader wants the member.
  json["verificationMaterial"]["tlogEntries"] = Json::Array{};
  json["dsseEnvelope"] = bundle.envelope.ToJson();
  return json.Canonical() + "\n";
}

}  // namespace cupel::ledger::identity
