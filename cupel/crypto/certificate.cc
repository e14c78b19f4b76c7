// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

#include "cupel/crypto/certificate_handle.h"

namespace cupel::crypto {
namespace {

using Bio = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using Object = std::unique_ptr<ASN1_OBJECT, FreeBy<ASN1_OBJECT_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;
using Text = std::unique_ptr<ASN1_UTF8STRING, FreeBy<ASN1_UTF8STRING_free>>;

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 22;
constexpr std::size_t kMaxDerBytes = std::size_t{1} << 16;
constexpr const char* kSigstoreUserName = "1.3.6.1.4.1.57264.1.7";

std::string TakeText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string TextOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

Result<std::int64_t> UnixSeconds(const ASN1_TIME* time) {
  std::tm calendar{};
  if (ASN1_TIME_to_tm(time, &calendar) != 1) {
    ERR_clear_error();
    return Fail(ErrorCode::kCorrupt, "the certificate's validity cannot be read");
  }
  return static_cast<std::int64_t>(::timegm(&calendar));
}

/// The name as text; nothing for kinds that name no signer.
std::optional<std::string> NameText(const GENERAL_NAME* name) {
  if (name->type == GEN_EMAIL) return TextOf(name->d.rfc822Name);
  if (name->type == GEN_URI) return TextOf(name->d.uniformResourceIdentifier);
  if (name->type != GEN_OTHERNAME) return std::nullopt;
  const Object user_name(OBJ_txt2obj(kSigstoreUserName, 1));
  const ASN1_TYPE* value = name->d.otherName->value;
  if (OBJ_cmp(name->d.otherName->type_id, user_name.get()) != 0 || value->type != V_ASN1_UTF8STRING) {
    return std::nullopt;
  }
  return TextOf(value->value.utf8string);
}

}  // namespace

Certificate::Certificate(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  der_.resize(static_cast<std::size_t>(i2d_X509(handle_->x509.get(), nullptr)));
  unsigned char* to = der_.data();
  CUPEL_CHECK(i2d_X509(handle_->x509.get(), &to) == static_cast<int>(der_.size()));
}

Result<Certificate> Certificate::FromDer(BytesView der) {
  const unsigned char* at = der.data();
  auto handle = std::make_shared<Handle>();
  if (der.size() <= kMaxDerBytes) {
    handle->x509.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  }
  ERR_clear_error();
  if (!handle->x509 || at != der.data() + der.size()) {
    return Fail(ErrorCode::kCorrupt, "not the DER of a certificate");
  }
  Certificate certificate(std::move(handle));
  // OpenSSL also reads BER; a certificate has one form, so that it cannot change unnoticed.
  if (!std::equal(der.begin(), der.end(), certificate.der_.begin(), certificate.der_.end())) {
    return Fail(ErrorCode::kCorrupt, "the certificate is not in DER's one form");
  }
  return certificate;
}

Result<std::vector<Certificate>> Certificate::ListFromPem(std::string_view pem) {
  if (pem.size() > kMaxPemBytes)
    return Fail(ErrorCode::kCorrupt, "a list of certificates must have at most 4194304 characters");
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CUPEL_CHECK(bio != nullptr);
  std::vector<Certificate> certificates;
  ERR_clear_error();
  for (;;) {
    auto handle = std::make_shared<Handle>();
    handle->x509.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!handle->x509) break;
    certificates.push_back(Certificate(std::move(handle)));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!ended) {
    return Fail(ErrorCode::kCorrupt, fmt::format("certificate {} cannot be read", certificates.size() + 1));
  }
  if (certificates.empty()) {
    return Fail(ErrorCode::kCorrupt, "no certificate found", "", "expected \"-----BEGIN CERTIFICATE-----\"");
  }
  return certificates;
}

std::string Certificate::Pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  CUPEL_CHECK(PEM_write_bio_X509(bio.get(), handle_->x509.get()) == 1);
  return TakeText(bio.get());
}

std::string Certificate::Subject() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(handle_->x509.get()), 0, XN_FLAG_RFC2253);
  return TakeText(bio.get());
}

