// SPDX-License-Identifier: Apache-2.0
// VerifyChain of certificate.h.
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <ctime>

#include "cupel/base/clock.h"
#include "cupel/crypto/certificate.h"
#include "cupel/crypto/certificate_handle.h"

namespace cupel::crypto {
namespace {

using Store = std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>>;
using Context = std::unique_ptr<X509_STORE_CTX, FreeBy<X509_STORE_CTX_free>>;

constexpr int kMaxDepth = 16;      // Certificates between the leaf and the anchor.
constexpr int kSecurityLevel = 2;  // 112 bits: no SHA-1, RSA from 2048 bits on.

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

Store MakeStore(std::span<const Certificate> anchors, std::int64_t at) {
  Store store(X509_STORE_new());
  CUPEL_CHECK(store != nullptr);
  for (const Certificate& anchor : anchors) {
    CUPEL_CHECK(X509_STORE_add_cert(store.get(), CertificateAccess::Of(anchor)) == 1);
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(at));
  X509_VERIFY_PARAM_set_depth(parameters, kMaxDepth);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  // Whatever the caller names is an anchor, not only roots.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::string Validity(const Certificate& certificate) {
  const auto from = certificate.NotBefore();
  const auto until = certificate.NotAfter();
  if (!from || !until) return "an unreadable time";
  return fmt::format("{} to {}", FormatUtc(*from), FormatUtc(*until));
}

/// OpenSSL's verdict in a sentence about the certificate that it stumbled over.
std::string Reason(int error, const Certificate& culprit, std::int64_t at) {
  const std::string name = fmt::format("the certificate \"{}\"", culprit.Subject());
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is valid from {}, not at {}", name, Validity(culprit), FormatUtc(at));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("{} leads to none of the trusted certificates", name);
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return fmt::format("the signature of {} is false", name);
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return fmt::format("{} may not stand this far above the signer (its path length is exceeded)", name);
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return fmt::format("{} may not issue certificates", name);
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return fmt::format("{} has a critical extension that is not known", name);
    default: return fmt::format("{} does not hold: {}", name, X509_verify_cert_error_string(error));
  }
}

/// OpenSSL lets some certificates without basic constraints issue others; nobody else should.
Status CheckIssuers(std::span<const Certificate> chain) {
  for (const Certificate& issuer : chain.subspan(1)) {
    if (X509_check_ca(CertificateAccess::Of(issuer)) != 1) {
      return Fail(ErrorCode::kVerificationFailed,
                  fmt::format("the certificate \"{}\" may not issue certificates", issuer.Subject()));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Certificate>> VerifyChain(const Certificate& leaf,
                                             std::span<const Certificate> intermediates,
                                             std::span<const Certificate> anchors, std::int64_t at) {
  const Store store = MakeStore(anchors, at);
  const Stack untrusted(sk_X509_new_null());
  for (const Certificate& certificate : intermediates) {
    sk_X509_push(untrusted.get(), CertificateAccess::Of(certificate));
  }
  const Context context(X509_STORE_CTX_new());
  CUPEL_CHECK(X509_STORE_CTX_init(context.get(), store.get(), CertificateAccess::Of(leaf), untrusted.get()) ==
              1);
  const bool holds = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  const auto copy = [](X509* x509) {
    Bytes der(static_cast<std::size_t>(i2d_X509(x509, nullptr)));
    unsigned char* to = der.data();
    i2d_X509(x509, &to);
    return Certificate::FromDer(der);
  };
  if (!holds) {
    X509* culprit = X509_STORE_CTX_get_current_cert(context.get());
    const Result<Certificate> named = culprit == nullptr ? leaf : copy(culprit);
    return Fail(ErrorCode::kVerificationFailed,
                Reason(X509_STORE_CTX_get_error(context.get()), named.value_or(leaf), at));
  }
  std::vector<Certificate> chain;
  STACK_OF(X509)* found = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(found); ++i) {
    CUPEL_TRY(Certificate certificate, copy(sk_X509_value(found, i)));
    chain.push_back(std::move(certificate));
  }
  CUPEL_TRY_STATUS(CheckIssuers(chain));
  return chain;
}

}  // namespace cupel::crypto
