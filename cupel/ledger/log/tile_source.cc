// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/tile_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "cupel/base/file.h"
#include "cupel/ledger/merkle/right_edge.h"

namespace cupel::ledger::log {
namespace {

using merkle::kTileWidth;
using merkle::TileId;

constexpr std::uint64_t kMaxNoteBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxBundleBytes = kTileWidth * (merkle::kMaxLeafBytes + 2);
constexpr std::uint64_t kMaxHashTileBytes = kTileWidth * Digest::kSize;

struct Closer {
  int handle;
  ~Closer() {
    if (handle >= 0) ::close(handle);
  }
};

/// A file of the tile, and how many hashes or entries it has.
struct TileFile {
  TileId tile;
  Bytes bytes;
};

Result<TileFile> ReadTile(const TileSource& source, const TileId& tile, std::uint64_t limit) {
  auto bytes = source.Read(tile.Path(), limit);
  if (bytes) return TileFile{tile, *std::move(bytes)};
  if (tile.width == kTileWidth || bytes.error().code != ErrorCode::kNotFound)
    return tl::make_unexpected(std::move(bytes).error());
  const TileId full{tile.level, tile.index, kTileWidth};
  auto again = source.Read(full.Path(), limit);
  if (!again) return tl::make_unexpected(std::move(bytes).error());
  return TileFile{full, *std::move(again)};
}

}  // namespace

Result<Bytes> FolderSource::Read(const std::string& path, std::uint64_t limit_bytes) const {
  const std::filesystem::path file = folder_ / path;
  const Closer open{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status{};
  if (open.handle < 0 || ::fstat(open.handle, &status) != 0)
    return tl::make_unexpected(SystemError(file, "open the file"));
  if (!S_ISREG(status.st_mode))
    return Fail(ErrorCode::kInvalidArgument, "a log is made of regular files", file.string());
  if (static_cast<std::uint64_t>(status.st_size) > limit_bytes) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("the file is larger than {} bytes", limit_bytes),
                file.string());
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(open.handle, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::make_unexpected(SystemError(file, "read the file"));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<std::string> ReadNote(const TileSource& source) {
  CUPEL_TRY(const Bytes bytes, source.Read(std::string(kCheckpointFile), kMaxNoteBytes));
  return std::string(AsText(bytes));
}

Result<std::vector<Digest>> ReadHashTile(const TileSource& source, const TileId& tile) {
  CUPEL_TRY(const TileFile file, ReadTile(source, tile, kMaxHashTileBytes));
  auto hashes = merkle::SplitHashes(file.bytes, file.tile.width);
  if (!hashes) return FailAt(source.PlaceOf(file.tile.Path()), std::move(hashes).error());
  hashes->resize(tile.width);
  return hashes;
}

Result<std::vector<Bytes>> ReadEntryBundle(const TileSource& source, const TileId& tile) {
  CUPEL_TRY(const TileFile file, ReadTile(source, tile, kMaxBundleBytes));
  auto entries = merkle::ParseEntryBundle(file.bytes, file.tile.width);
  if (!entries) return FailAt(source.PlaceOf(file.tile.Path()), std::move(entries).error());
  entries->resize(tile.width);
  return entries;
}

}  // namespace cupel::ledger::log
