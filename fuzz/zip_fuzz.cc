// SPDX-License-Identifier: Apache-2.0
// ZIP files from strangers: whatever they hold, nothing appears outside the folder, and no links inside it.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cupel/application/pack/zip.h"
#include "cupel/base/file.h"

namespace {

/// A folder of this process; the archive lies in it, the entries go to a folder below.
const std::filesystem::path& Folder() {
  static const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("cupel-zip-fuzz-" + std::to_string(::getpid()));
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  const fs::path to = Folder() / "to";
  fs::remove_all(Folder());
  if (!cupel::MakeFolder(to) || !cupel::WriteFileAtomic(Folder() / "x.zip", cupel::BytesView(data, size)))
    return 0;
  (void)cupel::application::pack::ExtractZip(Folder() / "x.zip", to, {.entries = 64, .bytes = 1 << 20});
  for (const auto& entry : fs::directory_iterator(Folder())) {
    if (entry.path().filename() != "x.zip" && entry.path().filename() != "to") std::abort();
  }
  for (const auto& entry : fs::recursive_directory_iterator(to)) {
    if (entry.is_symlink() || (!entry.is_directory() && !entry.is_regular_file())) std::abort();
  }
  return 0;
}
