// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cascading randomisation: the same question to networks of which more and more layers, from the output on,
/// have random weights. A method that answers the same does not explain the model.
/// Source: Adebayo et al., NeurIPS 2018, section 4.1.

#include <memory>
#include <vector>

#include "cupel/algorithm/explain/method_run.h"

namespace cupel::algorithm::explain {

/// |correlation| with all weights random below which a method is accepted.
inline constexpr double kSanityLimit = 0.1;

class Cascade {
 public:
  /// Stage s of `stages` has the last ceil(s / stages) of all layers random; the last stage all.
  /// Errors: those of Classifier::Create and of the methods.
  static Result<Cascade> Create(const executor::Classifier& classifier, const MethodSettings& settings,
                                std::uint64_t seed, std::int64_t stages);

  std::size_t stages() const { return stages_.size(); }

  /// For each method and stage: rank correlation of the map with the original's, and of the absolute values;
  /// [methods, stages, 2]. `methods` are those of the original model, in the order of the settings.
  Result<std::vector<double>> Correlations(const std::vector<ReadyMethod>& methods,
                                           const Question& question) const;

 private:
  struct Stage {
    std::unique_ptr<executor::Classifier> classifier;
    std::unique_ptr<ClassifierExecutor> executor;
    std::vector<ReadyMethod> methods;
  };
  std::vector<Stage> stages_;
};

}  // namespace cupel::algorithm::explain
