// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How early: the NAB score, ERDE, and the time until an event is noticed at a given false positive rate.

#include <span>
#include <vector>

#include "cupel/algorithm/event/frames.h"
#include "cupel/algorithm/event/input.h"

namespace cupel::algorithm::event {

/// Numenta anomaly benchmark (Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", ICMLA
/// 2015; numenta/NAB's sweeper). A window is a run of positive frames. The best detection in each window
/// earns a sigmoid of its position, a detection outside costs by its distance from the last window, a window
/// without detection costs `false_negative`. The first 15 % of a recording (at most 750 frames) do not count.
struct NabProfile {
  double true_positive = 1.0;
  double false_positive = 0.11;
  double false_negative = 1.0;
  double probation = 0.15;
};

struct NabParts {
  double raw = 0;      ///< Of one recording.
  double windows = 0;  ///< That reach beyond probation.
};

/// One recording's frames in order: scores and whether each lies in a window. Frames of at least `threshold`
/// are detections.
NabParts NabOfRecording(std::span<const FrameTable::Row> frames, double threshold, const NabProfile& profile);

/// 0 for an algorithm that is silent, 1 for one that detects every window at its first frame; NaN without
/// a window. parts: [source].
double NabScore(std::span<const NabParts> parts, std::span<const double> weights, const NabProfile& profile);

/// Early risk detection error (Losada and Crestani, CLEF 2016) of one recording: 0 for a true negative,
/// cost_false for an alarm where nothing happens, 1 for a miss, and for a right alarm after k observations
/// 1 - 1 / (1 + e^(k - o)).
double ErdeOfRecording(bool positive, bool alarmed, double k, double o, double cost_false);

/// Of one recording's windows: seconds (frames / rate) from a window's first frame to its first frame of at
/// least `threshold`; a window without one is not noticed.
struct Noticed {
  double windows = 0;
  double noticed = 0;
  double seconds = 0;  ///< Summed over those noticed.
};
Noticed NoticedInRecording(std::span<const FrameTable::Row> frames, double threshold, double rate);

}  // namespace cupel::algorithm::event
