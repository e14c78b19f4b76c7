// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/tile_writer.h"

#include "cupel/ledger/log/durable_write.h"

namespace cupel::ledger::log {
namespace {

constexpr std::size_t kMostOpenFiles = 128;

}  // namespace

TileWriter::~TileWriter() {
  for (const int handle : open_) files_.Close(handle);
}

Status TileWriter::PrepareFolder(const std::filesystem::path& folder) {
  if (prepared_.contains(folder)) return {};
  CUPEL_TRY_STATUS(MakeFolders(files_, folder, to_sync_));
  prepared_.insert(folder);
  if (on_disk_.contains(folder) || folder == folder_) return {};
  to_sync_.insert(folder.parent_path());
  return PrepareFolder(folder.parent_path());
}

Status TileWriter::Write(const merkle::TileId& tile, BytesView bytes) {
  const std::filesystem::path path = folder_ / tile.Path();
  CUPEL_TRY_STATUS(PrepareFolder(path.parent_path()));
  to_sync_.insert(path.parent_path());
  CUPEL_TRY(const int handle, files_.CreateFile(path));
  open_.push_back(handle);
  if (Status status = files_.Write(handle, bytes); !status)
    return FailAt(path.string(), std::move(status).error());
  return open_.size() < kMostOpenFiles ? Status() : SyncOpenFiles();
}

Status TileWriter::SyncOpenFiles() {
  Status status = SyncAndClose(files_, open_);
  if (!status) return FailAt((folder_ / "tile").string(), std::move(status).error());
  return {};
}

Status TileWriter::Finish() {
  CUPEL_TRY_STATUS(SyncOpenFiles());
  Status status = SyncFolders(files_, to_sync_);
  if (!status) return FailAt((folder_ / "tile").string(), std::move(status).error());
  on_disk_.insert(prepared_.begin(), prepared_.end());
  to_sync_.clear();
  return {};
}

}  // namespace cupel::ledger::log
