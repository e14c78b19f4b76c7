// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Subgroups as people read them: by name, and as a tree that adds one attribute at a step.

#include <span>
#include <string>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/fairness/subgroup_search.h"

namespace cupel::algorithm::fairness {

/// "race = Asian, sex = Male".
std::string SubgroupName(std::span<const Item> items,
                         std::span<const data::dataset::GroupAttribute> attributes);

/// A figure of type "tree" (docs/formats/report.md): everybody at the root, and the path to each of the
/// subgroups `shown` (indices into search.subgroups), which are highlighted. A path takes at each step the
/// item that moves the rate furthest, so paths share their beginnings. At most 200 nodes: the last paths
/// that would exceed it are left out.
Json TreeFigure(const SearchResult& search, std::span<const data::dataset::GroupAttribute> attributes,
                std::span<const std::size_t> shown, const check::Text& rate, double level);

}  // namespace cupel::algorithm::fairness
