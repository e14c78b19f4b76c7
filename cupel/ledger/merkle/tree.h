// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A Merkle tree over an append-only list of leaves, hashed as RFC 6962 section 2.1 says (RFC 9162 keeps the
/// hashing).
///
///     leaf hash   SHA-256(0x00 || leaf)
///     node hash   SHA-256(0x01 || left || right)
///     root        of no leaves SHA-256(""); of one its leaf hash; of n > 1 the node of the root of the first
///     k and the
///                 root of the other n-k, where k is the largest power of two below n
///
///                     root(7)
///                   /         \                      The nodes with a name are complete: once both children
///                   are there
///               2,0             .                    they never change. Those are what the tree stores, and
///               what tiles
///              /    \         /   \                  (tile.h) publish. The dots are made when they are asked
///              for.
///           1,0     1,1     1,2    |
///          /  \    /  \    /  \    |
///         0    1  2    3  4    5   6
///
/// Promises: the first byte keeps leaves and nodes apart, so no leaf can pose as a node; everything about the
/// first n leaves (root, proofs) stays available and unchanged when leaves are added. Does not promise: to
/// keep the leaves, only their hashes (64 bytes a leaf); nor that duplicate leaves are refused.
///
///     Tree tree;
///     tree.Append(LeafHash(record));
///     CUPEL_TRY(const InclusionProof proof, tree.ProveInclusion(0, tree.size()));
///     CUPEL_TRY_STATUS(VerifyInclusion(LeafHash(record), proof, tree.Root()));

#include <cstdint>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/proof.h"
#include "cupel/ledger/merkle/prove.h"

namespace cupel::ledger::merkle {

/// SHA-256(0x00 || leaf).
Digest LeafHash(BytesView leaf);
/// SHA-256(0x01 || left || right).
Digest NodeHash(const Digest& left, const Digest& right);
/// SHA-256(""), the root of no leaves.
Digest EmptyRoot();

class Tree {
 public:
  /// Adds a leaf by its hash; returns its index, counted from 0. Cost: O(log n) hashes at worst, one on
  /// average.
  std::uint64_t Append(const Digest& leaf_hash);

  /// Forgets the leaves from `size` on, for a caller that could not store them. Precondition: size <= size().
  void Truncate(std::uint64_t size);

  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }

  /// Cost: O(log n) hashes.
  Digest Root() const;

  /// The root when the tree had `size` leaves. Errors: kInvalidArgument when size > size().
  Result<Digest> RootAt(std::uint64_t size) const;

  /// That leaf `index` is among the first `size` leaves. At most ceil(log2 size) hashes.
  /// Errors: kInvalidArgument unless index < size <= size().
  Result<InclusionProof> ProveInclusion(std::uint64_t index, std::uint64_t size) const;

  /// That the first `old_size` leaves are unchanged among the first `new_size`.
  /// Errors: kInvalidArgument unless old_size <= new_size <= size().
  Result<ConsistencyProof> ProveConsistency(std::uint64_t old_size, std::uint64_t new_size) const;

  /// The hash of the complete subtree over leaves index * 2^level .. (index+1) * 2^level - 1: a stored node,
  /// no cost. Precondition: those leaves are there.
  const Digest& Subtree(unsigned level, std::uint64_t index) const;

 private:
  /// The tree as what proofs are made from; cannot fail.
  struct Stored final : SubtreeSource {
    explicit Stored(const Tree& of) : tree(of) {}
    Result<Digest> Subtree(unsigned level, std::uint64_t index) const override;
    const Tree& tree;
  };

  std::vector<std::vector<Digest>> levels_;  // levels_[l][i] is the complete subtree `l,i` of the picture
};

}  // namespace cupel::ledger::merkle
