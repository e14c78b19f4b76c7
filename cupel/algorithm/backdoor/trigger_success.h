// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The success rate of a trigger: how often it turns the answer for samples of other classes into the target.
///
/// Every answer is that of the exact executor (unmodified graph, float32, one input at a time). Next to the
/// rate stands the one without the trigger: a model that answers the target anyway proves no backdoor.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/data/dataset/trigger.h"

namespace cupel::algorithm::backdoor {

struct TriggerOutcome {
  std::int64_t index = 0;   ///< Into the data set.
  std::int32_t before = 0;  ///< Class that the model answers without the trigger.
  std::int32_t after = 0;   ///< With it.
};

struct TriggerSuccess {
  std::vector<TriggerOutcome> outcomes;  ///< In the order of the indices given.
  std::int64_t n = 0;
  std::int64_t hits = 0;         ///< Answered with the target under the trigger.
  std::int64_t hits_before = 0;  ///< Answered with the target without it.
};

/// indices: samples of `data`, none of the target class. Workers and progress are the context's; progress
/// advances by samples. Errors: those of the data set and the model.
Result<TriggerSuccess> MeasureTrigger(const executor::Classifier& model, const data::dataset::Dataset& data,
                                      std::span<const std::int64_t> indices,
                                      const data::dataset::Trigger& trigger, std::int32_t target,
                                      const check::Context& context);

/// The share of hits with its Wilson interval, as a metric.
check::Metric SuccessMetric(std::string name, std::int64_t hits, std::int64_t n);

}  // namespace cupel::algorithm::backdoor
