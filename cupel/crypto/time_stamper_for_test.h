// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A time-stamp authority for tests, made of OpenSSL's own parts: it stamps what it is given, at the time it
/// is told.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <string>

#include "cupel/base/bytes.h"

namespace cupel::crypto {

struct TimeStamperSettings {
  const char* key_usage = "critical,timeStamping";
  std::int64_t not_before = 1'700'000'000;
  std::int64_t not_after = 1'800'000'000;
  const char* curve = "P-256";
  const char* hash = "SHA256";  ///< Of the imprint.
};

class TimeStamperForTest {
 public:
  explicit TimeStamperForTest(const TimeStamperSettings& settings = {})
      : key_(EVP_EC_gen(settings.curve)),
        certificate_(X509_new()),
        hash_(EVP_get_digestbyname(settings.hash)) {
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_NAME* name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test TSA"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    ASN1_TIME_set(X509_getm_notBefore(certificate_), settings.not_before);
    ASN1_TIME_set(X509_getm_notAfter(certificate_), settings.not_after);
    X509_set_pubkey(certificate_, key_);
    AddExtension(NID_ext_key_usage, settings.key_usage);
    AddExtension(NID_key_usage, "critical,digitalSignature");
    X509_sign(certificate_, key_, EVP_sha256());
  }
  TimeStamperForTest(const TimeStamperForTest&) = delete;
  TimeStamperForTest& operator=(const TimeStamperForTest&) = delete;
  ~TimeStamperForTest() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  std::string CertificatePem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate_);
    const std::string pem = TakeAll(bio);
    return pem;
  }

  Bytes PublicKeyDer() const {
    Bytes der(static_cast<std::size_t>(i2d_PUBKEY(key_, nullptr)));
    unsigned char* to = der.data();
    i2d_PUBKEY(key_, &to);
    return der;
  }

  /// The DER of a TimeStampResp over the message's hash, as if it had been asked for without a nonce.
  Bytes Stamp(BytesView message, std::int64_t at) const { return Answer(Query(message), at); }

  /// The DER of a TimeStampResp to the DER of a TimeStampReq; a refusal if the request is none, or is over
  /// another hash than the settings'.
  Bytes Answer(BytesView request, std::int64_t at) const {
    time_ = at;
    TS_RESP_CTX* context = TS_RESP_CTX_new();
    TS_RESP_CTX_set_signer_cert(context, certificate_);
    TS_RESP_CTX_set_signer_key(context, key_);
    TS_RESP_CTX_set_signer_digest(context, EVP_sha256());
    TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256());
    ASN1_OBJECT* policy = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
    TS_RESP_CTX_set_def_policy(context, policy);
    TS_RESP_CTX_add_md(context, hash_);
    TS_RESP_CTX_set_serial_cb(
        context,
        [](TS_RESP_CTX*, void*) {
          ASN1_INTEGER* serial = ASN1_INTEGER_new();
          ASN1_INTEGER_set(serial, 7);
          return serial;
        },
        nullptr);
    TS_RESP_CTX_set_time_cb(
        context,
        [](TS_RESP_CTX*, void* data, long* seconds, long* microseconds) {
          *seconds = static_cast<long>(*static_cast<const std::int64_t*>(data));
          *microseconds = 0;
          return 1;
        },
        &time_);
    BIO* query = BIO_new_mem_buf(request.data(), static_cast<int>(request.size()));
    TS_RESP* response = TS_RESP_create_response(context, query);
    Bytes der(static_cast<std::size_t>(i2d_TS_RESP(response, nullptr)));
    unsigned char* to = der.data();
    i2d_TS_RESP(response, &to);
    TS_RESP_free(response);
    BIO_free(query);
    ASN1_OBJECT_free(policy);
    TS_RESP_CTX_free(context);
    return der;
  }

 private:
  static std::string TakeAll(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
  }

  /// A request with the certificate asked for, as `openssl ts -query -cert -no_nonce` makes it.
  Bytes Query(BytesView message) const {
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(message.data(), message.size(), digest, &size, hash_, nullptr);
    TS_REQ* request = TS_REQ_new();
    TS_REQ_set_version(request, 1);
    TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR* algorithm = X509_ALGOR_new();
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_type(hash_)), V_ASN1_NULL, nullptr);
    TS_MSG_IMPRINT_set_algo(imprint, algorithm);
    TS_MSG_IMPRINT_set_msg(imprint, digest, static_cast<int>(size));
    TS_REQ_set_msg_imprint(request, imprint);
    TS_REQ_set_cert_req(request, 1);
    Bytes der(static_cast<std::size_t>(i2d_TS_REQ(request, nullptr)));
    unsigned char* to = der.data();
    i2d_TS_REQ(request, &to);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(request);
    return der;
  }

  void AddExtension(int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
  }

  EVP_PKEY* key_;
  X509* certificate_;
  const EVP_MD* hash_;
  mutable std::int64_t time_ = 0;
};

}  // namespace cupel::crypto
