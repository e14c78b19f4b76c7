// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The verifier that every audit pack carries: verify.mjs, which a stranger runs, and its parts in verify/,
/// one subject each, so that they can be read. Not for other modules.

#include <map>
#include <string>
#include <string_view>

namespace cupel::application::pack {

/// Name in the pack ("verify.mjs", "verify/ledger.mjs") to text.
const std::map<std::string, std::string_view>& VerifyScripts();

}  // namespace cupel::application::pack
