// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tensor/library_version.h"

#include <torch/csrc/api/include/torch/version.h>

namespace cupel::algorithm::tensor {

std::string LibraryVersion() { return std::string("libtorch ") + TORCH_VERSION; }

std::string InstructionSet() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "avx512";
  if (__builtin_cpu_supports("avx2")) return "avx2";
#endif
  return "default";
}

}  // namespace cupel::algorithm::tensor
