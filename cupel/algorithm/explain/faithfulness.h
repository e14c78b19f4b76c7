// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The measurements of explain.faithfulness on models given as executors; the check itself wraps a
/// classifier.

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/explain/baseline.h"
#include "cupel/algorithm/explain/removal.h"

namespace cupel::algorithm::explain {

struct FaithfulnessOptions {
  std::int64_t steps = 64;  ///< Points of the integral.
  Baseline baseline = Baseline::kZero;
  std::int64_t stages = 28;      ///< Of deletion and insertion.
  std::int64_t random_maps = 2;  ///< Random orders per sample.
  std::int64_t samples = 100;    ///< First so many of the data set; 0: all.
};

/// One sample's figures; what the journal keeps.
struct SampleFaithfulness {
  std::int64_t original = 0;
  std::int32_t target_class = 0;
  double attributed = 0;            ///< Sum of the attributions.
  double difference = 0;            ///< f(x) - f(baseline).
  double correlation = 0;           ///< With the randomised model's map, signed.
  double correlation_absolute = 0;  ///< Of the absolute values.
  RemovalCurves map;
  RemovalCurves random;  ///< Mean over the random orders.

  Json ToJson() const;
  static Result<SampleFaithfulness> FromJson(const Json& json);
};

/// Runs every measurement. `randomised` is the control: the same network with weights drawn anew.
/// Errors: those of the executors and of the data set; kInvalidArgument when the data set is empty.
Result<check::CheckResult> MeasureFaithfulness(const ExplainedModel& model, const ExplainedModel& randomised,
                                               const FaithfulnessOptions& options,
                                               const check::Context& context);

}  // namespace cupel::algorithm::explain
