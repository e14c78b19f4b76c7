// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Every subgroup that attributes describe, with how far its rate is from everybody's.
///
/// A subgroup is a set of items "attribute = value", at most one of an attribute; all with enough support are
/// visited (DivExplorer: Pastor, de Alfaro and Baralis 2021), each as a bitset whose intersection with the
/// successes is counted by population count. Divergence is its rate minus the rate of all.
///
/// So many subgroups are looked at that some diverge by chance. `p_adjusted` is corrected for all of them at
/// once (Westfall and Young 1993, single-step maximum): successes are shuffled among the cases, and the share
/// of shuffles in which the largest |z| over all subgroups reaches the subgroup's own is counted, (1 +
/// exceedances) / (1 + permutations). Intervals are simultaneous over all subgroups (Bonferroni). The largest
/// divergence is biased upward; `expected_if_equal` is its mean over the shuffles.
///
/// Cost: subgroups * permutations * n / 64 words; one thread; memory (depth + permutations) * n / 8 bytes.

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/data/dataset/dataset.h"
#include "cupel/stats/group_gap.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::fairness {

struct Item {
  std::int32_t attribute = 0;
  std::int32_t value = 0;
  auto operator<=>(const Item&) const = default;
};

struct Subgroup {
  std::vector<Item> items;   ///< Rising by attribute; never empty.
  std::int64_t n = 0;        ///< Samples in it.
  stats::GroupCount count;   ///< Of the rate: successes among its cases.
  double divergence = 0;     ///< Its rate minus the rate of all.
  double z = 0;              ///< Its rate against that of all other cases, in standard errors.
  double effect = 0;         ///< Cohen's h against all other cases: 0.2 small, 0.5 medium, 0.8 large.
  double p_adjusted = 1;     ///< Over all subgroups.
  stats::Interval interval;  ///< Of the divergence, simultaneous: "newcombe-bonferroni".
};

struct SearchOptions {
  double min_support = 0.05;    ///< Share of all samples, in (0, 1].
  std::int64_t min_cases = 30;  ///< Subgroups whose rate rests on fewer are not looked at.
  std::int64_t max_items = 4;   ///< Of one subgroup.
  std::int64_t permutations = 1000;
  double level = 0.95;
  std::uint64_t seed = 0;
  std::string_view name{};  ///< Of the random stream.
};

/// The largest of something over all subgroups, and its mean over the shuffles.
struct Largest {
  double observed = 0;
  double expected_if_equal = 0;
};

struct SearchResult {
  stats::GroupCount all;
  /// By falling |divergence|; equals by fewer items, then by items.
  std::vector<Subgroup> subgroups;
  Largest divergence;  ///< |divergence|
  Largest weighted;    ///< Share of the cases * |divergence| (Kearns et al. 2018).
  std::map<std::vector<Item>, std::size_t> places;  ///< Of each itemset in `subgroups`.

  /// The subgroup with these items, rising, or null: it has too few samples, or all the cases.
  const Subgroup* Find(const std::vector<Item>& items) const;
};

inline constexpr std::int64_t kMaxSubgroups = 200000;

/// success, is_case: [n]; the rate is successes among cases (false positives among negatives). A sample that
/// is unknown in an attribute is in none of its items. Errors: kResourceLimit beyond kMaxSubgroups;
/// kInvalidArgument for a support outside (0, 1] or counts below 1. Precondition: sizes agree.
Result<SearchResult> SearchSubgroups(std::span<const data::dataset::GroupAttribute> attributes,
                                     std::span<const std::uint8_t> is_case,
                                     std::span<const std::uint8_t> success, const SearchOptions& options);

}  // namespace cupel::algorithm::fairness
