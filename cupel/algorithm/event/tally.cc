// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/tally.h"

#include <cmath>
#include <limits>

namespace cupel::algorithm::event {
namespace {

double Ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void Counts::Add(const Counts& other, double weight) {
  truth += weight * other.truth;
  answers += weight * other.answers;
  hits += weight * other.hits;
  rejected += weight * other.rejected;
  substituted += weight * other.substituted;
  deleted += weight * other.deleted;
  inserted += weight * other.inserted;
}

Counts Overall(const Tally& tally, std::span<const double> weights) {
  Counts sum;
  for (std::size_t source = 0; source < tally.overall.size(); ++source) {
    if (weights[source] != 0) sum.Add(tally.overall[source], weights[source]);
  }
  return sum;
}

Counts OfCategory(const Tally& tally, std::span<const double> weights, std::size_t category) {
  Counts sum;
  for (std::size_t source = 0; source < tally.overall.size(); ++source) {
    if (weights[source] == 0) continue;
    sum.Add(tally.by_category[source * tally.categories + category], weights[source]);
  }
  return AsErrors(sum);
}

double Precision(const Counts& counts, Silence silence) {
  if (counts.answers == 0 && silence == Silence::kZero) return 0;
  return Ratio(counts.hits, counts.answers);
}

double Recall(const Counts& counts) { return Ratio(counts.hits, counts.truth); }

double FScore(const Counts& counts, Silence silence) {
  const double precision = Precision(counts, silence);
  const double recall = Recall(counts);
  if (precision == 0 && recall == 0) return 0;
  return 2 * precision * recall / (precision + recall);
}

double ErrorRate(const Counts& counts) {
  return Ratio(counts.substituted + counts.deleted + counts.inserted, counts.truth);
}

double Accuracy(const Counts& counts) {
  return Ratio(counts.hits + counts.rejected,
               counts.hits + counts.rejected + counts.Missed() + counts.False());
}

double BalancedAccuracy(const Counts& counts) {
  return (Recall(counts) + Ratio(counts.rejected, counts.rejected + counts.False())) / 2;
}

Counts AsErrors(Counts counts) {
  counts.deleted = counts.Missed();
  counts.inserted = counts.False();
  counts.substituted = 0;
  return counts;
}

}  // namespace cupel::algorithm::event
