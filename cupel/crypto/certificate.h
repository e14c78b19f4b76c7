// SPDX-License-Identifier: Apache-2.0
#pragma once

/// X.509 certificates (RFC 5280): reading them, and whether one leads to a trust anchor at a time.
///
/// Promises: a chain is believed only if every signature in it holds (no SHA-1, no RSA key below 2048 bits),
/// every certificate is valid at the time that is asked about (in its last second it has expired already),
/// every issuer is a certification authority by its basic constraints and allowed to sign certificates, path
/// lengths and name constraints hold, no unknown critical extension is there, and the end is one of the
/// anchors; an anchor may be a root, an intermediate certificate or the leaf itself. Does not promise:
/// revocation (no network), nor who somebody is: a subject is what the issuer wrote. Source: RFC 5280; RFC
/// 7468 for PEM.
///
///     CUPEL_TRY(const auto anchors, Certificate::ListFromPem(pem));
///     CUPEL_TRY_STATUS(leaf.CheckUse(CertificateUse::kSigning));
///     CUPEL_TRY(const auto chain, VerifyChain(leaf, intermediates, anchors, now));

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"

namespace cupel::crypto {

/// What a leaf certificate must allow.
enum class CertificateUse {
  /// Signing: key usage digitalSignature or extended key usage codeSigning is named, and neither of the two,
  /// where it is there, leaves it out.
  kSigning,
  /// As above, and codeSigning is named (Sigstore's certificates).
  kCodeSigning,
};

class Certificate {
 public:
  /// Errors: kCorrupt for anything but the DER of one certificate.
  static Result<Certificate> FromDer(BytesView der);
  /// All "CERTIFICATE" blocks, in order; text between them is ignored.
  /// Errors: kCorrupt when there is none or one is broken.
  static Result<std::vector<Certificate>> ListFromPem(std::string_view pem);

  const Bytes& Der() const { return der_; }
  std::string Pem() const;

  /// "CN=resnet,O=Example" (RFC 2253); "" for an empty subject.
  std::string Subject() const;
  /// Errors: kUnsupported unless the key is ECDSA on P-256, P-384 or P-521.
  Result<PublicKey> Key() const;
  /// Unix seconds, both inside the validity period. Errors: kCorrupt.
  Result<std::int64_t> NotBefore() const;
  Result<std::int64_t> NotAfter() const;

  /// Errors: kVerificationFailed, saying what is missing.
  Status CheckUse(CertificateUse use) const;

  /// The subject's alternative names: e-mail addresses, URIs and Sigstore's user names (an otherName of
  /// 1.3.6.1.4.1.57264.1.7). Empty when there are none. Errors: kCorrupt.
  Result<std::vector<std::string>> AlternativeNames() const;

  /// The content of an extension by its dotted object identifier, or nothing when it is absent.
  /// Errors: kCorrupt when it is there twice.
  Result<std::optional<Bytes>> Extension(const char* object_id) const;
  /// The text of an extension that holds one UTF8String. Errors: as above, and kCorrupt for another type.
  Result<std::optional<std::string>> TextExtension(const char* object_id) const;

  bool operator==(const Certificate& other) const { return der_ == other.der_; }

 private:
  struct Handle;
  friend struct CertificateAccess;
  explicit Certificate(std::shared_ptr<const Handle> handle);
  std::shared_ptr<const Handle> handle_;  // shared: it never changes, and copies of certificates are common
  Bytes der_;
};

/// The chain from `leaf` (first) to one of `anchors` (last), valid at Unix second `at`; certificates of
/// `intermediates` that are not needed are ignored. Errors: kVerificationFailed, naming the certificate.
Result<std::vector<Certificate>> VerifyChain(const Certificate& leaf,
                                             std::span<const Certificate> intermediates,
                                             std::span<const Certificate> anchors, std::int64_t at);

}  // namespace cupel::crypto
