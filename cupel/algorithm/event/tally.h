// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counts of right and wrong by recording and category, and the rates made of them: what segment-based,
/// event-based and onset-only schemes share.
///
/// A matching is done once for each recording; the counts of a replicate are weighted sums (stats/bca.h).
/// Rates are NaN where they do not exist. Source: Mesaros, Heittola, Virtanen, "Metrics for polyphonic sound
/// event detection", Applied Sciences 6(6), 2016; sed_eval for what is done with 0/0.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct Counts {
  double truth = 0;     ///< N_ref
  double answers = 0;   ///< N_sys
  double hits = 0;      ///< N_tp
  double rejected = 0;  ///< N_tn, of segments
  double substituted = 0;
  double deleted = 0;
  double inserted = 0;

  double Missed() const { return truth - hits; }
  double False() const { return answers - hits; }
  void Add(const Counts& other, double weight);
};

struct Tally {
  std::size_t categories = 0;
  std::vector<Counts> overall;      ///< [source]
  std::vector<Counts> by_category;  ///< [source, categories]; substitutions do not exist here.
};

/// All recordings together. weights: [source].
Counts Overall(const Tally& tally, std::span<const double> weights);
Counts OfCategory(const Tally& tally, std::span<const double> weights, std::size_t category);

/// What F and precision are when an algorithm never answers: sed_eval's empty_system_output_handling.
enum class Silence { kZero, kUndefined };

double Precision(const Counts& counts, Silence silence);
double Recall(const Counts& counts);
/// 0 when precision and recall are both 0; NaN when one of them does not exist.
double FScore(const Counts& counts, Silence silence);
/// (S + D + I) / N_ref; NaN without a true event.
double ErrorRate(const Counts& counts);
/// (TP + TN) / all.
double Accuracy(const Counts& counts);
double BalancedAccuracy(const Counts& counts);

/// The mean of `rate` over the categories of which the truth has an event and whose rate exists; NaN when
/// there are none.
template <typename Rate>
double MacroMean(const Tally& tally, std::span<const double> weights, Rate rate) {
  double sum = 0;
  double n = 0;
  for (std::size_t category = 0; category < tally.categories; ++category) {
    const Counts counts = OfCategory(tally, weights, category);
    if (counts.truth == 0) continue;
    const double value = rate(counts);
    if (value != value) continue;
    sum += value;
    n += 1;
  }
  return sum / n;
}

/// Categories of a category's counts: deleted and inserted set from missed and false.
Counts AsErrors(Counts counts);

}  // namespace cupel::algorithm::event
