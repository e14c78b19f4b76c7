// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The version of this source tree (CHANGELOG.md); the build checks it against CMake's.

namespace cupel {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace cupel
