// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/leftovers.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cupel/ledger/merkle/right_edge.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileHeight;
using merkle::kTileWidth;
using merkle::TileId;

/// Tile folders hold a thousand tiles: the last group of three digits in a tile's path.
constexpr std::uint64_t kTilesAFolder = 1000;

tl::unexpected<Error> CannotList(const std::filesystem::path& folder, const std::error_code& code) {
  return Fail(ErrorCode::kPermission, fmt::format("cannot list the folder: {}", code.message()),
              folder.string());
}

Result<std::vector<std::filesystem::directory_entry>> List(const std::filesystem::path& folder) {
  std::vector<std::filesystem::directory_entry> items;
  std::error_code code;
  std::filesystem::directory_iterator it(folder, code);
  if (code == std::errc::no_such_file_or_directory) return items;
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code)) items.push_back(*it);
  if (code) return CannotList(folder, code);
  return items;
}

/// The folders, relative to the log's, of the tiles that an append of kMaxBatch leaves can write.
std::set<std::string> FoldersAtEdge(std::uint64_t size) {
  std::set<std::string> folders;
  const auto add = [&](std::optional<unsigned> level) {
    const unsigned shift = level.value_or(0) * kTileHeight;
    const std::uint64_t first = (size >> shift) / kTileWidth;
    const std::uint64_t last = ((size + kMaxBatch) >> shift) / kTileWidth;
    for (std::uint64_t index = first;; index = (index / kTilesAFolder + 1) * kTilesAFolder) {
      if (index > last) break;
      const std::string path = TileId{level, index}.Path();
      folders.insert(path.substr(0, path.rfind('/')));
    }
  };
  add(std::nullopt);
  for (unsigned level = 0; level < merkle::kTileLevels; ++level) add(level);
  return folders;
}

/// Removes everything below, then the folder.
Status RemoveFolder(FileOperations& files, const std::filesystem::path& folder) {
  CUPEL_TRY(const auto items, List(folder));
  for (const auto& item : items) {
    std::error_code ignored;
    if (item.symlink_status(ignored).type() == std::filesystem::file_type::directory) {
      CUPEL_TRY_STATUS(RemoveFolder(files, item.path()));
    } else {
      CUPEL_TRY_STATUS(files.Remove(item.path()));
    }
  }
  return files.Remove(folder);
}

/// `001.p`: the partial tiles of one index.
Status CleanPartialFolder(FileOperations& files, const std::filesystem::path& folder, const std::string& name,
                          std::uint64_t size) {
  const auto any = TileId::Parse(name + "/1");
  if (!any || IsSuperseded(*any, size) || !IsCovered(*any, size)) return RemoveFolder(files, folder / name);
  CUPEL_TRY(const auto items, List(folder / name));
  for (const auto& item : items) {
    const auto tile = TileId::Parse(name + "/" + item.path().filename().string());
    if (!tile || !IsCovered(*tile, size)) CUPEL_TRY_STATUS(files.Remove(item.path()));
  }
  return {};
}

}  // namespace

bool IsCovered(const TileId& tile, std::uint64_t size) {
  const unsigned shift = tile.level.value_or(0) * kTileHeight;
  const std::uint64_t nodes = size >> shift;
  return tile.index <= nodes / kTileWidth && tile.index * kTileWidth + tile.width <= nodes;
}

bool IsSuperseded(const TileId& tile, std::uint64_t size) {
  return tile.width < kTileWidth && IsCovered({tile.level, tile.index, kTileWidth}, size);
}

Status RemoveLeftovers(FileOperations& files, const std::filesystem::path& folder, std::uint64_t size) {
  for (const std::string& at : FoldersAtEdge(size)) {
    CUPEL_TRY(const auto items, List(folder / at));
    for (const auto& item : items) {
      const std::string name = at + "/" + item.path().filename().string();
      if (name.ends_with(".p") && item.is_directory()) {
        CUPEL_TRY_STATUS(CleanPartialFolder(files, folder, name, size));
      } else if (item.is_directory()) {
        continue;  // x001: other thousands, which are looked at in their turn
      } else if (const auto tile = TileId::Parse(name); !tile || !IsCovered(*tile, size)) {
        CUPEL_TRY_STATUS(files.Remove(item.path()));
      }
    }
  }
  return {};
}

}  // namespace cupel::ledger::log
