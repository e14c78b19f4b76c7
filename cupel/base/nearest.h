// SPDX-License-Identifier: Apache-2.0
#pragma once

/// "Did you mean": the known name nearest to an unknown one, for error messages.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cupel {

/// The candidate with the smallest edit distance (Levenshtein), or "" when all are further than half the
/// name's length.
std::string Nearest(std::string_view name, std::span<const std::string> candidates);

/// "unknown key \"epsilonn\"; did you mean \"epsilon\"?" or, without a near one, "...; known: a, b, c".
/// Returns only the remedy half: "did you mean ..." / "known: ...".
std::string NearestRemedy(std::string_view name, std::span<const std::string> candidates);

}  // namespace cupel
