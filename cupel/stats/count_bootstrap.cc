// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/count_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"

namespace cupel::stats {
namespace {

/// Cells that are drawn together: [begin, end).
struct Stratum {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t rows = 0;
};

std::vector<Stratum> StrataOf(std::span<const std::int64_t> counts, std::span<const std::int32_t> strata) {
  CUPEL_CHECK(strata.empty() || strata.size() == counts.size());
  std::vector<Stratum> result;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    CUPEL_CHECK(counts[cell] >= 0);
    if (cell == 0 || (!strata.empty() && strata[cell] != strata[cell - 1])) result.push_back({cell, cell, 0});
    result.back().end = cell + 1;
    result.back().rows += counts[cell];
  }
  return result;
}

/// A multinomial, cell by cell: what is left of the rows goes to this cell with its share of what is left.
void DrawStratum(std::span<const std::int64_t> counts, const Stratum& stratum, ReproducibleStream& stream,
                 std::span<double> drawn) {
  std::int64_t rows = stratum.rows;
  std::int64_t weight = stratum.rows;
  for (std::size_t cell = stratum.begin; cell < stratum.end; ++cell) {
    const double share = weight > 0 ? static_cast<double>(counts[cell]) / static_cast<double>(weight) : 0;
    const std::int64_t got = DrawBinomial(rows, share, stream);
    drawn[cell] = static_cast<double>(got);
    rows -= got;
    weight -= counts[cell];
  }
}

/// Efron 1987, (7.3) and, for several samples, Davison and Hinkley 1997, section 5.3: with influence values
/// (n - 1)(mean - left out) of a sample of n, sum of l^3 / n^3 over 6 (sum of l^2 / n^2)^1.5.
double Acceleration(std::span<const std::int64_t> counts, std::span<const Stratum> strata,
                    const CountStatistic& statistic) {
  std::vector<double> left(counts.begin(), counts.end());
  double squares = 0;
  double cubes = 0;
  for (const Stratum& stratum : strata) {
    std::vector<std::pair<double, double>> values;  // value without one row of the cell, rows of the cell
    double mean = 0;
    double rows = 0;
    for (std::size_t cell = stratum.begin; cell < stratum.end; ++cell) {
      if (counts[cell] == 0) continue;
      left[cell] -= 1;
      const double value = statistic(left);
      left[cell] += 1;
      if (!std::isfinite(value)) continue;
      values.emplace_back(value, static_cast<double>(counts[cell]));
      mean += value * values.back().second;
      rows += values.back().second;
    }
    if (rows == 0) continue;
    mean /= rows;
    const double factor = (rows - 1) / rows;
    for (const auto& [value, weight] : values) {
      const double influence = factor * (mean - value);
      squares += weight * influence * influence;
      cubes += weight * influence * influence * influence;
    }
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

}  // namespace

Bca BcaBootstrapOfCounts(std::span<const std::int64_t> counts, std::span<const std::int32_t> strata,
                         const CountStatistic& statistic, const BootstrapOptions& options) {
  CUPEL_CHECK(!counts.empty() && options.replicates > 0);
  const std::vector<Stratum> drawn_together = StrataOf(counts, strata);
  std::int64_t rows = 0;
  for (const Stratum& stratum : drawn_together) rows += stratum.rows;
  CUPEL_CHECK(rows > 0);
  Bca bca;
  std::vector<double> drawn(counts.begin(), counts.end());
  bca.estimate = statistic(drawn);
  CUPEL_CHECK(std::isfinite(bca.estimate));
  if (rows < 2) return bca;
  std::vector<double> replicates;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    for (const Stratum& stratum : drawn_together) DrawStratum(counts, stratum, stream, drawn);
    const double value = statistic(drawn);
    if (std::isfinite(value)) replicates.push_back(value);
  }
  if (static_cast<std::int64_t>(replicates.size()) * 2 < options.replicates) return bca;
  bca.interval = BcaInterval(std::move(replicates), bca.estimate,
                             Acceleration(counts, drawn_together, statistic), options.level);
  return bca;
}

Bca BcaBootstrapOfClusters(std::span<const double> counts, std::int64_t cells,
                           const CountStatistic& statistic, const BootstrapOptions& options) {
  const auto width = static_cast<std::size_t>(cells);
  CUPEL_CHECK(cells > 0 && !counts.empty() && counts.size() % width == 0);
  std::vector<double> sums(width);
  const auto of_weights = [&](std::span<const double> weights) {
    std::ranges::fill(sums, 0.0);
    for (std::size_t unit = 0; unit < weights.size(); ++unit) {
      if (weights[unit] == 0) continue;
      for (std::size_t cell = 0; cell < width; ++cell) {
        sums[cell] += weights[unit] * counts[unit * width + cell];
      }
    }
    return statistic(sums);
  };
  return BcaBootstrap(static_cast<std::int64_t>(counts.size() / width), of_weights, options);
}

}  // namespace cupel::stats
