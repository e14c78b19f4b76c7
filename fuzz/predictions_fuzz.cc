// SPDX-License-Identifier: Apache-2.0
/// Predictions files: what is accepted has sizes that fit together and finite scores.

#include <cmath>
#include <cstdlib>

#include "cupel/data/dataset/predictions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::dataset;
  const Blob blob(cupel::Bytes(data, data + size));
  const auto predictions = ParsePredictions(blob, "predictions.csv");
  if (!predictions) return 0;
  if (predictions->scores.size() != static_cast<std::size_t>(predictions->n * predictions->c)) std::abort();
  for (const float score : predictions->scores) {
    if (!std::isfinite(score) || score > 0) std::abort();
  }
  for (const std::int32_t label : predictions->labels) {
    if (label < 0 || label >= predictions->c) std::abort();
  }
  return 0;
}
