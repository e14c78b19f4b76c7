// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The verifier that every audit pack carries (verify.mjs), carried inside the program
/// (cmake/CupelEmbed.cmake).

#include <string_view>

namespace cupel::application::pack {

std::string_view VerifyScript();

}  // namespace cupel::application::pack
