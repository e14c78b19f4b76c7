// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/proof.h"

#include <fmt/format.h>

#include <bit>
#include <span>

#include "cupel/ledger/merkle/tree.h"

namespace cupel::ledger::merkle {
namespace {

tl::unexpected<Error> False(std::string message) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message));
}

Status CompareRoots(std::string_view which, const Digest& found, const Digest& expected) {
  if (found != expected) {
    return False(
        fmt::format("the proof leads to the {} {}, expected {}", which, found.Hex(), expected.Hex()));
  }
  return {};
}

/// The walk from a node to the root that both verifications share. `node` is the walker's place in its level,
/// `last` the place of the level's last node (RFC 9162's fn and sn).
struct Walk {
  std::uint64_t node;
  std::uint64_t last;

  bool AtRoot() const { return last == 0; }

  /// Goes one level up and says whether the sibling that the proof gives stands on the left. A last node
  /// without a sibling is its own parent, so levels are skipped until there is one.
  bool SiblingIsLeft() {
    const bool left = (node & 1) != 0 || node == last;
    if (left) {
      while ((node & 1) == 0 && node != 0) Up();
    }
    Up();
    return left;
  }

  void Up() {
    node >>= 1;
    last >>= 1;
  }
};

}  // namespace

Status VerifyInclusion(const Digest& leaf_hash, const InclusionProof& proof, const Digest& root) {
  if (proof.index >= proof.size) {
    return False(fmt::format("the proof is for leaf {} of a tree of {}", proof.index, proof.size));
  }
  Walk walk{proof.index, proof.size - 1};
  Digest node = leaf_hash;
  for (const Digest& sibling : proof.path) {
    if (walk.AtRoot()) return False("the inclusion proof has too many hashes");
    node = walk.SiblingIsLeft() ? NodeHash(sibling, node) : NodeHash(node, sibling);
  }
  if (!walk.AtRoot()) return False("the inclusion proof has too few hashes");
  return CompareRoots("root", node, root);
}

Status VerifyConsistency(const ConsistencyProof& proof, const Digest& old_root, const Digest& new_root) {
  if (proof.old_size > proof.new_size) {
    return False(fmt::format("the log shrank from {} to {} leaves", proof.old_size, proof.new_size));
  }
  std::span<const Digest> path = proof.path;
  if (proof.old_size == 0 || proof.old_size == proof.new_size) {
    if (!path.empty()) return False("the consistency proof has too many hashes");
    if (proof.old_size == 0) return CompareRoots("old root", EmptyRoot(), old_root);
    return CompareRoots("old root", new_root, old_root);
  }
  // The walk starts at the largest complete subtree at the old tree's right edge; when that is the whole old
  // tree, its hash is the old root and the proof leaves it out.
  const auto start = static_cast<unsigned>(std::countr_one(proof.old_size - 1));
  Walk walk{(proof.old_size - 1) >> start, (proof.new_size - 1) >> start};
  Digest old_node = old_root;
  if (!std::has_single_bit(proof.old_size)) {
    if (path.empty()) return False("the consistency proof has too few hashes");
    old_node = path.front();
    path = path.subspan(1);
  }
  Digest new_node = old_node;
  for (const Digest& sibling : path) {
    if (walk.AtRoot()) return False("the consistency proof has too many hashes");
    if (walk.SiblingIsLeft()) {
      old_node = NodeHash(sibling, old_node);
      new_node = NodeHash(sibling, new_node);
    } else {
      new_node = NodeHash(new_node, sibling);
    }
  }
  if (!walk.AtRoot()) return False("the consistency proof has too few hashes");
  CUPEL_TRY_STATUS(CompareRoots("old root", old_node, old_root));
  return CompareRoots("new root", new_node, new_root);
}

}  // namespace cupel::ledger::merkle
