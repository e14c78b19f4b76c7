// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/log_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "cupel/crypto/secure_random.h"

namespace cupel::crypto {
namespace {

static_assert(LogVerifier::kSize == crypto_sign_PUBLICKEYBYTES &&
              LogKey::kSeedSize == crypto_sign_SEEDBYTES && LogSignature::kSize == crypto_sign_BYTES);

constexpr std::string_view kPemBegin = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view kPemEnd = "\n-----END PRIVATE KEY-----\n";

/// RFC 8410 section 7: every unencrypted Ed25519 key without attributes is these 16 bytes and the seed.
constexpr std::array<std::uint8_t, 16> kPkcs8Prefix = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr std::size_t kPkcs8Size = kPkcs8Prefix.size() + LogKey::kSeedSize;

}  // namespace

Result<LogVerifier> LogVerifier::FromRaw(BytesView raw) {
  if (raw.size() != kSize) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("an Ed25519 public key must have 32 bytes, got {}", raw.size()));
  }
  if (crypto_core_ed25519_is_valid_point(raw.data()) != 1) {
    return Fail(ErrorCode::kCorrupt, "the Ed25519 public key is not a point of the curve's main group");
  }
  LogVerifier verifier;
  std::copy(raw.begin(), raw.end(), verifier.raw_.begin());
  return verifier;
}

Status LogVerifier::Verify(BytesView message, const LogSignature& signature) const {
  if (crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), raw_.data()) != 0) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the signature was not made by Ed25519 key {}", ToBase64(raw_)));
  }
  return {};
}

LogKey::LogKey(BytesView seed) : key_(crypto_sign_SECRETKEYBYTES) {
  CUPEL_CHECK(crypto_sign_seed_keypair(public_.raw_.data(), key_.Buffer().data(), seed.data()) == 0);
}

LogKey LogKey::Generate() {
  Secret seed(kSeedSize);
  SecureRandom().Fill(seed.Buffer());
  return LogKey(seed.Reveal());
}

Result<LogKey> LogKey::FromSeed(BytesView seed) {
  if (seed.size() != kSeedSize) {
    return Fail(ErrorCode::kCorrupt, fmt::format("an Ed25519 seed must have 32 bytes, got {}", seed.size()));
  }
  return LogKey(seed);
}

Result<LogKey> LogKey::FromPem(std::string_view pem) {
  const auto begin = pem.find(kPemBegin);
  const auto end = pem.find(kPemEnd.substr(0, kPemEnd.size() - 1));
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + kPemBegin.size()) {
    return Fail(ErrorCode::kCorrupt, "no readable PEM private key", "",
                "expected \"-----BEGIN PRIVATE KEY-----\"");
  }
  const std::string_view body = pem.substr(begin + kPemBegin.size(), end - begin - kPemBegin.size());
  auto decoded = FromBase64(body);
  if (!decoded) return Fail(ErrorCode::kCorrupt, "the PEM private key is not one line of base64");
  const Secret der{BytesView(*decoded)};
  Wipe(*decoded);
  const BytesView bytes = der.Reveal();
  if (bytes.size() != kPkcs8Size || !std::equal(kPkcs8Prefix.begin(), kPkcs8Prefix.end(), bytes.begin())) {
    return Fail(ErrorCode::kUnsupported, "the log's key must be Ed25519", "",
                "make one with `openssl genpkey -algorithm ed25519`");
  }
  return LogKey(bytes.subspan(kPkcs8Prefix.size()));
}

Secret LogKey::ToPem() const {
  Secret der(kPkcs8Size);
  const auto seed = std::copy(kPkcs8Prefix.begin(), kPkcs8Prefix.end(), der.Buffer().begin());
  std::copy_n(key_.Reveal().begin(), kSeedSize, seed);
  std::string body = ToBase64(der.Reveal());
  Secret pem(kPemBegin.size() + body.size() + kPemEnd.size());
  auto at = std::copy(kPemBegin.begin(), kPemBegin.end(), pem.Buffer().begin());
  at = std::copy(body.begin(), body.end(), at);
  std::copy(kPemEnd.begin(), kPemEnd.end(), at);
  Wipe({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
  return pem;
}

LogSignature LogKey::Sign(BytesView message) const {
  LogSignature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), key_.Reveal().data());
  return signature;
}

}  // namespace cupel::crypto
