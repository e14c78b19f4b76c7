// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/signing_key.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "cupel/crypto/hash.h"

namespace cupel::crypto {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using EcdsaPointer = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr int kMaxPemBytes = 1 << 16;

Bio ReadOnlyBio(BytesView bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// Refuses to ask a terminal for a passphrase, which is what OpenSSL does when it is given no callback.
int NoPassphrase(char*, int, int, void*) { return -1; }

struct CurveFacts {
  Curve curve;
  std::string_view name;
  std::string_view openssl_name;
  const EVP_MD* (*hash)();
};
constexpr CurveFacts kCurves[] = {{Curve::kP256, "P-256", "prime256v1", EVP_sha256},
                                  {Curve::kP384, "P-384", "secp384r1", EVP_sha384},
                                  {Curve::kP521, "P-521", "secp521r1", EVP_sha512}};

const CurveFacts& FactsOf(Curve curve) { return kCurves[static_cast<std::size_t>(curve)]; }

std::string GroupName(EVP_PKEY* key) {
  char group[32] = "";
  std::size_t length = 0;
  if (EVP_PKEY_is_a(key, "EC") == 1) EVP_PKEY_get_group_name(key, group, sizeof group, &length);
  return group;
}

/// The key's curve is P-256, or with `any_curve` another one we know, and its point is on it.
Result<Curve> CheckKind(EVP_PKEY* key, bool any_curve = false) {
  const std::string group = GroupName(key);
  const auto* facts = std::find_if(std::begin(kCurves), std::end(kCurves), [&](const CurveFacts& candidate) {
    return candidate.openssl_name == group && (any_curve || candidate.curve == Curve::kP256);
  });
  if (facts == std::end(kCurves)) {
    const char* algorithm = EVP_PKEY_get0_type_name(key);
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the key must be ECDSA on P-256{}, got {}", any_curve ? ", P-384 or P-521" : "",
                            !group.empty() ? group.c_str()
                            : algorithm    ? algorithm
                                           : "?"),
                "", "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`");
  }
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  if (EVP_PKEY_public_check(context.get()) != 1) {
    ERR_clear_error();
    return Fail(ErrorCode::kCorrupt, fmt::format("the key's point is not on the curve {}", facts->name));
  }
  return facts->curve;
}

std::string BioText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<Bytes> EncodeSignature(const ECDSA_SIG* signature) {
  unsigned char* data = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &data);
  CUPEL_CHECK(size > 0);
  Bytes der(data, data + size);
  OPENSSL_free(data);
  return der;
}

/// The DER that these two integers have, or an error when the bytes are another spelling or none at all.
Status CheckSignatureForm(const Bytes& der) {
  const unsigned char* at = der.data();
  const EcdsaPointer parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!parsed) {
    ERR_clear_error();
    return Fail(ErrorCode::kCorrupt, "the signature is not the DER of two integers");
  }
  CUPEL_TRY(const Bytes again, EncodeSignature(parsed.get()));
  if (again != der) return Fail(ErrorCode::kCorrupt, "the signature is not in DER's one form");
  return {};
}

}  // namespace

struct PublicKey::Handle {
  KeyPointer key;
};

Result<Signature> Signature::FromFixed(BytesView r_and_s) {
  if (r_and_s.size() != 64) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("r and s must have 64 bytes together, got {}", r_and_s.size()));
  }
  const EcdsaPointer signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(r_and_s.data(), 32, nullptr);
  BIGNUM* s = BN_bin2bn(r_and_s.data() + 32, 32, nullptr);
  CUPEL_CHECK(signature && r && s && ECDSA_SIG_set0(signature.get(), r, s) == 1);
  CUPEL_TRY(Bytes der, EncodeSignature(signature.get()));
  return Signature{std::move(der)};
}

PublicKey::PublicKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  // The point goes through one encoding (uncompressed, named curve), so that equal keys have equal texts.
  EVP_PKEY_set_utf8_string_param(handle_->key.get(), "point-format", "uncompressed");
  EVP_PKEY_set_utf8_string_param(handle_->key.get(), "encoding", "named_curve");
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(handle_->key.get(), &data);
  CUPEL_CHECK(size > 0);
  der_.assign(data, data + size);
  OPENSSL_free(data);
  const Bio bio(BIO_new(BIO_s_mem()));
  CUPEL_CHECK(PEM_write_bio_PUBKEY(bio.get(), handle_->key.get()) == 1);
  pem_ = BioText(bio.get());
  id_ = Sha256(AsBytes(pem_)).Hex();
}

