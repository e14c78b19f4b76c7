// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/temporary_folder.h"

#include <fmt/format.h>
#include <stdlib.h>

namespace cupel::application::assess {

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Create(std::string_view purpose) {
  std::error_code code;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(code);
  std::string name = (parent / fmt::format("cupel-{}-XXXXXX", purpose)).string();
  if (code || ::mkdtemp(name.data()) == nullptr) {
    return Fail(ErrorCode::kPermission, "cannot make a temporary folder", name,
                "set TMPDIR to a folder that can be written");
  }
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cupel::application::assess
