// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the checks of this module share: parameters, the methods made ready for a model, and one sample with
/// its question.

#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/explain/baseline.h"
#include "cupel/algorithm/explain/methods.h"

namespace cupel::algorithm::explain {

check::ParameterSpec IntegerParameter(std::string name, std::string unit, std::int64_t fallback, double low,
                                      double high, check::Text meaning);
check::ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low,
                                   double high, check::Text meaning);
/// zero, mean or blur.
check::ParameterSpec BaselineParameter();
/// The first so many samples; 0: all.
check::ParameterSpec SamplesParameter(std::int64_t fallback);
/// methods, baseline, samples, max_points, patch.
std::vector<check::ParameterSpec> MethodParameters(const std::vector<std::string>& methods,
                                                   std::int64_t samples);

struct MethodSettings {
  std::vector<const Method*> methods;
  Baseline baseline = Baseline::kZero;
  std::int64_t samples = 0;  ///< Of the data set, already cut to its size.
  MethodOptions options;
};

/// From a context whose parameters include MethodParameters. Errors: kInvalidArgument for an unknown method
/// (nearest named), one that is named twice, and an empty data set.
Result<MethodSettings> SettingsFrom(const check::Context& context);

struct ReadyMethod {
  const Method* method = nullptr;
  std::unique_ptr<Attribution> attribution;
};

/// Methods that cannot explain this model (kUnsupported) are left out, with a note if `notes` is given.
/// Errors: those of prepare otherwise.
Result<std::vector<ReadyMethod>> MakeReady(const MethodSettings& settings, const ExplainedModel& model,
                                           std::vector<check::Text>* notes);

/// One sample, asked for the class that the model answers.
struct Subject {
  std::int64_t original = 0;
  std::int32_t target_class = 0;
  std::vector<float> x;
  std::vector<float> baseline;
  Question question() const { return {x, baseline, target_class, static_cast<std::uint64_t>(original)}; }
};

/// Errors: those of the data set, the baseline and the model.
Result<Subject> ReadSubject(const check::Context& context, const ExplainedModel& model, Baseline baseline,
                            std::int64_t index);

/// An `images` figure of the first samples: input, and a heat map of each method (at most seven). A map whose
/// completeness fails is withheld, and so are methods in `refused` (by id, with the reason).
struct Refusal {
  std::string method;
  check::Text why;
};
Result<Json> MapsFigure(const check::Context& context, const ExplainedModel& model,
                        const MethodSettings& settings, const std::vector<ReadyMethod>& methods,
                        const std::vector<Refusal>& refused);

}  // namespace cupel::algorithm::explain
