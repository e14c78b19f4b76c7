// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which program measured: bound into every evidence, so that a re-run knows whether to expect identical
/// bits.

#include <string>

#include "cupel/base/digest.h"
#include "cupel/base/json.h"

namespace cupel::application::assess {

struct Engine {
  std::string version;  ///< Of Cupel.
  Digest executable;    ///< SHA-256 of the running program's file.
  std::string compiler;
  std::string tensor_library;   ///< "libtorch 1.13.1"
  std::string instruction_set;  ///< What the kernels may use here: "avx512", "avx2", ...

  Json ToJson() const;
};

/// Of this process. The digest is computed once. Errors: as reading the program's own file.
Result<Engine> ThisEngine();

}  // namespace cupel::application::assess
