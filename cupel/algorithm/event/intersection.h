// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Intersection-based evaluation and the polyphonic sound detection score.
///
/// An answer is valid when the true events of its category cover at least `dtc` of it; a true event is found
/// when valid answers of its category cover at least `gtc` of it. An answer that is not valid is a false
/// alarm, and a cross trigger of every other category whose true events cover at least `cttc` of it.
/// Source: Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP 2020;
/// psds_eval for what the paper leaves open: coverages are summed, intervals that only touch intersect by 0,
/// an answer outside its recording counts nowhere, categories are those that the truth has events of.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

struct IntersectionRules {
  double dtc = 0.5;
  double gtc = 0.5;
  double cttc = 0.3;
};

/// Counts of several operating points, kept by recording so that replicates only weigh them.
struct IntersectionCounts {
  std::vector<std::int32_t> categories;  ///< The evaluated ones, rising.
  std::size_t points = 0;                ///< Operating points.
  /// What one recording adds to one cell; cells that stay zero are not kept.
  struct Entry {
    std::uint32_t source = 0;
    std::uint32_t cell = 0;
    double count = 0;
  };
  std::vector<Entry> found;          ///< cell: point * c + category
  std::vector<Entry> false_alarms;   ///< cell: point * c + category
  std::vector<Entry> cross;          ///< cell: (point * c + category of the answer) * c + true category
  std::vector<double> truths;        ///< [source, c] true events
  std::vector<double> truth_length;  ///< [source, c] seconds of true events
  std::vector<double> duration;      ///< [source]
};

/// points: positions in input.answers.events that make up each operating point.
/// Errors: kInvalidArgument when a duration is not known or the truth has no event.
Result<IntersectionCounts> CountIntersections(const EventInput& input,
                                              std::span<const std::vector<std::size_t>> points,
                                              const IntersectionRules& rules);

/// Whether what the reference does where it differs from its definition is done too.
enum class Mode { kCompatible, kCorrected };

/// F of each category at operating point 0; NaN where it does not exist. kCompatible: NaN also for a category
/// of which nothing was found, as psds_eval 0.3 has it (it then drops out of the mean).
std::vector<double> IntersectionFScores(const IntersectionCounts& counts, std::span<const double> weights,
                                        Mode mode);

struct PsdsRules {
  double alpha_ct = 0;
  double alpha_st = 0;
  double max_efpr = 100;       ///< Per unit of time.
  double unit_seconds = 3600;  ///< False alarms are counted per hour.
  /// kCompatible: the mean over cross triggers counts the category itself as a zero, as psds_eval 0.3 does;
  /// kCorrected: over the other categories only, as the paper defines.
  Mode mode = Mode::kCorrected;
};

/// The PSD-ROC: effective true positive ratio over effective false positive rate, a staircase.
struct PsdRoc {
  std::vector<double> efpr;
  std::vector<double> etpr;
  double score = 0;  ///< Area up to max_efpr over max_efpr, in [0, 1].
};

PsdRoc ComputePsds(const IntersectionCounts& counts, std::span<const double> weights, const PsdsRules& rules);

}  // namespace cupel::algorithm::event
