// SPDX-License-Identifier: Apache-2.0
// Time-stamp responses and requests, anchors, and signed files to be stamped from hostile bytes: reading must
// end in a value or an error; what an authority vouches for is what the response says by its own word; and
// one response is never a stamp of two messages.
#include <cstdint>

#include "cupel/crypto/timestamp.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/stamp/stamp.h"

namespace {

using cupel::AsBytes;
using cupel::BytesView;
using cupel::crypto::TimestampAuthority;

/// Of the responses in the corpus, which are over "x".
constexpr const char* kAnchor =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBszCCAVmgAwIBAgIUKNSIym3l8Xlzpxcg+Ch6X3vSMFEwCgYIKoZIzj0EAwIw\n"
    "LDEqMCgGA1UEAwwhVGltZSBzdGFtcHMgZm9yIHRyeWluZyB0aGluZ3Mgb3V0MCAX\n"
    "DTI2MTEyNTEzMzY1OVoYDzIxMjYxMTAxMTMzNjU5WjAsMSowKAYDVQQDDCFUaW1l\n"
    "IHN0YW1wcyBmb3IgdHJ5aW5nIHRoaW5ncyBvdXQwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAATb6ERvg4spHa/ptHa48z3D0zMDhzkyrYvNEaH4X9lPUTLCoxaZ5F+b\n"
    "NCOtO9rcgvRl3YjtMn4lz1O+GEEeEL46o1cwVTAMBgNVHRMBAf8EAjAAMA4GA1Ud\n"
    "DwEB/wQEAwIHgDAWBgNVHSUBAf8EDDAKBggrBgEFBQcDCDAdBgNVHQ4EFgQUXh86\n"
    "qThnJmBR4BqJ7Kk6NsBiMcswCgYIKoZIzj0EAwIDSAAwRQIgaL883WptJYQ8Kybm\n"
    "ZAYdrQ+bGzJMLlSn9k3Y7oEJZjQCIQDiqEL6UM+DKdTksl8oAwLZWn2nodQ1C4C8\n"
    "MpRaBxY5Zw==\n"
    "-----END CERTIFICATE-----\n";

void JudgeResponse(const TimestampAuthority& authority, BytesView response) {
  const auto claim = cupel::crypto::ReadTimestamp(response, AsBytes("x"));
  const auto verified = authority.Verify(response, AsBytes("x"));
  CUPEL_CHECK(claim.has_value() || !verified.has_value());
  if (verified) CUPEL_CHECK(*verified == claim->unix_seconds);
  if (claim) CUPEL_CHECK(!cupel::crypto::ReadTimestamp(response, AsBytes("y")).has_value());
  CUPEL_CHECK(!authority.Verify(response, AsBytes("y")).has_value());
}

void ReadAnchors(std::string_view text) {
  const auto anchors = TimestampAuthority::FromPem(text);
  if (anchors) {
    CUPEL_CHECK(!anchors->Certificates().empty());
    CUPEL_CHECK(anchors->PublicKeys().size() == anchors->Certificates().size());
  }
  cupel::ledger::evidence::TrustPolicy policy;
  CUPEL_CHECK(policy.TrustTimestamps(text).has_value() == anchors.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TimestampAuthority authority = TimestampAuthority::FromPem(kAnchor).value();
  static const cupel::Bytes request = cupel::crypto::TimestampRequest(AsBytes("x"));
  const BytesView bytes(data, size);
  JudgeResponse(authority, bytes);
  // Nobody but the asker knows the nonce of a request that was just made.
  CUPEL_CHECK(!cupel::crypto::CheckAnswers(bytes, request).has_value());
  (void)cupel::crypto::CheckAnswers(bytes.first(size / 2), bytes.subspan(size / 2));
  ReadAnchors(cupel::AsText(bytes));
  const auto signature = cupel::ledger::stamp::SignatureIn(cupel::AsText(bytes));
  CUPEL_CHECK(signature.has_value() || !signature.error().message.empty());
  return 0;
}
