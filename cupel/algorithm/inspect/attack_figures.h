// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The figures of an attack, in the report's format (docs/formats/report.md).

#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_run.h"

namespace cupel::algorithm::inspect {

inline constexpr std::size_t kPicturedAttacks = 6;

struct CurvePoint {
  double epsilon = 0;
  check::Metric robust;
};

/// Robust accuracy against epsilon with its interval. points: rising in epsilon.
Json RobustnessCurve(const std::vector<CurvePoint>& points, Norm norm);

/// Robust accuracy against queries: how many of `samples` still stand after so many. found_at: queries of
/// each success, any order; standing_first: samples that stood before the first query; spent: the most
/// queries any sample was given.
Json QueryCurve(std::vector<std::int64_t> found_at, std::int64_t standing_first, std::int64_t samples,
                std::int64_t spent);

struct PicturedAttack {
  const SampleRecord* record = nullptr;
  const AttackOutcome* outcome = nullptr;
  double epsilon = 0;
};

/// Rows of original, adversarial input and their difference (grey is none). Null when the data are not images
/// of one or three channels or no attack is given. Errors: those of the data set and of the PNG writer.
Result<Json> AdversarialPictures(const std::vector<PicturedAttack>& attacks,
                                 const data::dataset::Dataset& data);

}  // namespace cupel::algorithm::inspect
