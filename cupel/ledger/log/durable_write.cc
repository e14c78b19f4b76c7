// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/durable_write.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "cupel/base/parallel.h"

namespace cupel::ledger::log {
namespace {

/// Flushes that wait for the disk at the same time: it merges them, so this has nothing to do with
/// processors.
constexpr int kFlushesAtOnce = 8;

/// The folder that a name stands in.
std::filesystem::path FolderOf(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

// Not cut by Ctrl-C: whoever appends has written already what the leaf is about, and the two belong together.
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

Status MakeFolders(FileOperations& files, const std::filesystem::path& folder,
                   std::set<std::filesystem::path>& changed) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
  CUPEL_TRY_STATUS(MakeFolders(files, folder.parent_path(), changed));
  CUPEL_TRY_STATUS(files.MakeFolder(folder));
  changed.insert(FolderOf(folder));
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

Status ReplaceSynced(FileOperations& files, const std::filesystem::path& path, BytesView bytes) {
  // A name of its own for every write: two that write the same file must not share a temporary one.
  static std::atomic<std::uint64_t> writes{0};
  const std::filesystem::path next = path.string() + fmt::format(".tmp-{}-{}", ::getpid(), ++writes);
  Status status = WriteSynced(files, next, bytes);
  if (status) status = files.Rename(next, path);
  if (!status) {
    (void)files.Remove(next);
    return status;
  }
  return SyncFolders(files, {FolderOf(path)});
}

}  // namespace cupel::ledger::log
