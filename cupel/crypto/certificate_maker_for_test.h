// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Certificates for tests, made of OpenSSL's own parts, good and bad ones.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "cupel/base/bytes.h"

namespace cupel::crypto {

struct CertificateSettings {
  const char* name = "leaf";
  const char* basic_constraints = "critical,CA:FALSE";  ///< nullptr leaves an extension out.
  const char* key_usage = "critical,digitalSignature";
  const char* extended_key_usage = "codeSigning";
  const char* alternative_name = nullptr;
  std::int64_t not_before = 1'700'000'000;
  std::int64_t not_after = 1'800'000'000;
  const char* curve = "P-256";
  int rsa_bits = 0;  ///< An RSA key instead of one on `curve`.
  const EVP_MD* (*hash)() = EVP_sha256;
  const char* unknown_critical = nullptr;  ///< An object identifier.
};

inline CertificateSettings AuthoritySettings(const char* name, const char* constraints = "critical,CA:TRUE") {
  return {.name = name,
          .basic_constraints = constraints,
          .key_usage = "critical,keyCertSign,cRLSign",
          .extended_key_usage = nullptr};
}

class CertificateForTest {
 public:
  /// issuer: nullptr for a self-signed one.
  explicit CertificateForTest(const CertificateSettings& settings, const CertificateForTest* issuer = nullptr)
      : key_(settings.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(settings.rsa_bits))
                                   : EVP_EC_gen(settings.curve),
             EVP_PKEY_free),
        x509_(X509_new(), X509_free) {
    static long serial = 0;
    X509_set_version(x509_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509_.get()), ++serial);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509_.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(settings.name), -1, -1, 0);
    const CertificateForTest& by = issuer == nullptr ? *this : *issuer;
    X509_set_issuer_name(x509_.get(), X509_get_subject_name(by.x509_.get()));
    ASN1_TIME_set(X509_getm_notBefore(x509_.get()), settings.not_before);
    ASN1_TIME_set(X509_getm_notAfter(x509_.get()), settings.not_after);
    X509_set_pubkey(x509_.get(), key_.get());
    Add(NID_basic_constraints, settings.basic_constraints);
    Add(NID_key_usage, settings.key_usage);
    Add(NID_ext_key_usage, settings.extended_key_usage);
    Add(NID_subject_alt_name, settings.alternative_name);
    if (settings.unknown_critical != nullptr) AddUnknown(settings.unknown_critical);
    X509_sign(x509_.get(), by.key_.get(), settings.hash());
  }

  std::string Pem() const {
    return Written([&](BIO* bio) { PEM_write_bio_X509(bio, x509_.get()); });
  }
  std::string KeyPem() const {
    return Written([&](BIO* bio) {
      PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  Bytes Der() const {
    Bytes der(static_cast<std::size_t>(i2d_X509(x509_.get(), nullptr)));
    unsigned char* to = der.data();
    i2d_X509(x509_.get(), &to);
    return der;
  }

 private:
  template <typename Write>
  static std::string Written(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }
  void Add(int kind, const char* value) {
    if (value == nullptr) return;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  void AddUnknown(const char* object_id) {
    ASN1_OBJECT* object = OBJ_txt2obj(object_id, 1);
    ASN1_OCTET_STRING* content = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(content, reinterpret_cast<const unsigned char*>("\x0c\x02hi"), 4);
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 1, content);
    X509_add_ext(x509_.get(), extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(content);
    ASN1_OBJECT_free(object);
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> x509_;
};

}  // namespace cupel::crypto
