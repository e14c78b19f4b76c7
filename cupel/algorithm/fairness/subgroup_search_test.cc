// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/subgroup_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::fairness {
namespace {

using cupel::testing::HasError;
using data::dataset::GroupAttribute;

struct Problem {
  std::vector<GroupAttribute> attributes;
  std::vector<std::uint8_t> is_case, success;
};

/// `attributes` attributes of three values with a few unknowns; a third of the samples is no case; successes
/// have probability 0.3, and 0.3 + extra where the first two attributes are 0.
Problem Random(std::uint64_t trial, std::size_t n, int attributes, double extra) {
  ReproducibleStream stream(12, "subgroup_search_test", trial);
  Problem problem;
  for (int a = 0; a < attributes; ++a) {
    problem.attributes.push_back({"a" + std::to_string(a), {"0", "1", "2"}, {}});
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (GroupAttribute& attribute : problem.attributes) {
      attribute.group_of.push_back(static_cast<std::int32_t>(stream.Below(20) == 0 ? 3 : stream.Below(3)));
      if (attribute.group_of.back() == 3) attribute.group_of.back() = -1;
    }
    const bool planted = problem.attributes[0].group_of[i] == 0 && problem.attributes[1].group_of[i] == 0;
    problem.is_case.push_back(stream.Below(3) != 0);
    problem.success.push_back(stream.UniformDouble() < 0.3 + (planted ? extra : 0));
  }
  return problem;
}

SearchResult Found(const Problem& problem, const SearchOptions& options) {
  return SearchSubgroups(problem.attributes, problem.is_case, problem.success, options).value();
}

/// Every itemset up to three items, by trying all and counting one sample after the other.
std::map<std::vector<Item>, std::pair<std::int64_t, stats::GroupCount>> Naive(const Problem& problem) {
  std::map<std::vector<Item>, std::pair<std::int64_t, stats::GroupCount>> counts;
  const auto attributes = static_cast<std::int32_t>(problem.attributes.size());
  for (std::size_t i = 0; i < problem.is_case.size(); ++i) {
    for (std::uint32_t mask = 1; mask < (1U << attributes); ++mask) {
      std::vector<Item> items;
      bool known = true;
      for (std::int32_t a = 0; a < attributes; ++a) {
        if ((mask >> a & 1U) == 0) continue;
        const std::int32_t value = problem.attributes[static_cast<std::size_t>(a)].group_of[i];
        known = known && value >= 0;
        items.push_back({a, value});
      }
      if (!known || items.size() > 3) continue;
      auto& [n, count] = counts[items];
      ++n;
      if (problem.is_case[i] == 0) continue;
      ++count.n;
      count.k += problem.success[i];
    }
  }
  return counts;
}

TEST(SubgroupSearchTest, FindsEverySubgroupThatCountingOneByOneFinds) {
  for (const std::size_t n : {63UL, 64UL, 65UL, 500UL}) {
    const Problem problem = Random(n, n, 4, 0.3);
    const SearchResult result = Found(
        problem, {.min_support = 0.04, .min_cases = 5, .max_items = 3, .permutations = 20, .name = "t"});
    std::int64_t cases = 0, successes = 0;
    for (std::size_t i = 0; i < n; ++i) {
      cases += problem.is_case[i];
      successes += problem.is_case[i] & problem.success[i];
    }
    EXPECT_EQ(result.all.k, successes);
    EXPECT_EQ(result.all.n, cases);
    std::size_t expected = 0;
    for (const auto& [items, counts] : Naive(problem)) {
      const bool wanted = static_cast<double>(counts.first) >= 0.04 * static_cast<double>(n) &&
                          counts.second.n >= 5 && counts.second.n < cases;
      const Subgroup* found = result.Find(items);
      ASSERT_EQ(found != nullptr, wanted);
      if (!wanted) continue;
      ++expected;
      EXPECT_EQ(found->n, counts.first);
      EXPECT_EQ(found->count.k, counts.second.k);
      EXPECT_EQ(found->count.n, counts.second.n);
      const double rate = static_cast<double>(counts.second.k) / static_cast<double>(counts.second.n);
      EXPECT_NEAR(found->divergence, rate - static_cast<double>(successes) / static_cast<double>(cases),
                  1e-12);
      EXPECT_LE(found->interval.low, found->divergence + 1e-12);
      EXPECT_GE(found->interval.high, found->divergence - 1e-12);
    }
    EXPECT_EQ(result.subgroups.size(), expected);
    EXPECT_GT(expected, 10U);
  }
}

TEST(SubgroupSearchTest, IsOrderedByDivergence) {
  const SearchResult result = Found(Random(1, 800, 4, 0.2), {.permutations = 20, .name = "t"});
  for (std::size_t i = 1; i < result.subgroups.size(); ++i) {
    EXPECT_GE(std::abs(result.subgroups[i - 1].divergence), std::abs(result.subgroups[i].divergence));
  }
}

TEST(SubgroupSearchTest, FindsWhatWasPlanted) {
  const SearchResult result =
      Found(Random(2, 3000, 5, 0.25), {.permutations = 500, .seed = 4, .name = "planted"});
  const Subgroup* planted = result.Find({{0, 0}, {1, 0}});
  ASSERT_NE(planted, nullptr);
  EXPECT_LE(planted->p_adjusted, 0.01);
  EXPECT_GT(planted->effect, 0.3);
  EXPECT_GT(planted->interval.low, 0.05);
  const Subgroup* innocent = result.Find({{2, 1}});
  ASSERT_NE(innocent, nullptr);
  EXPECT_GT(innocent->p_adjusted, 0.05);
}

// Nothing planted: the best of about a hundred subgroups is called significant in 5 % of the trials, and
// what is expected of the largest divergence is what it is on average.
TEST(SubgroupSearchTest, NoiseIsAccusedAtTheLevel) {
  constexpr int kTrials = 200;
  int accused = 0, uncorrected = 0, covered = 0;
  double observed = 0, expected = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const SearchResult result = Found(Random(100 + trial, 600, 4, 0),
                                      {.max_items = 3, .permutations = 99, .seed = trial, .name = "null"});
    double smallest_p = 1, largest_z = 0;
    bool all_covered = true;
    for (const Subgroup& subgroup : result.subgroups) {
      smallest_p = std::min(smallest_p, subgroup.p_adjusted);
      largest_z = std::max(largest_z, std::abs(subgroup.z));
      all_covered = all_covered && subgroup.interval.low <= 0 && 0 <= subgroup.interval.high;
    }
    accused += smallest_p <= 0.05;
    uncorrected += largest_z > 1.96;
    covered += all_covered;
    observed += result.divergence.observed / kTrials;
    expected += result.divergence.expected_if_equal / kTrials;
  }
  EXPECT_LE(accused, 20);  // 10 expected; the 99.9 % point of Binomial(200, 0.05) is 20
  EXPECT_GE(accused, 2);
  EXPECT_GT(uncorrected, 150);  // what a search without correction would report
  EXPECT_GE(covered, 181);
  EXPECT_NEAR(observed, expected, 0.01);
  EXPECT_GT(expected, 0.1);
}

