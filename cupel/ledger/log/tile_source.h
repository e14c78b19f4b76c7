// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the files of a log come from: a folder, or anything else that can fetch by name.
///
/// Does not promise: that what is read is true. Readers check it (log_reader.h).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {

inline constexpr std::string_view kCheckpointFile = "checkpoint";

class TileSource {
 public:
  virtual ~TileSource() = default;
  /// path: "checkpoint", or a tile's (merkle::TileId::Path). May be called from several threads.
  /// Errors: kNotFound; kResourceLimit over `limit_bytes`; what else fetching can fail with.
  virtual Result<Bytes> Read(const std::string& path, std::uint64_t limit_bytes) const = 0;
  /// How messages name a file.
  virtual std::string PlaceOf(const std::string& path) const = 0;
};

class FolderSource final : public TileSource {
 public:
  explicit FolderSource(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<Bytes> Read(const std::string& path, std::uint64_t limit_bytes) const override;
  std::string PlaceOf(const std::string& path) const override { return (folder_ / path).string(); }

 private:
  std::filesystem::path folder_;
};

/// The signed checkpoint, unread. Errors: the source's; kCorrupt for bytes that no note has.
Result<std::string> ReadNote(const TileSource& source);

/// The hashes of a tile. A partial tile may have been replaced by the full one, which then begins with it.
/// Errors: the source's for the tile itself; kCorrupt for another length.
Result<std::vector<Digest>> ReadHashTile(const TileSource& source, const merkle::TileId& tile);

/// The first tile.width entries of a bundle, with the same exception. Errors: as above.
Result<std::vector<Bytes>> ReadEntryBundle(const TileSource& source, const merkle::TileId& tile);

}  // namespace cupel::ledger::log
