// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A log in memory that signs whatever it is told to, also two histories; its tiles; and witnesses on disk.
/// For tests only.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cupel/crypto/log_key.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/log/log_reader.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/ledger/witness/add_checkpoint.h"
#include "cupel/ledger/witness/cosignature.h"
#include "cupel/ledger/witness/cosign.h"
#include "cupel/ledger/witness/decide.h"
#include "cupel/ledger/witness/witness.h"

namespace cupel::ledger::witness {

/// The key whose seed is 32 times this byte: the same in every run.
inline crypto::LogKey KeyOf(std::uint8_t byte) { return crypto::LogKey::FromSeed(Bytes(32, byte)).value(); }

inline CosignatureKey WitnessKey(const std::string& name, std::uint8_t byte) {
  return CosignatureKey::Create(name, KeyOf(byte)).value();
}
/// Of witness 1, 2, ...: named w1.example, w2.example, ...
inline CosignatureKey WitnessKey(int number) {
  return WitnessKey(fmt::format("w{}.example", number), static_cast<std::uint8_t>(10 + number));
}

/// A witness whose memory is the state in `folder`, which is made if it is not there.
inline std::unique_ptr<Witness> WitnessIn(const std::filesystem::path& folder, CosignatureKey key,
                                          std::vector<KnownLog> logs, const Clock& clock) {
  if (!std::filesystem::exists(folder / "witness")) {
    CUPEL_CHECK(FileStore::Create(folder, key.Verifier()).has_value());
  }
  auto store = FileStore::Open(folder, key.Verifier()).value();
  return Witness::Create(std::move(key), std::move(logs), std::move(store), clock).value();
}

/// Asks a witness of this process.
inline Post InProcess(Witness& witness) {
  return [&witness](const std::string& body) -> Result<Answer> { return witness.Add(body); };
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

/// What the folder of such a log would hold, without its entries.
class TreeSource final : public log::TileSource {
 public:
  TreeSource(const merkle::Tree& tree, std::string note) : tree_(tree), note_(std::move(note)) {}

  Result<Bytes> Read(const std::string& path, std::uint64_t) const override {
    if (path == log::kCheckpointFile) return Bytes(note_.begin(), note_.end());
    const auto tile = merkle::TileId::Parse(path);
    if (!tile || !tile->level) return Fail(ErrorCode::kNotFound, "no such file", path);
    const std::uint64_t first = tile->index * merkle::kTileWidth;
    Bytes bytes;
    for (std::uint64_t i = 0; i < tile->width; ++i) {
      const unsigned height = *tile->level * merkle::kTileHeight;
      if ((first + i + 1) << height > tree_.size()) return Fail(ErrorCode::kNotFound, "no such file", path);
      const Digest& hash = tree_.Subtree(height, first + i);
      bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
    }
    return bytes;
  }
  std::string PlaceOf(const std::string& path) const override { return path; }

 private:
  const merkle::Tree& tree_;
  const std::string note_;
};

class SigningLog {
 public:
  explicit SigningLog(std::string origin = "example.com/log", std::uint8_t key = 1)
      : origin_(std::move(origin)), key_byte_(key), key_(KeyOf(key)) {}

  const std::string& origin() const { return origin_; }
  crypto::LogKey Key() const { return KeyOf(key_byte_); }
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

  /// The first `size` leaves as their readers see them. `tree` outlives the reader.
  Result<log::LogReader> Reader(const merkle::Tree& tree, std::uint64_t size) const {
    return log::LogReader::Open(std::make_shared<const TreeSource>(tree, Sign(tree, size).ToText()),
                                Verifier());
  }
  /// The log in a folder, which is made if it is not there; leaves are "<what> 0", "<what> 1", ...
  void Grow(const std::filesystem::path& folder, const std::string& what, std::size_t count) const {
    auto log = std::filesystem::exists(folder / log::kCheckpointFile)
                   ? log::Log::Open(folder, Key(), origin_).value()
                   : log::Log::Create(folder, Key(), origin_).value();
    std::vector<Bytes> leaves;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = fmt::format("{} {}", what, i);
      leaves.emplace_back(text.begin(), text.end());
    }
    CUPEL_CHECK(log.Append(leaves).has_value());
  }

  /// What the log would ask of a witness that has seen `old_size` leaves of this history.
  AddCheckpoint Request(const merkle::Tree& tree, std::uint64_t old_size, std::uint64_t size) const {
    return {old_size, tree.ProveConsistency(old_size, size)->path, Sign(tree, size)};
  }

 private:
  std::string origin_;
  std::uint8_t key_byte_;
  crypto::LogKey key_;
};

}  // namespace cupel::ledger::witness
