// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/sigstore_trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cupel/base/clock.h"
#include "cupel/base/json.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/json_field.h"

namespace cupel::ledger::identity {
namespace {

using evidence::ArrayField;
using evidence::BytesField;
using evidence::ObjectField;
using evidence::TextField;

constexpr std::string_view kMediaTypes[] = {"application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                                            "application/vnd.dev.sigstore.trustedroot.v0.1+json",
                                            "application/vnd.dev.sigstore.trustedroot.v0.2+json"};

/// "2022-12-31T23:59:59.999Z": a fraction is cut off, so that the second counts as a whole.
Result<std::int64_t> TimeField(const Json& object, std::string_view member) {
  CUPEL_TRY(std::string text, TextField(object, member));
  const std::size_t dot = text.find('.');
  const bool digits = dot != std::string::npos &&
                      text.find_first_not_of("0123456789", dot + 1) == text.size() - 1 &&
                      text.back() == 'Z' && text.size() - dot > 2;
  if (digits) text = text.substr(0, dot) + "Z";
  auto time = ParseUtc(text);
  if (!time) return FailAt(std::string(member), std::move(time).error());
  return time;
}

struct Period {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t until = std::numeric_limits<std::int64_t>::max();
};

Result<Period> PeriodIn(const Json& object) {
  Period period;
  if (object.Find("validFor") == nullptr) return period;
  CUPEL_TRY(const Json* valid, ObjectField(object, "validFor"));
  if (valid->Find("start") != nullptr) {
    CUPEL_TRY(period.from, TimeField(*valid, "start"));
  }
  if (valid->Find("end") != nullptr) {
    CUPEL_TRY(period.until, TimeField(*valid, "end"));
  }
  return period;
}

Result<TrustedAuthority> AuthorityIn(const Json& json) {
  TrustedAuthority authority;
  CUPEL_TRY(const Json* chain, ObjectField(json, "certChain"));
  CUPEL_TRY(const Json* certificates, ArrayField(*chain, "certificates"));
  for (const Json& item : certificates->AsArray()) {
    CUPEL_TRY(const Bytes der, BytesField(item, "rawBytes"));
    CUPEL_TRY(crypto::Certificate certificate, crypto::Certificate::FromDer(der));
    authority.chain.push_back(std::move(certificate));
  }
  if (authority.chain.empty()) return Fail(ErrorCode::kCorrupt, "\"certificates\" must not be empty");
  CUPEL_TRY(const Period period, PeriodIn(json));
  authority.valid_from = period.from;
  authority.valid_until = period.until;
  return authority;
}

Status ReadAuthorities(const Json& root, const char* member, std::vector<TrustedAuthority>& to) {
  if (root.Find(member) == nullptr) return {};
  CUPEL_TRY(const Json* list, ArrayField(root, member));
  for (std::size_t i = 0; i < list->AsArray().size(); ++i) {
    auto authority = AuthorityIn(list->AsArray()[i]);
    if (!authority) return FailAt(fmt::format("{}[{}]", member, i), std::move(authority).error());
    to.push_back(*std::move(authority));
  }
  return {};
}

/// Adds the log's key when it is of the kind that is known.
Status ReadLog(const Json& json, std::vector<crypto::TransparencyLogKey>& to) {
  CUPEL_TRY(const std::string hash, TextField(json, "hashAlgorithm"));
  if (hash != "SHA2_256") {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"hashAlgorithm\" must be \"SHA2_256\", got \"{}\"", hash));
  }
  CUPEL_TRY(const Json* key, ObjectField(json, "publicKey"));
  CUPEL_TRY(const std::string details, TextField(*key, "keyDetails"));
  if (details != "PKIX_ECDSA_P256_SHA_256") return {};
  CUPEL_TRY(const Bytes der, BytesField(*key, "rawBytes"));
  CUPEL_TRY(crypto::PublicKey parsed, crypto::PublicKey::FromDer(der));
  CUPEL_TRY(const Json* log_id, ObjectField(json, "logId"));
  CUPEL_TRY(Bytes id, BytesField(*log_id, "keyId"));
  const Digest expected = crypto::Sha256(der);
  if (!std::equal(id.begin(), id.end(), expected.bytes.begin(), expected.bytes.end())) {
    return Fail(ErrorCode::kCorrupt, "\"keyId\" is not the SHA-256 of the log's key");
  }
  CUPEL_TRY(const Period period, PeriodIn(*key));
  to.push_back({std::move(id), std::move(parsed), period.from, period.until});
  return {};
}

Status ReadLogs(const Json& root, const char* member, std::vector<crypto::TransparencyLogKey>& to) {
  if (root.Find(member) == nullptr) return {};
  CUPEL_TRY(const Json* list, ArrayField(root, member));
  for (std::size_t i = 0; i < list->AsArray().size(); ++i) {
    if (auto status = ReadLog(list->AsArray()[i], to); !status)
      return FailAt(fmt::format("{}[{}]", member, i), std::move(status).error());
  }
  return {};
}

}  // namespace

Result<SigstoreTrust> SigstoreTrust::Parse(std::string_view text) {
  CUPEL_TRY(const Json json, Json::Parse(text));
  const Json* root = &json;
  if (json.IsObject() && json.Find("trustedRoot") != nullptr) {
    CUPEL_TRY(root, ObjectField(json, "trustedRoot"));
  }
  CUPEL_TRY(const std::string media_type, TextField(*root, "mediaType"));
  if (std::find(std::begin(kMediaTypes), std::end(kMediaTypes), media_type) == std::end(kMediaTypes)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("\"mediaType\" must be that of a Sigstore trusted root, got \"{}\"", media_type));
  }
  SigstoreTrust trust;
  CUPEL_TRY_STATUS(ReadAuthorities(*root, "certificateAuthorities", trust.certificate_authorities));
  CUPEL_TRY_STATUS(ReadAuthorities(*root, "timestampAuthorities", trust.timestamp_authorities));
  CUPEL_TRY_STATUS(ReadLogs(*root, "tlogs", trust.signature_logs));
  CUPEL_TRY_STATUS(ReadLogs(*root, "ctlogs", trust.certificate_logs));
  if (trust.certificate_authorities.empty() || trust.signature_logs.empty() ||
      trust.certificate_logs.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "the trusted root must name a certification authority, and a log of signatures and one of "
                "certificates with ECDSA P-256 keys");
  }
  return trust;
}

}  // namespace cupel::ledger::identity
