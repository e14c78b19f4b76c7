// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Searches of a gallery: for every probe a list of candidates.
///
/// CSV, one row a candidate:
///
///     search    the search's name; rows of one search may stand anywhere
///     enrolled  1: the probe's subject is in the gallery (a mated search), 0: he is not
///     mate      1: this candidate is the probe's subject; 0: it is not; empty with an empty score
///     score     similarity, higher is more alike; empty in the one row of a search that returned nobody
///     subject   optional: the probe's subject; searches of one subject are not independent
///
/// A candidate's rank is the number of candidates with a score at least as high, others of the probe's own
/// subject apart: among equal scores the mate stands last, so that a constant score earns nothing.

#include <filesystem>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

struct Search {
  bool is_enrolled = false;
  std::int32_t subject = -1;
  double top_score = 0;        ///< Of all candidates; -infinity when there are none.
  double mate_score = 0;       ///< -infinity when the list lacks the mate.
  std::int64_t mate_rank = 0;  ///< From 1; 0 when the list lacks the mate.
};

class Searches : public scheme::Input {
 public:
  std::vector<Search> searches;
  std::int64_t size() const override { return static_cast<std::int64_t>(searches.size()); }
};

/// Errors: kNotFound; kCorrupt with file and line (a search that is both enrolled and not, a mate of one that
/// is not); kInvalidArgument when there is no row.
Result<Searches> ReadSearches(const std::filesystem::path& path);

extern const scheme::InputFormat kSearches;

}  // namespace cupel::algorithm::biometric
