// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A log in memory that signs whatever it is told to, also two histories; and a witness's key. For tests
/// only.

#include <string>
#include <vector>

#include "cupel/crypto/log_key.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"
#include "cupel/ledger/witness/decide.h"

namespace cupel::ledger::witness {

/// The key whose seed is 32 times this byte: the same in every run.
inline crypto::LogKey KeyOf(std::uint8_t byte) { return crypto::LogKey::FromSeed(Bytes(32, byte)).value(); }

inline CosignatureKey WitnessKey(const std::string& name, std::uint8_t byte) {
  return CosignatureKey::Create(name, KeyOf(byte)).value();
}

/// One history: `shared` leaves "0", "1", ... and then leaves with the history's name.
inline merkle::Tree History(std::uint64_t size, std::uint64_t shared = ~std::uint64_t{0},
                            const std::string& name = {}) {
  merkle::Tree tree;
  for (std::uint64_t i = 0; i < size; ++i) {
    tree.Append(merkle::LeafHash(AsBytes(std::to_string(i) + (i < shared ? "" : name))));
  }
  return tree;
}

class SigningLog {
 public:
  explicit SigningLog(std::string origin = "example.com/log", std::uint8_t key = 1)
      : origin_(std::move(origin)), key_(KeyOf(key)) {}

  const std::string& origin() const { return origin_; }
  merkle::NoteVerifier Verifier() const {
    return merkle::NoteVerifier::Create(origin_, key_.Public()).value();
  }
  KnownLog Known() const { return {origin_, {Verifier()}}; }

  merkle::SignedNote Sign(std::uint64_t size, const Digest& root) const {
    return merkle::SignNote(merkle::Checkpoint{origin_, size, root, {}}.ToText(), origin_, key_).value();
  }
  /// The checkpoint of the first `size` leaves.
  merkle::SignedNote Sign(const merkle::Tree& tree, std::uint64_t size) const {
    return Sign(size, tree.RootAt(size).value());
  }

  /// What the log would ask of a witness that has seen `old_size` leaves of this history.
  AddCheckpoint Request(const merkle::Tree& tree, std::uint64_t old_size, std::uint64_t size) const {
    return {old_size, tree.ProveConsistency(old_size, size)->path, Sign(tree, size)};
  }

 private:
  std::string origin_;
  crypto::LogKey key_;
};

}  // namespace cupel::ledger::witness
