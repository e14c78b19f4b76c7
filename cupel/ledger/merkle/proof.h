// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Merkle proofs and their verification: what a stranger needs who has a root and nothing else.
///
/// An inclusion proof shows that a leaf is in a tree; a consistency proof shows that a smaller tree is the
/// beginning of a larger one, so nothing was changed or removed in between. Source: RFC 6962 section 2.1,
/// verified by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
///
/// Promises: a proof that verifies is the only one that does (no hash can be added, removed or changed);
/// verification takes no more than one hash per proof hash, two for consistency, and cannot fail in another
/// way than by kVerificationFailed, whatever the proof holds. Does not promise: anything about the root
/// itself; that takes a signed checkpoint (checkpoint.h).

#include <cstdint>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"

namespace cupel::ledger::merkle {

/// The siblings of the leaf and of the nodes above it, from the leaf up.
struct InclusionProof {
  std::uint64_t index = 0;  ///< Of the leaf, from 0.
  std::uint64_t size = 0;   ///< Leaves in the tree.
  std::vector<Digest> path;
  bool operator==(const InclusionProof&) const = default;
};

/// The nodes that the old tree and the new one are both made of, from the bottom up.
/// Empty when old_size is 0 (every tree begins with no leaves) or equals new_size.
struct ConsistencyProof {
  std::uint64_t old_size = 0;
  std::uint64_t new_size = 0;
  std::vector<Digest> path;
  bool operator==(const ConsistencyProof&) const = default;
};

/// Errors: kVerificationFailed: the index is outside the tree, hashes are missing or too many, or the root
/// they lead to is another one.
Status VerifyInclusion(const Digest& leaf_hash, const InclusionProof& proof, const Digest& root);

/// Errors: kVerificationFailed, as above, for either root.
Status VerifyConsistency(const ConsistencyProof& proof, const Digest& old_root, const Digest& new_root);

}  // namespace cupel::ledger::merkle
