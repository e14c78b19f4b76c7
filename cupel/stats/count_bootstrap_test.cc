// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/count_bootstrap.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::stats {
namespace {

double F1(std::span<const double> cells) { return 2 * cells[0] / (2 * cells[0] + cells[1] + cells[2]); }

// scipy 1.10.1: scipy.stats.bootstrap of 30 tp, 12 fp, 5 fn with the statistic F1, method="BCa",
// n_resamples=300000: [0.65714, 0.86747]. F1 of 47 rows takes steps of about 0.01.
TEST(CountBootstrapTest, OfF1EqualsSciPy) {
  const std::array<std::int64_t, 3> cells{30, 12, 5};
  const Bca bca = BcaBootstrapOfCounts(cells, {}, F1, {.replicates = 100000, .name = "f1"});
  EXPECT_NEAR(bca.estimate, 60.0 / 77, 1e-15);
  EXPECT_NEAR(bca.interval->low, 0.6571428571428571, 0.002);
  EXPECT_NEAR(bca.interval->high, 0.8674698795180723, 0.002);
}

// The same rows, drawn one by one and cell by cell.
TEST(CountBootstrapTest, AgreesWithTheBootstrapOfRows) {
  const std::array<std::int64_t, 3> cells{120, 31, 44};
  const Bca by_cell = BcaBootstrapOfCounts(cells, {}, F1, {.replicates = 40000, .name = "cells"});
  std::vector<std::size_t> rows;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    rows.insert(rows.end(), static_cast<std::size_t>(cells[cell]), cell);
  }
  const Bca by_row = BcaBootstrap(195,
                                  [&](std::span<const double> weights) {
                                    std::array<double, 3> sums{};
                                    for (std::size_t i = 0; i < rows.size(); ++i) sums[rows[i]] += weights[i];
                                    return F1(sums);
                                  },
                                  {.replicates = 40000, .name = "rows"});
  EXPECT_EQ(by_cell.estimate, by_row.estimate);
  EXPECT_NEAR(by_cell.interval->low, by_row.interval->low, 0.0015);
  EXPECT_NEAR(by_cell.interval->high, by_row.interval->high, 0.0015);
}

TEST(CountBootstrapTest, StrataKeepTheirSizes) {
  const std::array<std::int64_t, 4> cells{3, 7, 40, 60};
  const std::array<std::int32_t, 4> strata{0, 0, 1, 1};
  const Bca bca = BcaBootstrapOfCounts(cells, strata,
                                       [](std::span<const double> drawn) {
                                         EXPECT_GE(drawn[0] + drawn[1], 9);  // the jackknife leaves out one
                                         EXPECT_LE(drawn[0] + drawn[1], 10);
                                         EXPECT_LE(drawn[2] + drawn[3], 100);
                                         return drawn[0] / 10 - drawn[2] / 100;
                                       },
                                       {.replicates = 4000, .name = "strata"});
  // The standard error of a difference of two proportions.
  const double half = 1.96 * std::sqrt(0.3 * 0.7 / 10 + 0.4 * 0.6 / 100);
  EXPECT_NEAR((bca.interval->high - bca.interval->low) / 2, half, 0.1 * half);
}

TEST(CountBootstrapTest, OneRowHasNoIntervalAndAbsentCellsStayAbsent) {
  const std::array<std::int64_t, 2> one{0, 1};
  EXPECT_FALSE(BcaBootstrapOfCounts(one, {}, [](std::span<const double>) { return 1.0; }, {.name = "one"})
                   .interval.has_value());
  const std::array<std::int64_t, 3> gap{5, 0, 5};
  (void)BcaBootstrapOfCounts(gap, {},
                             [](std::span<const double> drawn) {
                               EXPECT_EQ(drawn[1], 0);
                               return drawn[0];
                             },
                             {.replicates = 100, .name = "gap"});
}

TEST(CountBootstrapTest, ClustersAreDrawnWhole) {
  // Ten units with ten rows each that all agree: as uncertain as ten rows.
  std::vector<double> counts;
  for (int unit = 0; unit < 10; ++unit) {
    counts.insert(counts.end(),
                  unit < 4 ? std::initializer_list<double>{10, 0} : std::initializer_list<double>{0, 10});
  }
  const CountStatistic share = [](std::span<const double> cells) { return cells[0] / (cells[0] + cells[1]); };
  const BootstrapOptions options{.replicates = 4000, .name = "units"};
  const Bca clustered = BcaBootstrapOfClusters(counts, 2, share, options);
  const std::array<std::int64_t, 2> ten{4, 6};
  const Bca rows = BcaBootstrapOfCounts(ten, {}, share, options);
  EXPECT_EQ(clustered.estimate, 0.4);
  EXPECT_NEAR(clustered.interval->high - clustered.interval->low, rows.interval->high - rows.interval->low,
              0.101);
  EXPECT_GT(clustered.interval->high - clustered.interval->low, 0.4);
}

TEST(DrawBinomialTest, HasTheDistributionsProbabilities) {
  for (const auto& [n, p] : {std::pair<std::int64_t, double>{12, 0.3}, {40, 0.85}, {7, 0.5}}) {
    ReproducibleStream stream(2, "draw-binomial", static_cast<std::uint64_t>(n));
    constexpr int kDraws = 100000;
    std::vector<int> seen(static_cast<std::size_t>(n) + 1);
    for (int i = 0; i < kDraws; ++i) ++seen[static_cast<std::size_t>(DrawBinomial(n, p, stream))];
    for (std::int64_t k = 0; k <= n; ++k) {
      const double expected = kDraws * BinomialPmf(k, n, p);
      EXPECT_NEAR(seen[static_cast<std::size_t>(k)], expected, 5 * std::sqrt(expected) + 3)
          << k << " of " << n;
    }
  }
}

TEST(DrawBinomialTest, MeanAndVarianceOfLargeCounts) {
  ReproducibleStream stream(3, "draw-binomial-large");
  constexpr int kDraws = 20000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double excess = static_cast<double>(DrawBinomial(1000000, 0.2, stream)) - 200000;
    sum += excess;
    squares += excess * excess;
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 * 400 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws / 160000, 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_EQ(DrawBinomial(0, 0.5, stream), 0);
  EXPECT_EQ(DrawBinomial(9, 0, stream), 0);
  EXPECT_EQ(DrawBinomial(9, 1, stream), 9);
}

}  // namespace
}  // namespace cupel::stats
