// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/reproducible_stream.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel {
namespace {

// FNV-1a, 64 bits: names are few and chosen by us, so a simple published hash is enough to keep streams
// apart.
std::uint64_t HashName(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (char c : name) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3ull;
  }
  return hash;
}

// SplitMix64's finaliser spreads (seed, name) over the 64-bit key.
std::uint64_t Mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

}  // namespace

std::array<std::uint32_t, 4> Philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

ReproducibleStream::ReproducibleStream(std::uint64_t seed, std::string_view name, std::uint64_t sample,
                                       std::uint32_t step) {
  const std::uint64_t key = Mix(seed ^ Mix(HashName(name)));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
  counter_ = {0, step, static_cast<std::uint32_t>(sample), static_cast<std::uint32_t>(sample >> 32)};
}

std::uint32_t ReproducibleStream::Next32() {
  if (used_ == 4) {
    block_ = Philox4x32(counter_, key_);
    // A stream is 2^32 blocks long (64 GiB of numbers); running over would repeat it.
    CUPEL_CHECK(++counter_[0] != 0);
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

std::uint64_t ReproducibleStream::Next64() {
  const std::uint64_t low = Next32();
  return low | std::uint64_t{Next32()} << 32;
}

float ReproducibleStream::Uniform() { return static_cast<float>(Next32() >> 8) * 0x1p-24f; }

double ReproducibleStream::UniformDouble() { return static_cast<double>(Next64() >> 11) * 0x1p-53; }

std::uint64_t ReproducibleStream::Below(std::uint64_t bound) {
  CUPEL_CHECK(bound > 0);
  // Rejection: the largest multiple of `bound` that fits 64 bits.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
  std::uint64_t value = Next64();
  while (value > limit) value = Next64();
  return value % bound;
}

double ReproducibleStream::Normal() {
  const double u = 1.0 - UniformDouble();
  const double v = UniformDouble();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::vector<std::int64_t> ReproducibleStream::Permutation(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  Shuffle(std::span(order));
  return order;
}

}  // namespace cupel
