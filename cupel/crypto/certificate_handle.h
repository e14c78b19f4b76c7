// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: OpenSSL's certificate inside ours.

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "cupel/crypto/certificate.h"

namespace cupel::crypto {

template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using X509Pointer = std::unique_ptr<X509, FreeBy<X509_free>>;

struct Certificate::Handle {
  X509Pointer x509;
};

/// Reading never changes a certificate, but OpenSSL's functions do not say so.
struct CertificateAccess {
  static X509* Of(const Certificate& certificate) { return certificate.handle_->x509.get(); }
};

}  // namespace cupel::crypto
