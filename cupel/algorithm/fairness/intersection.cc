// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/intersection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "cupel/algorithm/fairness/differentials.h"
#include "cupel/base/error.h"
#include "cupel/stats/distribution.h"

namespace cupel::algorithm::fairness {

using data::dataset::GroupAttribute;

GroupAttribute Intersection(std::span<const GroupAttribute> attributes) {
  CUPEL_CHECK(!attributes.empty());
  const std::size_t n = attributes[0].group_of.size();
  GroupAttribute result;
  for (const GroupAttribute& attribute : attributes) {
    CUPEL_CHECK(attribute.group_of.size() == n);
    result.name += (result.name.empty() ? "" : " x ") + attribute.name;
  }
  std::map<std::vector<std::int32_t>, std::int32_t> known;
  std::vector<std::int32_t> key(attributes.size());
  const auto read_key = [&](std::size_t i) {
    bool complete = true;
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      key[a] = attributes[a].group_of[i];
      complete = complete && key[a] >= 0;
    }
    return complete;
  };
  for (std::size_t i = 0; i < n; ++i) {
    if (read_key(i)) known.emplace(key, 0);
  }
  for (auto& [members, index] : known) {
    index = static_cast<std::int32_t>(result.group_names.size());
    std::string name;
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      name += (a == 0 ? "" : " & ") + attributes[a].group_names[static_cast<std::size_t>(members[a])];
    }
    result.group_names.push_back(std::move(name));
  }
  for (std::size_t i = 0; i < n; ++i) result.group_of.push_back(read_key(i) ? known.at(key) : -1);
  return result;
}

std::optional<BetaPrior> FitBetaPrior(std::span<const stats::GroupCount> groups) {
  double g = 0, n = 0, k = 0, squares = 0;
  for (const stats::GroupCount& group : groups) {
    if (group.n == 0) continue;
    const auto size = static_cast<double>(group.n);
    g += 1;
    n += size;
    k += static_cast<double>(group.k);
    squares += size * size;
  }
  if (g < 2 || k <= 0 || k >= n) return std::nullopt;
  const double mean = k / n;
  double spread = 0;
  for (const stats::GroupCount& group : groups) {
    if (group.n == 0) continue;
    const auto size = static_cast<double>(group.n);
    spread += size * std::pow(static_cast<double>(group.k) / size - mean, 2);
  }
  // E[spread] = mean (1 - mean) ((g - 1) + rho (n - squares / n - (g - 1))), rho = 1 / (strength + 1).
  const double room = n - squares / n - (g - 1);
  const double excess = spread / (mean * (1 - mean)) - (g - 1);
  const double rho = room > 0 ? std::clamp(excess / room, 1e-6, 1 - 1e-6) : 1e-6;
  return BetaPrior{mean, std::min(1e6, 1 / rho - 1)};
}

ShrunkenRate Shrink(stats::GroupCount count, const BetaPrior& prior, double level) {
  CUPEL_CHECK(count.k >= 0 && count.k <= count.n);
  const double a = prior.mean * prior.strength + static_cast<double>(count.k);
  const double b = (1 - prior.mean) * prior.strength + static_cast<double>(count.n - count.k);
  const double tail = (1 - level) / 2;
  return {a / (a + b),
          {stats::BetaQuantile(a, b, tail), stats::BetaQuantile(a, b, 1 - tail), level, "empirical-bayes"}};
}

double DifferentialFairness(std::span<const stats::GroupCount> groups, double concentration) {
  CUPEL_CHECK(groups.size() >= 2 && concentration > 0);
  double low = 1;
  double high = 0;
  for (const stats::GroupCount& group : groups) {
    CUPEL_CHECK(group.n > 0);
    const double rate =
        (static_cast<double>(group.k) + concentration / 2) / (static_cast<double>(group.n) + concentration);
    low = std::min(low, rate);
    high = std::max(high, rate);
  }
  return std::max(std::log(high / low), std::log((1 - low) / (1 - high)));
}

check::Metric DifferentialFairnessMetric(std::string name, std::span<const stats::GroupCount> groups,
                                         double concentration, const stats::GapOptions& options) {
  const double value = DifferentialFairness(groups, concentration);
  Redraw redraw(groups);
  std::vector<double> replicates;
  for (std::int64_t replicate = 0; replicate < options.replicates; ++replicate) {
    ReproducibleStream stream(options.seed, options.name, static_cast<std::uint64_t>(replicate));
    replicates.push_back(DifferentialFairness(redraw.Draw(stream), concentration));
  }
  std::int64_t n = 0;
  for (const stats::GroupCount& group : groups) n += group.n;
  return {.name = std::move(name),
          .value = value,
          .interval = RedrawnInterval(std::move(replicates), value, options.level),
          .n = n};
}

}  // namespace cupel::algorithm::fairness
