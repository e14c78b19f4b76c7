// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Standard normal numbers by the thousand: a decision-based attack draws one for every feature of every
/// query, where ReproducibleStream::Normal's logarithm and cosine would cost as much as a small network.
///
/// Ziggurat of 128 layers; the layer and the place in it come from different bits of one 32-bit word. Values
/// are the middles of cells of 2^-23 of a layer's width; the tail is exact.
///
/// Source: Marsaglia, Tsang: The ziggurat method for generating random variables, J. Stat. Softw. 5(8), 2000;
/// independent bits as asked by Doornik 2005.

#include <span>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {

/// Fills `values` with independent standard normal numbers.
void FillNormal(ReproducibleStream& stream, std::span<float> values);

}  // namespace cupel::algorithm::inspect
