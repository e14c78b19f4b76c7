// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The largest element of each window, channel by channel. Positions outside the plane are left out, as
/// ONNX's MaxPool pads with minus infinity.
///
/// Where one element of a window is larger than all others can be, the output is that element. Otherwise the
/// lower line is the element with the largest lower bound; the upper line is that of max(x_i, m) with x_i the
/// element of the largest upper bound and m the largest upper bound of the others, a rectifier in x_i.

#include <memory>

#include "cupel/algorithm/certify/linear_map.h"
#include "cupel/algorithm/certify/step.h"

namespace cupel::algorithm::certify {

/// Precondition: every window holds at least one position of the plane.
std::unique_ptr<Step> MakeMaxPoolStep(const Sliding& sliding);

}  // namespace cupel::algorithm::certify
