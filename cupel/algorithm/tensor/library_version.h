// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which tensor library and which instructions this process computes with: part of the engine's identity.

#include <string>

namespace cupel::algorithm::tensor {

/// "libtorch 1.13.1".
std::string LibraryVersion();

/// "avx512", "avx2" or "default": the widest vectors of this processor that the library's kernels are written
/// for.
std::string InstructionSet();

}  // namespace cupel::algorithm::tensor
