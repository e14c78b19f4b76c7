// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/cells.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/fairness/sample_for_test.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::fairness {
namespace {

// NumPy 1.24.2: the masks of sample_for_test.h, counted.
TEST(CellsTest, EqualTheCountsOfNumPy) {
  const std::vector<Cell> expected = {{4, 2, 4, 5}, {2, 4, 5, 4}, {2, 4, 5, 4}, {4, 3, 5, 3}};
  EXPECT_EQ(test_support::Sample().Cells(), expected);
}

TEST(CellsTest, EqualNaiveCountsForEveryLengthAndUnknownGroups) {
  for (std::uint64_t n = 0; n < 70; ++n) {
    ReproducibleStream stream(3, "cells_test", n);
    std::vector<Outcome> outcomes;
    std::vector<std::int32_t> group_of;
    std::vector<Cell> naive(5);
    for (std::uint64_t i = 0; i < n; ++i) {
      outcomes.push_back(static_cast<Outcome>(stream.Below(4)));
      group_of.push_back(static_cast<std::int32_t>(stream.Below(6)) - 1);
      if (group_of.back() < 0) continue;
      Cell& cell = naive[static_cast<std::size_t>(group_of.back())];
      ++(outcomes.back() == 0   ? cell.tn
         : outcomes.back() == 1 ? cell.fp
         : outcomes.back() == 2 ? cell.fn
                                : cell.tp);
    }
    EXPECT_EQ(CountCells(outcomes, group_of, 5), naive) << n;
  }
}

/// To the four digits that tables print.
double Rounded(double value) { return std::round(value * 1e4) / 1e4; }

// ProPublica's tables (compas-analysis notebook): all 7214 rows, decile >= 5.
TEST(CellsTest, RatesOfCompasAreThePublishedOnes) {
  const Cell all{2681, 1282, 1216, 2035}, black{990, 805, 532, 1369}, white{1139, 349, 461, 505},
      hispanic{318, 87, 129, 103};
  const auto rates = [](const Cell& cell) {
    std::vector<double> values;
    for (const Rate rate : {Rate::kFpr, Rate::kFnr, Rate::kPpv, Rate::kNpv}) {
      values.push_back(Rounded(RateOf(cell, rate).value()));
    }
    return values;
  };
  EXPECT_EQ(rates(all), (std::vector{0.3235, 0.3740, 0.6135, 0.6880}));
  EXPECT_EQ(rates(black), (std::vector{0.4485, 0.2799, 0.6297, 0.6505}));
  EXPECT_EQ(rates(white), (std::vector{0.2345, 0.4772, 0.5913, 0.7119}));
  EXPECT_EQ(rates(hispanic), (std::vector{0.2148, 0.5560, 0.5421, 0.7114}));
  EXPECT_EQ(all.n(), 7214);
}

TEST(CellsTest, ComplementsSumToOneAndEmptyDenominatorsHaveNoRate) {
  const Cell cell{4, 2, 3, 5};
  EXPECT_DOUBLE_EQ(*RateOf(cell, Rate::kTpr) + *RateOf(cell, Rate::kFnr), 1);
  EXPECT_DOUBLE_EQ(*RateOf(cell, Rate::kPpv) + *RateOf(cell, Rate::kFdr), 1);
  EXPECT_DOUBLE_EQ(*RateOf(cell, Rate::kNpv) + *RateOf(cell, Rate::kFor), 1);
  EXPECT_FALSE(RateOf(Cell{.tn = 3}, Rate::kTpr).has_value());
  EXPECT_FALSE(RateOf(Cell{.tn = 3}, Rate::kPpv).has_value());
  EXPECT_FALSE(RateOf(Cell{}, Rate::kAccuracy).has_value());
  for (std::size_t i = 0; i < AllRates().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(AllRates()[i].rate), i);
  }
}

}  // namespace
}  // namespace cupel::algorithm::fairness
