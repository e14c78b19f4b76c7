// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::event {
namespace {

using Fits = std::vector<std::vector<std::size_t>>;

std::size_t Pairs(const std::vector<std::size_t>& match) {
  return match.size() - static_cast<std::size_t>(std::ranges::count(match, kUnmatched));
}

/// The size of the largest matching, by trying everything.
std::size_t Largest(const Fits& fits, std::size_t truth, std::vector<bool>& taken) {
  if (truth == fits.size()) return 0;
  std::size_t best = Largest(fits, truth + 1, taken);
  for (const std::size_t answer : fits[truth]) {
    if (taken[answer]) continue;
    taken[answer] = true;
    best = std::max(best, 1 + Largest(fits, truth + 1, taken));
    taken[answer] = false;
  }
  return best;
}

TEST(MatchingTest, LargestMatchingIsValidAndLargest) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    ReproducibleStream stream(seed, "matching_test");
    const std::size_t answers = 1 + stream.Below(7);
    Fits fits(1 + stream.Below(7));
    for (auto& of : fits) {
      for (std::size_t answer = 0; answer < answers; ++answer) {
        if (stream.Below(3) == 0) of.push_back(answer);
      }
    }
    const std::vector<std::size_t> match = LargestMatching(fits, answers);
    std::vector<bool> taken(answers, false);
    for (std::size_t truth = 0; truth < fits.size(); ++truth) {
      if (match[truth] == kUnmatched) continue;
      EXPECT_TRUE(std::ranges::binary_search(fits[truth], match[truth]));
      EXPECT_FALSE(taken[match[truth]]);
      taken[match[truth]] = true;
    }
    std::vector<bool> none(answers, false);
    EXPECT_EQ(Pairs(match), Largest(fits, 0, none)) << seed;
  }
}

TEST(MatchingTest, GreedyTakesTheFirstThatIsFree) {
  EXPECT_EQ(GreedyMatching({{0, 1}, {0}}, 2), (std::vector<std::size_t>{0, kUnmatched}));
  EXPECT_EQ(Pairs(LargestMatching({{0, 1}, {0}}, 2)), 2U);
}

TEST(MatchingTest, ALongChainNeedsNoDeepStack) {
  // Every true event i fits answers i and i + 1; the first answer is missing from the last.
  const std::size_t n = 20000;
  Fits fits(n);
  for (std::size_t i = 0; i < n; ++i) fits[i] = {i, i + 1};
  fits.push_back({0});
  EXPECT_EQ(Pairs(LargestMatching(fits, n + 1)), n + 1);
}

}  // namespace
}  // namespace cupel::algorithm::event