std::string_view CurveName(Curve curve) { return FactsOf(curve).name; }

Result<PublicKey> PublicKey::FromPem(std::string_view pem) { return ReadPem(pem, false); }

Result<PublicKey> PublicKey::FromPemOfAnyCurve(std::string_view pem) { return ReadPem(pem, true); }

Result<PublicKey> PublicKey::ReadPem(std::string_view pem, bool any_curve) {
  if (pem.size() > kMaxPemBytes)
    return Fail(ErrorCode::kCorrupt, "a public key must have at most 65536 characters");
  const Bio bio = ReadOnlyBio(AsBytes(pem));
  auto handle = std::make_shared<Handle>();
  handle->key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (!handle->key) {
    return Fail(ErrorCode::kCorrupt, "no readable PEM public key", "",
                "expected \"-----BEGIN PUBLIC KEY-----\"");
  }
  CUPEL_TRY(const Curve curve, CheckKind(handle->key.get(), any_curve));
  PublicKey key(std::move(handle));
  key.curve_ = curve;
  return key;
}

Result<PublicKey> PublicKey::FromDer(BytesView der) {
  const unsigned char* at = der.data();
  auto handle = std::make_shared<Handle>();
  if (der.size() <= kMaxPemBytes) handle->key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!handle->key || at != der.data() + der.size()) {
    return Fail(ErrorCode::kCorrupt, "not the DER of a public key");
  }
  CUPEL_TRY([[maybe_unused]] const Curve curve, CheckKind(handle->key.get()));
  return PublicKey(std::move(handle));
}

Status PublicKey::Verify(BytesView message, const Signature& signature) const {
  CUPEL_TRY_STATUS(CheckSignatureForm(signature.der));
  const DigestContext context(EVP_MD_CTX_new());
  CUPEL_CHECK(
      EVP_DigestVerifyInit(context.get(), nullptr, FactsOf(curve_).hash(), nullptr, handle_->key.get()) == 1);
  const int answer = EVP_DigestVerify(context.get(), signature.der.data(), signature.der.size(),
                                      message.data(), message.size());
  ERR_clear_error();
  if (answer != 1) {
    return Fail(ErrorCode::kVerificationFailed, fmt::format("the signature was not made by key {}", id_));
  }
  return {};
}

SigningKey::SigningKey(std::shared_ptr<const PublicKey::Handle> handle)
    : handle_(handle), public_(std::move(handle)) {}

Result<SigningKey> SigningKey::Generate() {
  auto handle = std::make_shared<PublicKey::Handle>();
  handle->key.reset(EVP_EC_gen("P-256"));
  if (!handle->key) return Fail(ErrorCode::kInternal, "the crypto library could not make a P-256 key");
  return SigningKey(std::move(handle));
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  if (pem.size() > kMaxPemBytes)
    return Fail(ErrorCode::kCorrupt, "a private key must have at most 65536 characters");
  if (pem.find("ENCRYPTED") != std::string_view::npos) {
    return Fail(ErrorCode::kUnsupported, "the private key is encrypted", "",
                "decrypt it with `openssl pkey` first");
  }
  const Bio bio = ReadOnlyBio(AsBytes(pem));
  auto handle = std::make_shared<PublicKey::Handle>();
  handle->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (!handle->key) {
    return Fail(ErrorCode::kCorrupt, "no readable PEM private key", "",
                "expected \"-----BEGIN PRIVATE KEY-----\"");
  }
  CUPEL_TRY([[maybe_unused]] const Curve curve, CheckKind(handle->key.get()));
  const KeyContext context(EVP_PKEY_CTX_new(handle->key.get(), nullptr));
  const bool belongs = EVP_PKEY_pairwise_check(context.get()) == 1;
  ERR_clear_error();
  if (!belongs)
    return Fail(ErrorCode::kCorrupt, "the private key does not belong to the public key beside it");
  return SigningKey(std::move(handle));
}

Secret SigningKey::ToPem() const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  CUPEL_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret(AsBytes({data, static_cast<std::size_t>(size)}));
}

Signature SigningKey::Sign(BytesView message) const {
  const DigestContext context(EVP_MD_CTX_new());
  CUPEL_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1);
  Signature signature;
  std::size_t size = 0;
  CUPEL_CHECK(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  signature.der.resize(size);
  CUPEL_CHECK(EVP_DigestSign(context.get(), signature.der.data(), &size, message.data(), message.size()) ==
              1);
  signature.der.resize(size);
  return signature;
}

}  // namespace cupel::crypto
