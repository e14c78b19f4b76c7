// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs a scheme of this family as people write it.

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "cupel/algorithm/detection/family.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection::test_support {

inline Result<scheme::Evaluation> RunScheme(std::string_view text, const scheme::Input& input,
                                            const scheme::Options& options) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(text, known));
  return call.scheme->evaluate(input, call.parameters, options);
}

/// The scheme's own figure, which must be there.
inline double ValueOf(const scheme::Evaluation& evaluation) {
  const check::Metric* value = check::FindMetric(evaluation.metrics, scheme::kValue);
  EXPECT_NE(value, nullptr);
  return value == nullptr ? 0 : value->value;
}

}  // namespace cupel::algorithm::detection::test_support
