// SPDX-License-Identifier: Apache-2.0
// The ONNX importer under libFuzzer: whatever the bytes, an error or a graph that can be written, read back,
// measured and optimised.
#include <cstddef>
#include <cstdint>

#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace graph = cupel::algorithm::graph;
  namespace onnx = cupel::algorithm::onnx;
  onnx::Limits limits;
  limits.graph.tensor_bytes = 1 << 24;
  const auto model = onnx::ReadModelFromBytes({data, size}, {}, limits);
  if (!model) return 0;
  CUPEL_CHECK(graph::Validate(*model, limits.graph).has_value());
  static_cast<void>(graph::MeasureCost(*model));
  CUPEL_CHECK(graph::Optimise(*model).has_value());
  const auto written = onnx::WriteModel(*model);
  if (!written) return 0;  // Maps and sparse values are read, not written.
  const auto again = onnx::ReadModelFromBytes(*written, {}, limits);
  CUPEL_CHECK(again.has_value() && graph::Equal(*model, *again));
  return 0;
}
