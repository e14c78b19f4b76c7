// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Ranked retrieval: for every query documents with a relevance, as TREC judges them.
///
/// CSV, one row a query and a document:
///
///     query      the query's name; rows of one query may stand anywhere
///     document   optional: the document's name, which breaks ties as trec_eval does
///     relevance  the gain, >= 0; a document is relevant when it is at least 1; empty: not judged, gain 0
///     score      empty: judged but not retrieved
///
/// Documents are ranked by falling score; equal scores by falling document name (trec_eval), or in the file's
/// order where there are no names.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

struct Retrieved {
  double score = 0;
  double gain = 0;
};

struct RankedQuery {
  std::vector<Retrieved> ranked;    ///< Best first.
  std::vector<double> ideal_gains;  ///< Of every judged document, retrieved or not, falling.
  std::int64_t relevant = 0;        ///< Judged relevant, retrieved or not.
};

class Rankings : public scheme::Input {
 public:
  std::vector<RankedQuery> queries;
  std::int64_t size() const override { return static_cast<std::int64_t>(queries.size()); }
};

/// Of the first k places (fewer may be retrieved), how many are relevant / k. k >= 1, here and below.
double PrecisionAt(const RankedQuery& query, std::int64_t k);
/// Of the relevant, the share among the first k; 0 without a relevant one, here and below.
double RecallAt(const RankedQuery& query, std::int64_t k);
/// 1 / place of the first relevant; 0 when none was retrieved.
double ReciprocalRank(const RankedQuery& query);
double AveragePrecisionOf(const RankedQuery& query);
/// Precision at as many places as there are relevant documents.
double RPrecision(const RankedQuery& query);

enum class Gain { kLinear, kExponential };   ///< gain, or 2^gain - 1.
enum class GainTies { kRanked, kAveraged };  ///< Equal scores as ranked, or sharing their discounts' mean.

/// Sum of gain / log2(place + 1) over the first k places (0: all), divided by the largest possible.
double Ndcg(const RankedQuery& query, std::int64_t k, Gain gain, GainTies ties);

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Rankings> ReadRankings(const std::filesystem::path& path);

extern const scheme::InputFormat kRankings;

}  // namespace cupel::algorithm::biometric
