// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Events in time (catalogue F): segments, events, intersections, temporal IoU, ActEV, frames, regions,
/// alarms, early detection, segmentation, counts. All read the same annotation files (input.h).

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::event {

const scheme::Family& Family();

}  // namespace cupel::algorithm::event
