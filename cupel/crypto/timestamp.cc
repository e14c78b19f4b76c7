// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/timestamp.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <ctime>

namespace cupel::crypto {
namespace {

template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freeing<X509, X509_free>>;
using Store = std::unique_ptr<X509_STORE, Freeing<X509_STORE, X509_STORE_free>>;
using Response = std::unique_ptr<TS_RESP, Freeing<TS_RESP, TS_RESP_free>>;
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

Result<std::int64_t> TimeOf(TS_RESP* response) {
  TS_TST_INFO* info = TS_RESP_get_tst_info(response);
  if (info == nullptr) return Fail(ErrorCode::kVerificationFailed, "the authority granted no time stamp");
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

Result<std::int64_t> TimestampAuthority::Verify(BytesView response, BytesView message) const {
  const unsigned char* at = response.data();
  const Response parsed(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (parsed == nullptr || at != response.data() + response.size()) {
    ERR_clear_error();
    return Fail(ErrorCode::kCorrupt, "not the DER of a time-stamp response");
  }
  CUPEL_TRY(const std::int64_t time, TimeOf(parsed.get()));
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
