// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/nearest.h"

#include <gmock/gmock.h>

#include <functional>

namespace cupel {
namespace {

using Names = std::vector<std::string>;

/// Levenshtein's distance by its recursive definition.
std::size_t TwinDistance(std::string_view a, std::string_view b) {
  if (a.empty()) return b.size();
  if (b.empty()) return a.size();
  if (a[0] == b[0]) return TwinDistance(a.substr(1), b.substr(1));
  return 1 + std::min({TwinDistance(a.substr(1), b), TwinDistance(a, b.substr(1)),
                       TwinDistance(a.substr(1), b.substr(1))});
}

TEST(Nearest, SeesEachKindOfSlip) {
  const Names names = {"epsilon", "steps", "restarts"};
  EXPECT_EQ(Nearest("epsilonn", names), "epsilon");  // one too many
  EXPECT_EQ(Nearest("epsilo", names), "epsilon");    // one too few
  EXPECT_EQ(Nearest("epsylon", names), "epsilon");   // another
  EXPECT_EQ(Nearest("epislon", names), "epsilon");   // exchanged
  EXPECT_EQ(Nearest("steps", names), "steps");
}

TEST(Nearest, GivesNothingWhenNothingIsNear) {
  EXPECT_EQ(Nearest("colour", Names{"epsilon", "steps"}), "");
  EXPECT_EQ(Nearest("epsilon", Names{}), "");
  EXPECT_EQ(Nearest("", Names{"a"}), "");
}

TEST(Nearest, AgreesWithTheDefinitionOnEveryPairOfShortWords) {
  Names words;
  const std::function<void(std::string)> grow = [&](const std::string& word) {
    words.push_back(word);
    if (word.size() == 4) return;
    for (const char c : {'a', 'b'}) grow(word + c);
  };
  grow("");
  for (const std::string& name : words) {
    for (const std::string& candidate : words) {
      const bool near = TwinDistance(name, candidate) <= name.size() / 2;
      // The empty candidate cannot be told from "nothing".
      EXPECT_EQ(Nearest(name, Names{candidate}), near ? candidate : "") << name << " " << candidate;
    }
  }
}

TEST(Nearest, TakesTheFirstOfEquallyNearOnes) {
  EXPECT_EQ(Nearest("bat", Names{"cat", "hat"}), "cat");
  EXPECT_EQ(Nearest("bat", Names{"cats", "hat"}), "hat");
}

TEST(NearestRemedy, NamesTheNearestOrAllThatAreKnown) {
  EXPECT_EQ(NearestRemedy("epsilonn", Names{"steps", "epsilon"}), "did you mean \"epsilon\"?");
  EXPECT_EQ(NearestRemedy("colour", Names{"steps", "epsilon"}), "known: steps, epsilon");
}

}  // namespace
}  // namespace cupel
