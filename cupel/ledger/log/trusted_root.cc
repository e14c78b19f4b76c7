// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/trusted_root.h"

#include <algorithm>
#include <array>

#include "cupel/base/json.h"

namespace cupel::ledger::log {
namespace {

constexpr const char* kMediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
/// The keys have no date of their own; a verifier without a time must accept them.
constexpr const char* kAlways = "1970-01-01T00:00:00Z";

Json LogJson(const merkle::NoteVerifier& log) {
  Json json;
  // Verifiers ask that the checkpoint's name is part of the address.
  json["baseUrl"] = "https://" + log.Name();
  json["hashAlgorithm"] = "SHA2_256";
  json["publicKey"]["rawBytes"] = ToBase64(LogKeyDer(log));
  json["publicKey"]["keyDetails"] = "PKIX_ED25519";
  json["publicKey"]["validFor"]["start"] = kAlways;
  json["logId"]["keyId"] = ToBase64(log.FullId().bytes);
  return json;
}

Json AuthorityJson(const std::vector<Bytes>& chain) {
  Json json;
  json["certChain"]["certificates"] = Json::Array{};
  for (const Bytes& certificate : chain) {
    json["certChain"]["certificates"].Append(Json::Object{{"rawBytes", ToBase64(certificate)}});
  }
  json["validFor"]["start"] = kAlways;
  return json;
}

}  // namespace

Bytes LogKeyDer(const merkle::NoteVerifier& log) {
  // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }
  constexpr std::array<std::uint8_t, 12> kPrefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  const auto& key = log.Key().Raw();
  Bytes der(kPrefix.size() + key.size());
  std::copy(key.begin(), key.end(), std::copy(kPrefix.begin(), kPrefix.end(), der.begin()));
  return der;
}

std::string TrustedRoot(std::span<const merkle::NoteVerifier> logs,
                        std::span<const std::vector<Bytes>> timestamp_authorities) {
  Json json;
  json["mediaType"] = kMediaType;
  for (const char* list : {"tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"}) {
    json[list] = Json::Array{};
  }
  for (const merkle::NoteVerifier& log : logs) json["tlogs"].Append(LogJson(log));
  for (const auto& chain : timestamp_authorities) json["timestampAuthorities"].Append(AuthorityJson(chain));
  return json.Canonical() + "\n";
}

}  // namespace cupel::ledger::log
