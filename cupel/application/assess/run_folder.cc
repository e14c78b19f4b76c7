// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/run_folder.h"

#include <fmt/format.h>

namespace cupel::application::assess {

std::string RunFolder::ResultName(int number, std::string_view check) {
  return fmt::format("results/{:04}-{}.json", number, check);
}

std::string RunFolder::EvidenceName(int number, std::string_view what) {
  return fmt::format("evidence/{:04}-{}.sigstore.json", number, what);
}

std::string RunFolder::ArtifactName(const Digest& digest, std::string_view extension) {
  return fmt::format("artifacts/{}.{}", digest.Hex(), extension);
}

}  // namespace cupel::application::assess
