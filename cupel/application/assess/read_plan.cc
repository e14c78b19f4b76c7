// SPDX-License-Identifier: Apache-2.0
// Apart from plan.cc, so that the parser can be fuzzed without the checks and their tensor library.
#include "cupel/application/assess/plan.h"
#include "cupel/application/assess/registry.h"
#include "cupel/base/file.h"

namespace cupel::application::assess {

Result<Plan> ReadPlan(const std::filesystem::path& path) {
  CUPEL_TRY(std::string text, ReadTextFile(path, std::uint64_t{1} << 20));
  return ParsePlan(std::move(text), path, FindCheck);
}

}  // namespace cupel::application::assess
