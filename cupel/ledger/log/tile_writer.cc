// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/tile_writer.h"

#include <algorithm>

#include "cupel/base/parallel.h"

namespace cupel::ledger::log {
namespace {

constexpr std::size_t kMostOpenFiles = 128;
/// Flushes that wait for the disk at the same time: it merges them, so this has nothing to do with
/// processors.
constexpr int kFlushesAtOnce = 8;

/// Syncs and closes all, also after one failed. Not cut by Ctrl-C: whoever appends has written already what
/// the leaf is about, and the two belong together.
Status SyncAndClose(FileOperations& files, std::vector<int>& handles) {
  const Status status = ForEachPiece(
      static_cast<std::int64_t>(handles.size()),
      std::min(kFlushesAtOnce, static_cast<int>(std::max<std::size_t>(handles.size(), 1))),
      [&](std::int64_t i, int) { return files.Sync(handles[static_cast<std::size_t>(i)]); },
      OnInterrupt::kFinish);
  for (const int handle : handles) files.Close(handle);
  handles.clear();
  return status;
}

}  // namespace

Status MakeFolders(FileOperations& files, const std::filesystem::path& folder,
                   std::set<std::filesystem::path>& changed) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
  const std::filesystem::path parent = folder.parent_path();
  CUPEL_TRY_STATUS(MakeFolders(files, parent, changed));
  CUPEL_TRY_STATUS(files.MakeFolder(folder));
  changed.insert(parent.empty() ? std::filesystem::path(".") : parent);
  return {};
}

Status SyncFolders(FileOperations& files, const std::set<std::filesystem::path>& folders) {
  std::vector<int> handles;
  for (const std::filesystem::path& folder : folders) {
    auto handle = files.OpenFolder(folder);
    if (!handle) {
      for (const int open : handles) files.Close(open);
      return tl::make_unexpected(std::move(handle).error());
    }
    handles.push_back(*handle);
  }
  return SyncAndClose(files, handles);
}

Status WriteSynced(FileOperations& files, const std::filesystem::path& path, BytesView bytes) {
  CUPEL_TRY(const int handle, files.CreateFile(path));
  Status status = files.Write(handle, bytes);
  if (status) status = files.Sync(handle);
  files.Close(handle);
  if (!status) return FailAt(path.string(), std::move(status).error());
  return {};
}

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
