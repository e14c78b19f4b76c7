// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes the tiles of one append and puts them on disk together.
///
/// Tiles are written under their own names: until the checkpoint covers them nobody reads them, so half a
/// tile harms nobody. Many small files are flushed side by side, which costs a disk little more than one.
///
/// Promises: when Finish has returned, every tile is on disk, with its name and the names of the folders
/// above it, also of those that another process made and did not live to flush. Cost: at most 128 files are
/// open at once.

#include <filesystem>
#include <set>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {

class TileWriter {
 public:
  /// on_disk: the folders that earlier writers of this process flushed; Finish adds its own.
  TileWriter(FileOperations& files, std::filesystem::path folder, std::set<std::filesystem::path>& on_disk)
      : files_(files), folder_(std::move(folder)), on_disk_(on_disk) {}
  TileWriter(const TileWriter&) = delete;
  TileWriter& operator=(const TileWriter&) = delete;
  ~TileWriter();

  /// Errors: kResourceLimit (disk full), kPermission.
  Status Write(const merkle::TileId& tile, BytesView bytes);
  /// Errors: as above.
  Status Finish();

 private:
  Status PrepareFolder(const std::filesystem::path& folder);
  Status SyncOpenFiles();

  FileOperations& files_;
  const std::filesystem::path folder_;
  std::set<std::filesystem::path>& on_disk_;
  std::vector<int> open_;  ///< Written and not yet synced.
  std::set<std::filesystem::path>
      prepared_;  ///< Folders that are there, and below which something was written.
  std::set<std::filesystem::path> to_sync_;  ///< Folders with names that may not be on disk.
};

}  // namespace cupel::ledger::log
