// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/merkle/proof.h"

#include <functional>

#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/merkle/twin_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::merkle {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::HasSubstr;

constexpr std::uint64_t kExhaustive = 129;

class ProofTest : public ::testing::Test {
 protected:
  ProofTest() : leaves_(NumberedLeafHashes(kExhaustive)) {
    for (const Digest& leaf : leaves_) tree_.Append(leaf);
    for (std::uint64_t size = 0; size <= kExhaustive; ++size) {
      twin_roots_.push_back(TwinRoot(std::span(leaves_).first(size)));
    }
  }

  const Digest& RootAt(std::uint64_t size) const { return twin_roots_[size]; }

  std::vector<Digest> leaves_;
  std::vector<Digest> twin_roots_;
  Tree tree_;
};

Digest Flipped(Digest digest, std::size_t bit) {
  digest.bytes[bit / 8] = static_cast<std::uint8_t>(digest.bytes[bit / 8] ^ (1u << bit % 8));
  return digest;
}

/// Calls `use` with the path in every tampered form: each hash with one bit flipped, each hash removed, each
/// hash doubled, neighbours swapped, one more hash at either end, cut from either end.
template <typename Proof>
void ForEveryTampering(const Proof& proof, std::size_t bit,
                       const std::function<void(const Proof&, const char*)>& use) {
  const auto with = [&](std::vector<Digest> path, const char* what) {
    Proof tampered = proof;
    tampered.path = std::move(path);
    if (tampered != proof) use(tampered, what);
  };
  for (std::size_t i = 0; i < proof.path.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<Digest> path = proof.path;
    path[i] = Flipped(path[i], bit);
    with(path, "flipped bit");
    path = proof.path;
    path.erase(path.begin() + at);
    with(path, "removed hash");
    path = proof.path;
    path.insert(path.begin() + at, proof.path[i]);
    with(path, "doubled hash");
    if (i > 0) {
      path = proof.path;
      std::swap(path[i], path[i - 1]);
      with(path, "swapped hashes");
    }
  }
  std::vector<Digest> longer = proof.path;
  longer.push_back(Digest{});
  with(longer, "hash added at the end");
  longer = proof.path;
  longer.insert(longer.begin(), Digest{});
  with(longer, "hash added at the start");
  if (!proof.path.empty()) with({}, "no hashes");
}

TEST_F(ProofTest, EveryInclusionProofOfEverySizeVerifies) {
  for (std::uint64_t size = 1; size <= kExhaustive; ++size) {
    const Digest root = RootAt(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      CUPEL_ASSERT_OK(const InclusionProof proof, tree_.ProveInclusion(index, size));
      ASSERT_THAT(VerifyInclusion(leaves_[index], proof, root), IsOk()) << index << " of " << size;
    }
  }
}

TEST_F(ProofTest, EveryConsistencyProofOfEveryPairVerifies) {
  for (std::uint64_t size = 0; size <= kExhaustive; ++size) {
    const Digest root = RootAt(size);
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      CUPEL_ASSERT_OK(const ConsistencyProof proof, tree_.ProveConsistency(old_size, size));
      ASSERT_THAT(VerifyConsistency(proof, RootAt(old_size), root), IsOk()) << old_size << " to " << size;
    }
  }
}

TEST_F(ProofTest, RejectsEveryTamperedInclusionProof) {
  for (std::uint64_t size = 1; size <= kExhaustive; ++size) {
    const Digest root = RootAt(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const InclusionProof proof = tree_.ProveInclusion(index, size).value();
      ForEveryTampering<InclusionProof>(
          proof, (index * 31 + size) % 256, [&](const auto& bad, const char* what) {
            ASSERT_THAT(VerifyInclusion(leaves_[index], bad, root), HasError(ErrorCode::kVerificationFailed))
                << what << ", leaf " << index << " of " << size;
          });
    }
  }
}

TEST_F(ProofTest, RejectsEveryTamperedConsistencyProof) {
  for (std::uint64_t size = 0; size <= kExhaustive; size += 1) {
    const Digest root = RootAt(size);
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const ConsistencyProof proof = tree_.ProveConsistency(old_size, size).value();
      const Digest old_root = RootAt(old_size);
      ForEveryTampering<ConsistencyProof>(
          proof, (old_size * 31 + size) % 256, [&](const auto& bad, const char* what) {
            ASSERT_THAT(VerifyConsistency(bad, old_root, root), HasError(ErrorCode::kVerificationFailed))
                << what << ", " << old_size << " to " << size;
          });
    }
  }
}

