// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/timestamp.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>

#include "cupel/crypto/secure_random.h"

namespace cupel::crypto {
namespace {

template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freeing<X509, X509_free>>;
using Store = std::unique_ptr<X509_STORE, Freeing<X509_STORE, X509_STORE_free>>;
using Request = std::unique_ptr<TS_REQ, Freeing<TS_REQ, TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Freeing<TS_RESP, TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Freeing<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Freeing<X509_ALGOR, X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Freeing<ASN1_INTEGER, ASN1_INTEGER_free>>;
using Number = std::unique_ptr<BIGNUM, Freeing<BIGNUM, BN_free>>;
using Context = std::unique_ptr<TS_VERIFY_CTX, Freeing<TS_VERIFY_CTX, TS_VERIFY_CTX_free>>;
using MemoryBio = std::unique_ptr<BIO, Freeing<BIO, BIO_free_all>>;

/// OpenSSL's latest reason, and an empty queue for whoever comes next.
std::string TakeReason() {
  std::string reason = "unknown reason";
  while (const unsigned long code = ERR_get_error()) {
    const char* text = ERR_reason_error_string(code);
    if (text != nullptr) reason = text;
  }
  return reason;
}

Certificate ParseCertificate(const Bytes& der) {
  const unsigned char* at = der.data();
  return Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

/// The whole of `der` as one value; null, and an empty queue of errors, for anything else.
template <typename Owned, typename T>
Owned ParseAll(T* (*parse)(T**, const unsigned char**, long), BytesView der) {
  const unsigned char* at = der.data();
  Owned value(parse(nullptr, &at, static_cast<long>(der.size())));
  if (value != nullptr && at == der.data() + der.size()) return value;
  ERR_clear_error();
  return nullptr;
}

Result<Response> ParseResponse(BytesView der) {
  Response response = ParseAll<Response>(&d2i_TS_RESP, der);
  if (response == nullptr) return Fail(ErrorCode::kCorrupt, "not the DER of a time-stamp response");
  return response;
}

/// What was granted. Errors: kVerificationFailed with the authority's words when nothing was.
Result<TS_TST_INFO*> GrantedIn(TS_RESP* response) {
  TS_TST_INFO* info = TS_RESP_get_tst_info(response);
  const TS_STATUS_INFO* status = TS_RESP_get_status_info(response);
  const long code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  if (info != nullptr && (code == TS_STATUS_GRANTED || code == TS_STATUS_GRANTED_WITH_MODS)) return info;
  std::string said;
  const STACK_OF(ASN1_UTF8STRING)* texts = TS_STATUS_INFO_get0_text(status);
  if (texts != nullptr && sk_ASN1_UTF8STRING_num(texts) > 0) {
    const ASN1_UTF8STRING* text = sk_ASN1_UTF8STRING_value(texts, 0);
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    // It comes from a stranger: printable ASCII only.
    for (int i = 0; i < std::min(ASN1_STRING_length(text), 200); ++i) {
      said += bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?';
    }
  }
  return Fail(ErrorCode::kVerificationFailed,
              fmt::format("the authority granted no time stamp (status {}{}{})", code,
                          said.empty() ? "" : ": ", said));
}

BytesView ImprintOf(TS_MSG_IMPRINT* imprint) {
  const ASN1_OCTET_STRING* text = TS_MSG_IMPRINT_get_msg(imprint);
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

int HashOf(TS_MSG_IMPRINT* imprint) {
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  return OBJ_obj2nid(algorithm);
}

/// A stamp over a hash for which collisions can be made says nothing about the bytes.
Status CheckImprint(TS_TST_INFO* info, BytesView message) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const int hash = HashOf(imprint);
  if (hash != NID_sha256 && hash != NID_sha384 && hash != NID_sha512) {
    return Fail(ErrorCode::kVerificationFailed,
                "the time stamp is not over a SHA-256, SHA-384 or SHA-512 hash");
  }
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const int hashed =
      EVP_Digest(message.data(), message.size(), digest, &size, EVP_get_digestbynid(hash), nullptr);
  CUPEL_CHECK(hashed == 1);
  if (!std::ranges::equal(ImprintOf(imprint), BytesView(digest, size)))
    return Fail(ErrorCode::kVerificationFailed, "the time stamp is over other bytes");
  return {};
}

/// Big-endian, without leading zeros and with a sign in front when it is negative; nullopt for none.
std::optional<Bytes> BytesOf(const ASN1_INTEGER* integer) {
  if (integer == nullptr) return std::nullopt;
  const Number number(ASN1_INTEGER_to_BN(integer, nullptr));
  CUPEL_CHECK(number != nullptr);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  if (BN_is_negative(number.get()) != 0) bytes.insert(bytes.begin(), '-');
  return bytes;
}

Result<std::int64_t> TimeOf(TS_TST_INFO* info) {
  std::tm calendar{};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &calendar) != 1) {
    ERR_clear_error();
    return Fail(ErrorCode::kCorrupt, "the time stamp has no time that can be read");
  }
  return static_cast<std::int64_t>(::timegm(&calendar));
}

/// The anchors, at the time of the stamp.
Store MakeStore(const std::vector<Bytes>& certificates, std::int64_t at) {
  Store store(X509_STORE_new());
  CUPEL_CHECK(store != nullptr);
  for (const Bytes& der : certificates) {
    const Certificate certificate = ParseCertificate(der);
    CUPEL_CHECK(certificate != nullptr && X509_STORE_add_cert(store.get(), certificate.get()) == 1);
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(at));
  // An anchor that is the authority's own certificate is enough; a root is not asked for.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

}  // namespace

Bytes TimestampRequest(BytesView message) {
  std::uint8_t digest[32];
  const Request request(TS_REQ_new());
  const Imprint imprint(TS_MSG_IMPRINT_new());
  const Algorithm algorithm(X509_ALGOR_new());
  const Integer nonce(ASN1_INTEGER_new());
  CUPEL_CHECK(request != nullptr && imprint != nullptr && algorithm != nullptr && nonce != nullptr);
  bool made = EVP_Digest(message.data(), message.size(), digest, nullptr, EVP_sha256(), nullptr) == 1;
  made &= X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1;
  made &= TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1;
  made &= TS_MSG_IMPRINT_set_msg(imprint.get(), digest, sizeof(digest)) == 1;
  made &= ASN1_INTEGER_set_uint64(nonce.get(), SecureRandom().Next64()) == 1;
  made &= TS_REQ_set_version(request.get(), 1) == 1;
  made &= TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1;
  made &= TS_REQ_set_nonce(request.get(), nonce.get()) == 1;
  made &= TS_REQ_set_cert_req(request.get(), 1) == 1;
  const int size = i2d_TS_REQ(request.get(), nullptr);
  CUPEL_CHECK(made && size > 0);
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  CUPEL_CHECK(i2d_TS_REQ(request.get(), &at) == size);
  return der;
}

Result<TimestampClaim> ReadTimestamp(BytesView response, BytesView message) {
  CUPEL_TRY(const Response parsed, ParseResponse(response));
  CUPEL_TRY(TS_TST_INFO * info, GrantedIn(parsed.get()));
  CUPEL_TRY_STATUS(CheckImprint(info, message));
  TimestampClaim claim;
  CUPEL_TRY(claim.unix_seconds, TimeOf(info));
  claim.nonce = BytesOf(TS_TST_INFO_get_nonce(info));
  return claim;
}

Status CheckAnswers(BytesView response, BytesView request) {
  CUPEL_TRY(const Response answer, ParseResponse(response));
  const Request asked = ParseAll<Request>(&d2i_TS_REQ, request);
  if (asked == nullptr) return Fail(ErrorCode::kCorrupt, "not the DER of a time-stamp request");
  CUPEL_TRY(TS_TST_INFO * info, GrantedIn(answer.get()));
  TS_MSG_IMPRINT* granted = TS_TST_INFO_get_msg_imprint(info);
  TS_MSG_IMPRINT* wanted = TS_REQ_get_msg_imprint(asked.get());
  if (HashOf(granted) != HashOf(wanted) || !std::ranges::equal(ImprintOf(granted), ImprintOf(wanted)))
    return Fail(ErrorCode::kVerificationFailed, "the response is over other bytes than the request");
  if (BytesOf(TS_TST_INFO_get_nonce(info)) != BytesOf(TS_REQ_get_nonce(asked.get()))) {
    return Fail(ErrorCode::kVerificationFailed, "the response does not have the request's nonce", "",
                "give the request that was sent, or ask again");
  }
  return {};
}

Result<TimestampAuthority> TimestampAuthority::FromPem(std::string_view anchors) {
  const MemoryBio bio(BIO_new_mem_buf(anchors.data(), static_cast<int>(anchors.size())));
  CUPEL_CHECK(bio != nullptr);
  std::vector<Bytes> certificates;
  for (;;) {
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    Bytes der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
    unsigned char* at = der.data();
    CUPEL_CHECK(i2d_X509(certificate.get(), &at) == static_cast<int>(der.size()));
    certificates.push_back(std::move(der));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = TakeReason();
  if (!ended) return Fail(ErrorCode::kCorrupt, fmt::format("a certificate cannot be read: {}", reason));
  if (certificates.empty()) return Fail(ErrorCode::kCorrupt, "no certificate found");
  return TimestampAuthority(std::move(certificates));
}

std::vector<Bytes> TimestampAuthority::PublicKeys() const {
  std::vector<Bytes> keys;
  for (const Bytes& certificate : certificates_) {
    const Certificate parsed = ParseCertificate(certificate);
    CUPEL_CHECK(parsed != nullptr);
    X509_PUBKEY* key = X509_get_X509_PUBKEY(parsed.get());
    Bytes der(static_cast<std::size_t>(i2d_X509_PUBKEY(key, nullptr)));
    unsigned char* at = der.data();
    CUPEL_CHECK(i2d_X509_PUBKEY(key, &at) == static_cast<int>(der.size()));
    keys.push_back(std::move(der));
  }
  return keys;
}

void TimestampAuthority::Add(const TimestampAuthority& other) {
  for (const Bytes& certificate : other.certificates_) {
    if (std::find(certificates_.begin(), certificates_.end(), certificate) == certificates_.end())
      certificates_.push_back(certificate);
  }
}

Result<std::int64_t> TimestampAuthority::Verify(BytesView response, BytesView message) const {
  CUPEL_TRY(const Response parsed, ParseResponse(response));
  CUPEL_TRY(TS_TST_INFO * info, GrantedIn(parsed.get()));
  CUPEL_TRY_STATUS(CheckImprint(info, message));
  CUPEL_TRY(const std::int64_t time, TimeOf(info));
  const Context context(TS_VERIFY_CTX_new());
  CUPEL_CHECK(context != nullptr);
  // The context frees the store and the data.
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
  TS_VERIFY_CTX_set_store(context.get(), MakeStore(certificates_, time).release());
  TS_VERIFY_CTX_set_data(context.get(), BIO_new_mem_buf(message.data(), static_cast<int>(message.size())));
  if (TS_RESP_verify_response(context.get(), parsed.get()) != 1) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the time stamp does not hold: {}", TakeReason()));
  }
  return time;
}

}  // namespace cupel::crypto
