// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Attributes of a person or a vehicle, several of two values each (catalogue D12), as PETA and RAP evaluate
/// them.

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::detection {

struct Attributes : scheme::Input {
  std::vector<std::string> names;  ///< [a]
  std::int64_t n = 0;
  std::vector<std::uint8_t> truth;  ///< [n, a], 0 or 1.
  std::vector<double> scores;       ///< [n, a]
  std::int64_t size() const override { return n; }
};

/// "attributes": one CSV file.
extern const scheme::InputFormat kAttributes;

Result<scheme::Evaluation> MeanAccuracy(const Attributes& input, const check::Parameters& parameters,
                                        const scheme::Options& options);
Result<scheme::Evaluation> InstanceBased(const Attributes& input, const check::Parameters& parameters,
                                         const scheme::Options& options);

std::vector<scheme::Scheme> AttributeSchemes();

}  // namespace cupel::algorithm::detection
