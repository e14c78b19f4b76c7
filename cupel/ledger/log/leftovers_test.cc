// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/leftovers.h"

#include <fstream>
#include <set>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using merkle::TileId;

std::set<std::string> PathsOf(const std::vector<TileId>& tiles) {
  std::set<std::string> paths;
  for (const TileId& tile : tiles) paths.insert(tile.Path());
  return paths;
}

void Put(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "x";
}

std::set<std::string> FilesIn(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
    if (!item.is_directory()) files.insert(item.path().lexically_relative(folder).generic_string());
  }
  return files;
}

TEST(IsCovered, HoldsForExactlyTheTilesOfSomeSmallerOrEqualSize) {
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 600u}) {
    std::set<std::string> had;
    for (std::uint64_t earlier = 0; earlier <= size; ++earlier) had.merge(PathsOf(merkle::TilesOf(earlier)));
    for (const std::optional<unsigned> level :
         {std::optional<unsigned>(), std::optional(0u), std::optional(1u)}) {
      for (std::uint64_t index = 0; index < 4; ++index) {
        for (std::uint64_t width = 1; width <= 256; ++width) {
          const TileId tile{level, index, width};
          EXPECT_EQ(IsCovered(tile, size), had.contains(tile.Path())) << tile.Path() << " of " << size;
        }
      }
    }
  }
}

TEST(IsSuperseded, HoldsForPartialTilesWhoseFullOneIsThere) {
  EXPECT_TRUE(IsSuperseded({0u, 0, 5}, 256));
  EXPECT_FALSE(IsSuperseded({0u, 0, 5}, 255));
  EXPECT_FALSE(IsSuperseded({0u, 0, 256}, 256));
  EXPECT_TRUE(IsSuperseded({1u, 0, 255}, 65536));
  EXPECT_FALSE(IsSuperseded({1u, 0, 255}, 65535));
}

// Every tile that an append of any allowed size could have written is removed, at every kind of border: of a
// tile, of a folder of a thousand tiles, of a level. What the log has stays.
TEST(RemoveLeftovers, RemovesWhatAnAppendCanWriteAndKeepsWhatTheLogHas) {
  UnsyncedFiles files;
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{256}, std::uint64_t{255'999},
        std::uint64_t{256'000}, std::uint64_t{70'000}, std::uint64_t{255'900'000}}) {
    const ScratchFolder folder;
    std::set<std::string> kept;
    for (const TileId& tile : merkle::TilesOf(size, size < 1000 ? 0 : size - 300)) kept.insert(tile.Path());
    std::erase_if(kept, [&](const std::string& path) { return IsSuperseded(*TileId::Parse(path), size); });
    for (const std::string& path : kept) Put(folder / path);
    for (const std::uint64_t grown : {size + 1, size + 40, size + 256, size + 70'000, size + kMaxBatch}) {
      const std::set<std::string> gained = PathsOf(merkle::TilesOf(grown, size));
      std::size_t number = 0;
      for (const std::string& path : gained) {
        if (number++ % 97 == 0 || gained.size() < 20) Put(folder / path);
      }
    }
    ASSERT_GT(FilesIn(folder.path()).size(), kept.size());
    ASSERT_THAT(RemoveLeftovers(files, folder.path(), size), IsOk());
    EXPECT_EQ(FilesIn(folder.path()), kept) << size;
  }
}

TEST(RemoveLeftovers, DoesNotLookAtWhatIsFarFromTheEdge) {
  const ScratchFolder folder;
  UnsyncedFiles files;
  Put(folder / "tile/0/x001/000.p/3");  // of index 1000; the edge is at 5000
  ASSERT_THAT(RemoveLeftovers(files, folder.path(), 5000 * 256), IsOk());
  EXPECT_TRUE(FilesIn(folder.path()).contains("tile/0/x001/000.p/3"));
}

TEST(RemoveLeftovers, SaysWhatItCannotRemove) {
  const ScratchFolder folder;
  UnsyncedFiles files;
  FaultyFiles stubborn(FaultyFiles::Fault::kDiskFull, 0, files);
  Put(folder / "tile/0/000.p/3");
  EXPECT_THAT(RemoveLeftovers(stubborn, folder.path(), 0), HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::ledger::log