Result<PublicKey> Certificate::Key() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  EVP_PKEY* key = X509_get0_pubkey(handle_->x509.get());
  const bool written = key != nullptr && PEM_write_bio_PUBKEY(bio.get(), key) == 1;
  ERR_clear_error();
  if (!written) return Fail(ErrorCode::kUnsupported, "the certificate's key is of an unknown kind");
  auto parsed = PublicKey::FromPemOfAnyCurve(TakeText(bio.get()));
  if (!parsed) parsed.error().remedy = "";  // A certificate's key is not made by hand.
  return parsed;
}

Result<std::int64_t> Certificate::NotBefore() const {
  return UnixSeconds(X509_get0_notBefore(handle_->x509.get()));
}

Result<std::int64_t> Certificate::NotAfter() const {
  return UnixSeconds(X509_get0_notAfter(handle_->x509.get()));
}

Status Certificate::CheckUse(CertificateUse use) const {
  X509* x509 = handle_->x509.get();
  const std::uint32_t flags = X509_get_extension_flags(x509);
  const bool usage_named = (flags & EXFLAG_KUSAGE) != 0;
  const bool extended_named = (flags & EXFLAG_XKUSAGE) != 0;
  const auto refuse = [&](std::string_view why) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the certificate \"{}\" may not be used for signing: {}", Subject(), why));
  };
  if ((flags & EXFLAG_INVALID) != 0) return refuse("its extensions cannot be read");
  if (usage_named && (X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) == 0)
    return refuse("its key usage lacks digitalSignature");
  if (extended_named && (X509_get_extended_key_usage(x509) & (XKU_CODE_SIGN | XKU_ANYEKU)) == 0)
    return refuse("its extended key usage lacks codeSigning");
  if (!usage_named && !extended_named)
    return refuse("it names neither a key usage nor an extended key usage");
  const bool for_code = extended_named && (X509_get_extended_key_usage(x509) & XKU_CODE_SIGN) != 0;
  if (use == CertificateUse::kCodeSigning && !for_code)
    return refuse("its extended key usage lacks codeSigning");
  return {};
}

Result<std::vector<std::string>> Certificate::AlternativeNames() const {
  int critical = -1;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(handle_->x509.get(), NID_subject_alt_name, &critical, nullptr)));
  ERR_clear_error();
  std::vector<std::string> texts;
  if (!names && critical == -1) return texts;  // Absent.
  if (!names) return Fail(ErrorCode::kCorrupt, "the certificate's alternative names cannot be read");
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto text = NameText(sk_GENERAL_NAME_value(names.get(), i));
    if (text) texts.push_back(*std::move(text));
  }
  return texts;
}

Result<std::optional<Bytes>> Certificate::Extension(const char* object_id) const {
  const Object object(OBJ_txt2obj(object_id, 1));
  CUPEL_CHECK(object != nullptr);
  const int at = X509_get_ext_by_OBJ(handle_->x509.get(), object.get(), -1);
  if (at < 0) return std::optional<Bytes>();
  if (X509_get_ext_by_OBJ(handle_->x509.get(), object.get(), at) >= 0) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the certificate has extension {} twice", object_id));
  }
  const ASN1_OCTET_STRING* content = X509_EXTENSION_get_data(X509_get_ext(handle_->x509.get(), at));
  const unsigned char* data = ASN1_STRING_get0_data(content);
  return std::optional<Bytes>(Bytes(data, data + ASN1_STRING_length(content)));
}

Result<std::optional<std::string>> Certificate::TextExtension(const char* object_id) const {
  CUPEL_TRY(const std::optional<Bytes> content, Extension(object_id));
  if (!content) return std::optional<std::string>();
  const unsigned char* at = content->data();
  const Text text(d2i_ASN1_UTF8STRING(nullptr, &at, static_cast<long>(content->size())));
  ERR_clear_error();
  if (!text || at != content->data() + content->size()) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the certificate's extension {} is no text", object_id));
  }
  return std::optional<std::string>(TextOf(text.get()));
}

}  // namespace cupel::crypto
