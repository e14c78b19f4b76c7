// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Making roots and proofs, wherever the hashes are kept: in memory (tree.h), in tile files (ledger/log).
///
/// Every root and every proof of a tree is made of hashes of complete subtrees, which never change once their
/// leaves are there. This is the part of RFC 6962 section 2.1 that chooses them and puts them together.
///
/// Promises: at most 2 log2(size) subtrees are asked for. Does not promise: that the source tells the truth;
/// one that reads foreign bytes checks them itself (ledger/log/log_reader.h).

#include <cstdint>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/proof.h"

namespace cupel::ledger::merkle {

class SubtreeSource {
 public:
  virtual ~SubtreeSource() = default;
  /// The hash of the complete subtree over leaves index * 2^level .. (index+1) * 2^level - 1.
  /// Precondition: the source has these leaves. Errors: what reading can fail with.
  virtual Result<Digest> Subtree(unsigned level, std::uint64_t index) const = 0;
};

/// The root of the first `size` leaves. Precondition: the source has them. Errors: the source's.
Result<Digest> MakeRoot(const SubtreeSource& source, std::uint64_t size);

/// Precondition: index < size, and the source has `size` leaves. Errors: the source's.
Result<InclusionProof> MakeInclusionProof(const SubtreeSource& source, std::uint64_t index,
                                          std::uint64_t size);

/// Precondition: old_size <= new_size, and the source has `new_size` leaves. Errors: the source's.
Result<ConsistencyProof> MakeConsistencyProof(const SubtreeSource& source, std::uint64_t old_size,
                                              std::uint64_t new_size);

}  // namespace cupel::ledger::merkle
