// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/signed_certificate_timestamp.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <optional>

#include "cupel/crypto/certificate_handle.h"
#include "cupel/crypto/hash.h"

namespace cupel::crypto {
namespace {

constexpr const char* kTimestampList = "1.3.6.1.4.1.11129.2.4.2";

/// Reads TLS's structures (RFC 8446 section 3): big-endian numbers and vectors with their length before them.
class Reader {
 public:
  explicit Reader(BytesView bytes) : bytes_(bytes) {}

  std::optional<BytesView> Take(std::size_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const BytesView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::optional<std::uint64_t> Number(std::size_t bytes) {
    const auto taken = Take(bytes);
    if (!taken) return std::nullopt;
    std::uint64_t value = 0;
    for (const std::uint8_t byte : *taken) value = value << 8 | byte;
    return value;
  }
  std::optional<BytesView> Vector() {
    const auto size = Number(2);
    return size ? Take(*size) : std::nullopt;
  }
  bool AtEnd() const { return bytes_.empty(); }

 private:
  BytesView bytes_;
};

struct Timestamp {
  BytesView log_id;
  std::uint64_t milliseconds = 0;
  BytesView extensions;
  bool by_ecdsa = false;
  BytesView signature;
};

std::optional<Timestamp> ReadTimestamp(BytesView bytes) {
  Reader reader(bytes);
  const auto version = reader.Number(1);
  const auto log_id = reader.Take(32);
  const auto time = reader.Number(8);
  const auto extensions = reader.Vector();
  const auto algorithm = reader.Number(2);
  const auto signature = reader.Vector();
  if (version != 0 || !log_id || !time || !extensions || !algorithm || !signature || !reader.AtEnd()) {
    return std::nullopt;
  }
  // HashAlgorithm sha256 (4), SignatureAlgorithm ecdsa (3).
  return Timestamp{*log_id, *time, *extensions, *algorithm == 0x0403, *signature};
}

/// The list in the certificate's extension: an OCTET STRING of a vector of vectors.
std::optional<std::vector<Timestamp>> ReadList(const Bytes& extension) {
  const unsigned char* at = extension.data();
  const std::unique_ptr<ASN1_OCTET_STRING, FreeBy<ASN1_OCTET_STRING_free>> octets(
      d2i_ASN1_OCTET_STRING(nullptr, &at, static_cast<long>(extension.size())));
  ERR_clear_error();
  if (!octets || at != extension.data() + extension.size()) return std::nullopt;
  // The octets are the end of the extension's bytes, which outlive the parsed copy.
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(octets.get()));
  Reader outer(BytesView(extension).last(size));
  const auto list = outer.Vector();
  if (!list || !outer.AtEnd()) return std::nullopt;
  std::vector<Timestamp> timestamps;
  for (Reader reader(*list); !reader.AtEnd();) {
    const auto item = reader.Vector();
    const auto timestamp = item ? ReadTimestamp(*item) : std::nullopt;
    if (!timestamp) return std::nullopt;
    timestamps.push_back(*timestamp);
  }
  return timestamps;
}

void Append(Bytes& to, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// What the log saw: the certificate's signed part without the timestamps.
Bytes PrecertificateOf(const Certificate& certificate) {
  const X509Pointer copy(X509_dup(CertificateAccess::Of(certificate)));
  CUPEL_CHECK(copy != nullptr);
  const int at = X509_get_ext_by_NID(copy.get(), NID_ct_precert_scts, -1);
  X509_EXTENSION_free(X509_delete_ext(copy.get(), at));
  unsigned char* data = nullptr;
  const int size = i2d_re_X509_tbs(copy.get(), &data);
  CUPEL_CHECK(size > 0);
  Bytes bytes(data, data + size);
  OPENSSL_free(data);
  return bytes;
}

/// SHA-256 of the issuer's key (SubjectPublicKeyInfo) as its certificate has it.
Digest KeyHashOf(const Certificate& issuer) {
  unsigned char* data = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(CertificateAccess::Of(issuer)), &data);
  CUPEL_CHECK(size > 0);
  const Digest digest = Sha256(BytesView(data, static_cast<std::size_t>(size)));
  OPENSSL_free(data);
  return digest;
}

/// The signed bytes (RFC 6962 section 3.2) of a precertificate entry.
Bytes SignedBytes(const Timestamp& timestamp, const Digest& issuer_key, const Bytes& precertificate) {
  Bytes bytes = {0, 0};  // v1, certificate_timestamp
  Append(bytes, timestamp.milliseconds, 8);
  Append(bytes, 1, 2);  // precert_entry
  bytes.insert(bytes.end(), issuer_key.bytes.begin(), issuer_key.bytes.end());
  Append(bytes, precertificate.size(), 3);
  bytes.insert(bytes.end(), precertificate.begin(), precertificate.end());
  Append(bytes, timestamp.extensions.size(), 2);
  bytes.insert(bytes.end(), timestamp.extensions.begin(), timestamp.extensions.end());
  return bytes;
}

Status CheckTimestamp(const Timestamp& timestamp, const TransparencyLogKey& log, const Bytes& signed_bytes) {
  const auto seconds = static_cast<std::int64_t>(timestamp.milliseconds / 1000);
  if (seconds < log.valid_from || seconds > log.valid_until) {
    return Fail(ErrorCode::kVerificationFailed,
                "the certificate was logged at a time when the transparency log's key was not in use");
  }
  const Signature signature{Bytes(timestamp.signature.begin(), timestamp.signature.end())};
  if (!timestamp.by_ecdsa || !log.key.Verify(signed_bytes, signature)) {
    return Fail(ErrorCode::kVerificationFailed, "the certificate's transparency timestamp is false");
  }
  return {};
}

}  // namespace

Result<std::vector<std::int64_t>> VerifyCertificateTimestamps(const Certificate& certificate,
                                                              const Certificate& issuer,
                                                              std::span<const TransparencyLogKey> logs) {
  CUPEL_TRY(const std::optional<Bytes> extension, certificate.Extension(kTimestampList));
  if (!extension) {
    return Fail(ErrorCode::kVerificationFailed, "the certificate has no transparency timestamp");
  }
  const auto list = ReadList(*extension);
  if (!list) return Fail(ErrorCode::kCorrupt, "the certificate's transparency timestamps cannot be read");
  const Bytes precertificate = PrecertificateOf(certificate);
  const Digest issuer_key = KeyHashOf(issuer);
  std::vector<std::int64_t> times;
  for (const Timestamp& timestamp : *list) {
    const auto log = std::find_if(logs.begin(), logs.end(), [&](const TransparencyLogKey& candidate) {
      return std::equal(candidate.id.begin(), candidate.id.end(), timestamp.log_id.begin(),
                        timestamp.log_id.end());
    });
    if (log == logs.end()) continue;
    CUPEL_TRY_STATUS(CheckTimestamp(timestamp, *log, SignedBytes(timestamp, issuer_key, precertificate)));
    times.push_back(static_cast<std::int64_t>(timestamp.milliseconds));
  }
  if (times.empty()) {
    return Fail(
        ErrorCode::kVerificationFailed,
        fmt::format("none of the {} known transparency logs vouches for the certificate", logs.size()));
  }
  return times;
}

}  // namespace cupel::crypto
