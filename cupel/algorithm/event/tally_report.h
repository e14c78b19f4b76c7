// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures of a Tally, for the schemes that are made of one.

#include <vector>

#include "cupel/algorithm/event/findings.h"
#include "cupel/algorithm/event/schemes.h"
#include "cupel/algorithm/event/tally.h"

namespace cupel::algorithm::event {

check::ParameterSpec AverageSpec();  ///< "average"
check::ParameterSpec SilenceSpec();  ///< "silence"
Silence SilenceOf(const check::Parameters& parameters);

struct Averaging {
  bool macro = false;
  Silence silence = Silence::kZero;
};
/// Of both parameters.
Averaging AveragingOf(const check::Parameters& parameters);

/// value (F), precision, recall, and F of each category.
void AddFScores(const EventInput& input, const Tally& tally, const Averaging& averaging, Findings& findings);

/// value (error rate), and the rates of deletions, insertions and, over all categories, substitutions.
void AddErrorRates(const EventInput& input, const Tally& tally, bool macro, Findings& findings);

/// What the threshold left out, if anything.
void NoteLeftOut(std::int64_t left_out, Findings& findings);

}  // namespace cupel::algorithm::event
