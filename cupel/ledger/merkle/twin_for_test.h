// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The slow twin of tree.h and proof.h: RFC 6962 section 2.1 word by word, recursive, nothing stored; and the
/// reference vectors that Certificate Transparency's implementations share. For tests only.

#include <array>
#include <bit>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/crypto/hash.h"

namespace cupel::ledger::merkle {

inline Digest TwinHash(Bytes prefix, BytesView a, BytesView b = {}) {
  prefix.insert(prefix.end(), a.begin(), a.end());
  prefix.insert(prefix.end(), b.begin(), b.end());
  return crypto::Sha256(prefix);
}

inline std::size_t TwinSplit(std::size_t n) {
  std::size_t k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

/// MTH(D[n]), over leaf hashes.
inline Digest TwinRoot(std::span<const Digest> leaves) {
  if (leaves.empty()) return TwinHash({}, {});
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = TwinSplit(leaves.size());
  return TwinHash({1}, TwinRoot(leaves.first(k)).bytes, TwinRoot(leaves.subspan(k)).bytes);
}

/// PATH(m, D[n]).
inline std::vector<Digest> TwinInclusionPath(std::size_t m, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = TwinSplit(leaves.size());
  std::vector<Digest> path =
      m < k ? TwinInclusionPath(m, leaves.first(k)) : TwinInclusionPath(m - k, leaves.subspan(k));
  path.push_back(m < k ? TwinRoot(leaves.subspan(k)) : TwinRoot(leaves.first(k)));
  return path;
}

/// SUBPROOF(m, D[n], b); PROOF(m, D[n]) = SUBPROOF(m, D[n], true).
inline std::vector<Digest> TwinConsistencyPath(std::size_t m, std::span<const Digest> leaves,
                                               bool whole = true) {
  if (m == leaves.size()) return whole ? std::vector<Digest>{} : std::vector<Digest>{TwinRoot(leaves)};
  const std::size_t k = TwinSplit(leaves.size());
  if (m <= k) {
    std::vector<Digest> path = TwinConsistencyPath(m, leaves.first(k), whole);
    path.push_back(TwinRoot(leaves.subspan(k)));
    return path;
  }
  std::vector<Digest> path = TwinConsistencyPath(m - k, leaves.subspan(k), false);
  path.push_back(TwinRoot(leaves.first(k)));
  return path;
}

/// Leaf hashes of the texts "leaf 0", "leaf 1", ...
inline std::vector<Digest> NumberedLeafHashes(std::size_t n) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(TwinHash({0}, AsBytes("leaf " + std::to_string(i))));
  return leaves;
}

inline std::vector<std::string> HexOf(const std::vector<Digest>& digests) {
  std::vector<std::string> hex;
  for (const Digest& digest : digests) hex.push_back(digest.Hex());
  return hex;
}

inline constexpr std::array<const char*, 8> kPublishedLeaves = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};

inline constexpr std::array<const char*, 8> kPublishedRoots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

inline std::vector<Digest> PublishedLeafHashes() {
  std::vector<Digest> leaves;
  for (const char* hex : kPublishedLeaves) leaves.push_back(TwinHash({0}, FromHex(hex).value()));
  return leaves;
}

struct PublishedInclusion {
  std::size_t index, size;
  std::vector<std::string> path;
};

inline const std::vector<PublishedInclusion> kPublishedInclusion = {
    {0, 1, {}},
    {0,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {5,
     8,
     {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {1,
     5,
     {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};

struct PublishedConsistency {
  std::size_t old_size, new_size;
  std::vector<std::string> path;
};

inline const std::vector<PublishedConsistency> kPublishedConsistency = {
    {1, 1, {}},
    {1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {6,
     8,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2,
     5,
     {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};

}  // namespace cupel::ledger::merkle
