// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Re-identification: for every query image the whole gallery by score.
///
/// CSV, one row a query and a gallery image:
///
///     query     the query image's name; rows of one query may stand anywhere
///     identity  who is on the query image
///     camera    which camera took it
///     gallery_identity, gallery_camera   the same of the gallery image
///     score     similarity, higher is more alike
///
/// Gallery images of the query's identity taken by the query's camera are junk and are removed (Market-1501).
/// The others are ranked by falling score; equal scores keep the file's order.

#include <filesystem>
#include <span>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

/// A ranked list without its junk, best first: the identity's number and whether it is the query's.
struct RankedImage {
  std::int32_t identity = 0;
  bool is_match = false;
};

/// The ranked lists. Precondition of the functions below: at least one match in the list.
class Galleries : public scheme::Input {
 public:
  std::vector<std::vector<RankedImage>> queries;  ///< Those with a match.
  std::int64_t without_match = 0;                 ///< Queries whose identity is not in the gallery.
  std::int64_t size() const override { return static_cast<std::int64_t>(queries.size()) + without_match; }
};

/// Mean over the matches of (matches so far) / position.
double AveragePrecision(std::span<const RankedImage> ranked);

/// Matches / position of the last one (Ye et al. 2021).
double InverseNegativePenalty(std::span<const RankedImage> ranked);

/// Whether a match is among the first `rank`.
bool IsHit(std::span<const RankedImage> ranked, std::int64_t rank);

/// The chance of a hit when one image is drawn of each identity in the gallery (CUHK03), exactly: over the
/// match that is drawn, the chance that fewer than `rank` other identities come before it. rank >= 1.
double SingleShotHit(std::span<const RankedImage> ranked, std::int64_t rank);

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Galleries> ReadGalleries(const std::filesystem::path& path);

extern const scheme::InputFormat kGalleries;

}  // namespace cupel::algorithm::biometric
