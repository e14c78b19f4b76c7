// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of entries in archives from strangers: which ones may become files.
///
/// Promises: a name that passes stays below the folder it is joined to, on every file system that this
/// program writes to: it is relative, has no "." or ".." or empty part, no back slash, no colon, no control
/// character and no byte outside ASCII, and no part ends in a dot or a space. Does not promise: that two
/// names that differ are two files where upper and lower case are one (zip.h refuses such pairs).

#include <string_view>

#include "cupel/base/error.h"

namespace cupel::application::pack {

inline constexpr std::size_t kMaxEntryName = 512;

/// Errors: kVerificationFailed with what is wrong; the name itself is never repeated unescaped.
Status CheckEntryName(std::string_view name);

}  // namespace cupel::application::pack
