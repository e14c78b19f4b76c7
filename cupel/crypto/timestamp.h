// SPDX-License-Identifier: Apache-2.0
#pragma once

/// RFC 3161: a time-stamp authority's word that it saw some bytes at a time.
///
/// Promises: a response is believed only if it is a granted one, over exactly these bytes by SHA-256, SHA-384
/// or SHA-512, signed by a certificate for time stamping (a critical extended key usage and no other) that
/// leads to one of the anchors, each valid at the time that the stamp names, so that a stamp outlives its
/// authority's certificate. Does not promise: revocation of certificates (no network), nor that the
/// authority's clock is right. Source: RFC 3161; RFC 5816.
///
///     const Bytes request = TimestampRequest(signature.der);         // to any authority, by any way
///     CUPEL_TRY_STATUS(CheckAnswers(response, request));
///     CUPEL_TRY(const auto authority, TimestampAuthority::FromPem(anchors));
///     CUPEL_TRY(const std::int64_t at, authority.Verify(response, signature.der));

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::crypto {

/// The DER of a TimeStampReq over SHA-256(message), with 64 random bits as its nonce, that asks for the
/// authority's certificate. The message itself does not leave.
Bytes TimestampRequest(BytesView message);

/// What a response says by its own word: no certificate was looked at.
struct TimestampClaim {
  std::int64_t unix_seconds = 0;
  std::optional<Bytes> nonce;  ///< Big-endian, without leading zeros; absent: the request had none.
};

/// Errors: kCorrupt (no such DER); kVerificationFailed when nothing was granted, or when it is over other
/// bytes than `message` or by a hash function that is not to be relied on.
Result<TimestampClaim> ReadTimestamp(BytesView response, BytesView message);

/// Whether a response is the answer to a request: the same imprint, the same nonce. Nobody vouches for it
/// yet. Errors: kCorrupt (either is no such DER); kVerificationFailed.
Status CheckAnswers(BytesView response, BytesView request);

class TimestampAuthority {
 public:
  /// anchors: certificates in PEM, one or more: roots, or the authority's own certificate. Intermediate
  /// certificates come with a response. Errors: kCorrupt when there is none or one is broken.
  static Result<TimestampAuthority> FromPem(std::string_view anchors);

  /// When `message` was stamped, in Unix seconds. response: the DER of a TimeStampResp.
  /// Errors: kCorrupt (no such DER); kVerificationFailed with the reason.
  Result<std::int64_t> Verify(BytesView response, BytesView message) const;

  /// The anchors in DER, in the order given.
  const std::vector<Bytes>& Certificates() const { return certificates_; }

  /// The anchors' public keys (SubjectPublicKeyInfo in DER), in the same order.
  std::vector<Bytes> PublicKeys() const;

  /// Believes the other's anchors, too.
  void Add(const TimestampAuthority& other);

 private:
  explicit TimestampAuthority(std::vector<Bytes> certificates) : certificates_(std::move(certificates)) {}
  std::vector<Bytes> certificates_;
};

}  // namespace cupel::crypto
