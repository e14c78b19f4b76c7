// SPDX-License-Identifier: Apache-2.0
#pragma once

/// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string_view>

namespace cupel {

/// Bytes of the character that `text` begins with, 1 to 4; 0 when it begins with none. Precondition: not
/// empty.
std::size_t Utf8Length(std::string_view text);

}  // namespace cupel
