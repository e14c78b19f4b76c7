// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Compares what a graph answered with what it should have answered, by the rules of ONNX's own backend test
/// runner: numpy.testing.assert_allclose(rtol = 1e-3, atol = 1e-7) for floating values, equality for
/// everything else.
///
/// Element type and shape must be equal. NaN equals NaN; an infinity equals itself. Complex numbers and
/// strings are compared by their bytes. Source: onnx/backend/test/runner/__init__.py, assert_similar_outputs.

#include <optional>
#include <span>
#include <string>

#include "cupel/algorithm/graph/graph.h"

namespace cupel::algorithm::conformance {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

/// Nothing when equal; else a sentence that names the first difference: which output, where, expected and
/// found. Element i agrees when |found - expected| <= absolute + relative * |expected|.
std::optional<std::string> FirstDifference(std::span<const graph::TensorValue> expected,
                                           std::span<const graph::TensorValue> found,
                                           const Tolerance& tolerance = {});

/// The same for the types and shapes alone.
std::optional<std::string> FirstDifferenceOfForm(std::span<const graph::TensorValue> expected,
                                                 std::span<const graph::TensorValue> found);

}  // namespace cupel::algorithm::conformance