TEST_F(ProofTest, RejectsEveryFlippedBitOfEveryHash) {
  const InclusionProof proof = tree_.ProveInclusion(5, 11).value();
  const Digest root = RootAt(11);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    for (std::size_t i = 0; i < proof.path.size(); ++i) {
      InclusionProof bad = proof;
      bad.path[i] = Flipped(bad.path[i], bit);
      EXPECT_THAT(VerifyInclusion(leaves_[5], bad, root), HasError(ErrorCode::kVerificationFailed));
    }
    EXPECT_THAT(VerifyInclusion(Flipped(leaves_[5], bit), proof, root),
                HasError(ErrorCode::kVerificationFailed));
    EXPECT_THAT(VerifyInclusion(leaves_[5], proof, Flipped(root, bit)),
                HasError(ErrorCode::kVerificationFailed));
  }
}

TEST_F(ProofTest, RejectsEveryOtherIndexAndEveryOtherLeaf) {
  constexpr std::uint64_t kLimit = 40;
  for (std::uint64_t size = 1; size <= kLimit; ++size) {
    const Digest root = RootAt(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const InclusionProof proof = tree_.ProveInclusion(index, size).value();
      for (std::uint64_t other = 0; other < size + 2; ++other) {
        if (other == index) continue;
        InclusionProof bad = proof;
        bad.index = other;
        ASSERT_THAT(VerifyInclusion(leaves_[index], bad, root), HasError(ErrorCode::kVerificationFailed));
        ASSERT_THAT(VerifyInclusion(leaves_[other], proof, root), HasError(ErrorCode::kVerificationFailed));
      }
    }
  }
}

// A proof's size is bound by the signed checkpoint, not by the hashes: where two sizes have the same path and
// root the claim "leaf is under this root" is the same. What must never verify is the root of one size under
// the other's proof.
TEST_F(ProofTest, RejectsTheRootOfEveryOtherSize) {
  for (std::uint64_t size = 1; size <= kExhaustive; ++size) {
    for (std::uint64_t index = 0; index < size; index += 7) {
      const InclusionProof proof = tree_.ProveInclusion(index, size).value();
      for (std::uint64_t other = 0; other <= kExhaustive; other += 3) {
        if (other == size) continue;
        ASSERT_THAT(VerifyInclusion(leaves_[index], proof, RootAt(other)),
                    HasError(ErrorCode::kVerificationFailed));
      }
    }
  }
}

TEST_F(ProofTest, RejectsConsistencyWithAnyOtherRoot) {
  for (std::uint64_t size = 0; size <= 40; ++size) {
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const ConsistencyProof proof = tree_.ProveConsistency(old_size, size).value();
      for (std::uint64_t other = 0; other <= 41; ++other) {
        const Digest wrong = RootAt(other);
        if (other != old_size) {
          ASSERT_THAT(VerifyConsistency(proof, wrong, RootAt(size)),
                      HasError(ErrorCode::kVerificationFailed));
        }
        // From nothing to something there is nothing to prove, whatever the new root is.
        if (other != size && old_size != 0) {
          ASSERT_THAT(VerifyConsistency(proof, RootAt(old_size), wrong),
                      HasError(ErrorCode::kVerificationFailed));
        }
      }
    }
  }
}

TEST_F(ProofTest, RejectsAForkedHistory) {
  // Same sizes, one leaf of the past rewritten: no consistency proof of the forked tree convinces a holder of
  // the old root.
  for (std::uint64_t changed = 0; changed < 20; ++changed) {
    Tree forked;
    for (std::uint64_t i = 0; i < 33; ++i)
      forked.Append(i == changed ? LeafHash(AsBytes("rewritten")) : leaves_[i]);
    const ConsistencyProof proof = forked.ProveConsistency(20, 33).value();
    EXPECT_THAT(VerifyConsistency(proof, RootAt(20), forked.Root()),
                HasError(ErrorCode::kVerificationFailed));
  }
}

TEST(VerifyInclusion, SurvivesAbsurdNumbers) {
  const Digest hash = EmptyRoot();
  const std::uint64_t huge = ~std::uint64_t{0};
  EXPECT_THAT(VerifyInclusion(hash, {0, 0, {}}, hash),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("tree of 0")));
  EXPECT_THAT(VerifyInclusion(hash, {huge, huge, {}}, hash), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifyInclusion(hash, {huge - 1, huge, {}}, hash),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("too few")));
  EXPECT_THAT(VerifyInclusion(hash, {huge - 1, huge, std::vector<Digest>(65, hash)}, hash),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("too many")));
}

TEST(VerifyConsistency, SurvivesAbsurdNumbers) {
  const Digest hash = EmptyRoot();
  const std::uint64_t huge = ~std::uint64_t{0};
  EXPECT_THAT(VerifyConsistency({huge, 0, {}}, hash, hash),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("shrank")));
  EXPECT_THAT(VerifyConsistency({huge - 1, huge, {}}, hash, hash), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(VerifyConsistency({1, huge, std::vector<Digest>(65, hash)}, hash, hash),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("too many")));
}

}  // namespace
}  // namespace cupel::ledger::merkle
