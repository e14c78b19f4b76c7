// SPDX-License-Identifier: Apache-2.0
/// dataset.toml: every text is a manifest or an error with a message.

#include <cstdlib>

#include "cupel/data/dataset/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest =
      cupel::data::dataset::ParseManifest(cupel::AsText({data, size}), "dataset.toml", "/nonexistent");
  if (!manifest && manifest.error().message.empty()) std::abort();
  return 0;
}
