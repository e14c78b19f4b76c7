// SPDX-License-Identifier: Apache-2.0
// Names of archive entries: what passes must stay below the folder it is joined to.
#include <cstdlib>
#include <filesystem>

#include "cupel/application/pack/entry_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  if (!cupel::application::pack::CheckEntryName(name)) return 0;
  const std::filesystem::path joined = (std::filesystem::path("/folder/of") / name).lexically_normal();
  if (joined.generic_string() != "/folder/of/" + name) std::abort();
  return 0;
}
