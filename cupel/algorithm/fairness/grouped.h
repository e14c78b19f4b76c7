// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The input of the fairness schemes: a predictions file whose samples carry groups.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::fairness {

struct Grouped : scheme::Input {
  data::dataset::Predictions predictions;
  std::int64_t size() const override { return predictions.n; }
};

/// "grouped": a predictions file (data/dataset/predictions.h) with at least one group_<attribute> column.
const scheme::InputFormat& GroupedFormat();

}  // namespace cupel::algorithm::fairness
