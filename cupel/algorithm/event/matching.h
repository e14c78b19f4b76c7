// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One-to-one matching of answers with true events that fit: the largest there is.
///
/// Hopcroft and Karp 1973 in the form of D. Eppstein's 2002 recipe, which mir_eval and sed_eval use. Among
/// the largest matchings it finds the very one that they find, because sed_eval counts substitutions among
/// what is left over. O(edges * sqrt(n)).

#include <cstddef>
#include <vector>

namespace cupel::algorithm::event {

inline constexpr std::size_t kUnmatched = static_cast<std::size_t>(-1);

/// fits: [truth], the answers that fit each true event, rising. The answer of each true event, or kUnmatched.
std::vector<std::size_t> LargestMatching(const std::vector<std::vector<std::size_t>>& fits,
                                         std::size_t answers);

/// Each true event in order takes the first answer that fits and is free.
std::vector<std::size_t> GreedyMatching(const std::vector<std::vector<std::size_t>>& fits,
                                        std::size_t answers);

}  // namespace cupel::algorithm::event
