// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/hash.h"

#include <openssl/evp.h>

#include "cupel/base/file.h"

namespace cupel::crypto {
namespace {

/// Fetched once: since OpenSSL 3 a look-up by name for every digest costs more than hashing a short message.
const EVP_MD* Algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CUPEL_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

struct Sha256Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() {
    CUPEL_CHECK(context != nullptr);
    Start();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void Start() { CUPEL_CHECK(EVP_DigestInit_ex2(context, Algorithm(), nullptr) == 1); }
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::Update(BytesView piece) {
  CUPEL_CHECK(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1);
}

Digest Sha256Hasher::Finish() {
  Digest digest;
  unsigned int size = 0;
  CUPEL_CHECK(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), &size) == 1 && size == Digest::kSize);
  state_->Start();
  return digest;
}

Digest Sha256(BytesView bytes) { return Sha256(bytes, {}); }

Digest Sha256(BytesView first, BytesView second) {
  thread_local Sha256Hasher hasher;
  hasher.Update(first);
  hasher.Update(second);
  return hasher.Finish();
}

Result<Digest> Sha256OfFile(const std::filesystem::path& path) {
  Sha256Hasher hasher;
  CUPEL_TRY_STATUS(ReadFileInPieces(path, [&](BytesView piece) -> Status {
    hasher.Update(piece);
    return {};
  }));
  return hasher.Finish();
}

}  // namespace cupel::crypto
