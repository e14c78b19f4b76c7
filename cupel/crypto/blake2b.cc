// SPDX-License-Identifier: Apache-2.0
#include "cupel/crypto/blake2b.h"

#include <openssl/evp.h>

namespace cupel::crypto {

struct Blake2bHasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() {
    CUPEL_CHECK(context != nullptr);
    Start();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }

  void Start() { CUPEL_CHECK(EVP_DigestInit_ex2(context, EVP_blake2b512(), nullptr) == 1); }
};

Blake2bHasher::Blake2bHasher() : state_(std::make_unique<State>()) {}
Blake2bHasher::~Blake2bHasher() = default;
Blake2bHasher::Blake2bHasher(Blake2bHasher&&) noexcept = default;
Blake2bHasher& Blake2bHasher::operator=(Blake2bHasher&&) noexcept = default;

void Blake2bHasher::Update(BytesView piece) {
  CUPEL_CHECK(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1);
}

Bytes Blake2bHasher::Finish() {
  Bytes digest(kSize);
  unsigned int size = 0;
  CUPEL_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), &size) == 1 && size == kSize);
  state_->Start();
  return digest;
}

}  // namespace cupel::crypto
