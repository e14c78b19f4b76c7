// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What both checks share: which samples, in pieces, kept in the journal, and accuracy over radii.
///
/// A sample's witnesses do not depend on the others, so neither pieces nor workers change a result.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::certify {

inline constexpr std::int64_t kPieceSamples = 8;

struct SampleJob {
  std::int64_t index = 0;     ///< In the data set.
  std::int64_t original = 0;  ///< In the file.
  std::int32_t label = 0;
};

struct Selection {
  std::int64_t samples = 0;     ///< Looked at, the wrongly answered included.
  std::vector<SampleJob> jobs;  ///< Those to work on.
};

/// The first `wanted` samples of the data set; 0: all. Errors: kInvalidArgument when it is empty.
Result<Selection> SelectAll(const check::Context& context, std::int64_t wanted);
/// Of these the ones that the model answers rightly. Errors: also kInvalidArgument when the predictions
/// belong to another data set.
Result<Selection> SelectRight(const check::Context& context, std::int64_t wanted);

/// Witnesses of one sample: an array of objects that name it by "sample". x: its features.
using SampleWork = std::function<Result<Json>(const SampleJob& job, std::span<const float> x)>;

/// The witnesses of every job, in order. Finished pieces are kept in the journal. Errors: those of `work` and
/// of the data set; kInterrupted.
Result<std::vector<Json>> RunOverSamples(const check::Context& context, std::string_view what,
                                         const std::vector<SampleJob>& jobs, const SampleWork& work);

/// Distinct, rising. Errors: kInvalidArgument when two would share a metric's name (four digits).
Result<std::vector<double>> Radii(const check::Context& context);

/// k of n with its Wilson interval.
check::Metric ShareMetric(std::string name, std::int64_t k, std::int64_t n);

/// certified_accuracy at the largest radius, clean_accuracy, certified_accuracy.eps_* at the smaller ones,
/// and the curve. right: from SelectRight; counts: certified samples at each radius.
void AddAccuracy(const Selection& right, const std::vector<double>& radii,
                 const std::vector<std::int64_t>& counts, std::string_view norm, check::CheckResult* result);

/// The metrics of AddAccuracy, and the parameters `epsilons` and `samples`.
std::vector<check::MetricSpec> AccuracyMetrics();
std::vector<check::ParameterSpec> SharedParameters(const std::vector<double>& default_radii);

}  // namespace cupel::algorithm::certify
