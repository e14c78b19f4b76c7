// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/leaf.h"

#include <fmt/format.h>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::log {
namespace {

constexpr std::string_view kHashAlgorithm = "SHA2_256";
constexpr std::string_view kKeyDetails = "PKIX_ECDSA_P256_SHA_256";

/// How every body begins: members are sorted, and none before the digest can have another value.
constexpr std::string_view kBeforeDigest =
    R"({"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{"payloadHash":{"algorithm":"SHA2_256","digest":")";
constexpr std::size_t kDigestTextSize = 44;  // 32 bytes in padded base64

Result<crypto::PublicKey> ReadSigner(const Json& signature) {
  CUPEL_TRY(const Json* verifier, evidence::ObjectField(signature, "verifier"));
  CUPEL_TRY_STATUS(evidence::ExpectTextField(*verifier, "keyDetails", kKeyDetails));
  CUPEL_TRY(const Json* key, evidence::ObjectField(*verifier, "publicKey"));
  CUPEL_TRY(const Bytes der, evidence::BytesField(*key, "rawBytes"));
  return crypto::PublicKey::FromDer(der);
}

}  // namespace

Leaf Leaf::Of(const evidence::Envelope& envelope, const crypto::PublicKey& signer) {
  CUPEL_CHECK(envelope.signatures.size() == 1);
  return Leaf{crypto::Sha256(envelope.payload), envelope.signatures[0].signature, signer};
}

Bytes Leaf::ToBody() const {
  Json item;
  item["content"] = ToBase64(signature.der);
  item["verifier"]["keyDetails"] = kKeyDetails;
  item["verifier"]["publicKey"]["rawBytes"] = ToBase64(signer.Der());
  Json body;
  body["apiVersion"] = kLeafVersion;
  body["kind"] = kLeafKind;
  Json& spec = body["spec"]["dsseV002"];
  spec["payloadHash"]["algorithm"] = kHashAlgorithm;
  spec["payloadHash"]["digest"] = ToBase64(payload.bytes);
  spec["signatures"].Append(std::move(item));
  const std::string text = body.Canonical();
  return Bytes(text.begin(), text.end());
}

Result<Leaf> Leaf::Parse(BytesView body) {
  CUPEL_TRY(const Json json, Json::Parse(AsText(body)));
  CUPEL_TRY(const std::string kind, evidence::TextField(json, "kind"));
  CUPEL_TRY(const std::string version, evidence::TextField(json, "apiVersion"));
  if (kind != kLeafKind || version != kLeafVersion) {
    return Fail(ErrorCode::kUnsupported, fmt::format("a leaf must be of kind {} {}, got {} {}", kLeafKind,
                                                     kLeafVersion, kind, version));
  }
  CUPEL_TRY(const Json* spec, evidence::ObjectField(json, "spec"));
  CUPEL_TRY(const Json* dsse, evidence::ObjectField(*spec, "dsseV002"));
  CUPEL_TRY(const Json* hash, evidence::ObjectField(*dsse, "payloadHash"));
  CUPEL_TRY_STATUS(evidence::ExpectTextField(*hash, "algorithm", kHashAlgorithm));
  CUPEL_TRY(const Digest payload, evidence::DigestField(*hash, "digest"));
  CUPEL_TRY(const Json* signatures, evidence::ArrayField(*dsse, "signatures"));
  if (signatures->AsArray().size() != 1)
    return Fail(ErrorCode::kCorrupt, "a leaf must have exactly one signature");
  const Json& item = signatures->AsArray()[0];
  CUPEL_TRY(Bytes content, evidence::BytesField(item, "content"));
  CUPEL_TRY(crypto::PublicKey signer, ReadSigner(item));
  Leaf leaf{payload, {std::move(content)}, std::move(signer)};
  const Bytes canonical = leaf.ToBody();
  if (AsText(canonical) != AsText(body))
    return Fail(ErrorCode::kCorrupt, "the leaf is not in its canonical form");
  return leaf;
}

std::string_view ClaimedPayload(BytesView body) {
  const std::string_view text = AsText(body);
  if (text.size() < kBeforeDigest.size() + kDigestTextSize || !text.starts_with(kBeforeDigest)) return {};
  return text.substr(kBeforeDigest.size(), kDigestTextSize);
}

Status Leaf::Matches(const evidence::Envelope& envelope) const {
  if (crypto::Sha256(envelope.payload) != payload) {
    return Fail(ErrorCode::kVerificationFailed, "the logged payload is another one than the envelope's");
  }
  if (envelope.signatures.size() != 1 || envelope.signatures[0].signature != signature) {
    return Fail(ErrorCode::kVerificationFailed, "the logged signature is another one than the envelope's");
  }
  return signer.Verify(evidence::PreAuthenticationEncoding(envelope.payload_type, envelope.payload),
                       signature);
}

}  // namespace cupel::ledger::log