TEST(SubgroupSearchTest, TheSameSeedGivesTheSameAnswer) {
  const Problem problem = Random(3, 400, 3, 0.1);
  const SearchOptions options{.permutations = 50, .seed = 7, .name = "same"};
  const SearchResult one = Found(problem, options), two = Found(problem, options);
  ASSERT_EQ(one.subgroups.size(), two.subgroups.size());
  for (std::size_t i = 0; i < one.subgroups.size(); ++i) {
    EXPECT_EQ(one.subgroups[i].items, two.subgroups[i].items);
    EXPECT_EQ(one.subgroups[i].p_adjusted, two.subgroups[i].p_adjusted);
  }
}

TEST(SubgroupSearchTest, WithoutSuccessesOrCasesThereIsNothingToFind) {
  Problem problem = Random(4, 200, 3, 0);
  std::ranges::fill(problem.success, std::uint8_t{0});
  EXPECT_TRUE(Found(problem, {.permutations = 10, .name = "t"}).subgroups.empty());
  std::ranges::fill(problem.is_case, std::uint8_t{0});
  EXPECT_TRUE(Found(problem, {.permutations = 10, .name = "t"}).subgroups.empty());
}

TEST(SubgroupSearchTest, RefusesWhatItCannotSearch) {
  const Problem problem = Random(5, 50, 2, 0);
  const auto run = [&](const SearchOptions& options) {
    return SearchSubgroups(problem.attributes, problem.is_case, problem.success, options);
  };
  EXPECT_THAT(run({.min_support = 0}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run({.min_support = 1.5}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run({.max_items = 0}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(run({.permutations = 0}), HasError(ErrorCode::kInvalidArgument));
}

TEST(SubgroupSearchTest, StopsAtTooManySubgroups) {
  const Problem problem = Random(6, 300, 14, 0);
  EXPECT_THAT(SearchSubgroups(problem.attributes, problem.is_case, problem.success,
                              {.min_support = 0.001, .min_cases = 1, .max_items = 12, .permutations = 1}),
              HasError(ErrorCode::kResourceLimit, ::testing::HasSubstr("200000 subgroups")));
}

}  // namespace
}  // namespace cupel::algorithm::fairness
