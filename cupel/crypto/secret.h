// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes that must not linger or leak: wiped when destroyed or moved from, never copied, never printed.
///
/// Promises: the memory that held the secret is overwritten before it is freed, in a way the compiler keeps.
/// Does not promise: to be locked out of swap or core dumps, nor to wipe copies that others made of
/// `Reveal()`.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "cupel/base/bytes.h"

namespace cupel::crypto {

/// Overwrites with zeros; not removed by the optimiser.
void Wipe(std::span<std::uint8_t> memory);

/// Equal or not, in a time that depends on the lengths alone.
bool EqualInConstantTime(BytesView a, BytesView b);

class Secret {
 public:
  Secret() = default;
  /// `size` zero bytes to be filled through `Buffer()`. The size never changes, so no reallocation leaves a
  /// copy.
  explicit Secret(std::size_t size) : bytes_(std::make_unique<std::uint8_t[]>(size)), size_(size) {}
  /// Copies `bytes`; the caller wipes the original.
  explicit Secret(BytesView bytes);
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(Buffer()); }

  std::size_t size() const { return size_; }
  std::span<std::uint8_t> Buffer() { return {bytes_.get(), size_}; }

  /// The secret itself: for the call that needs it and no longer.
  BytesView Reveal() const { return {bytes_.get(), size_}; }
  std::string_view RevealText() const { return AsText(Reveal()); }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace cupel::crypto
