// SPDX-License-Identifier: Apache-2.0
#pragma once

/// How much each feature of one input contributed to one logit: the interface over all methods of this
/// module.
///
/// A method is one file; methods.cc lists them. An answer carries what its method promises: methods that
/// divide the whole difference f(x) - f(baseline) among the features (`Completeness`) say how well they did,
/// and an answer that broke the promise is not to be shown as an explanation (`Holds`). Gradients and random
/// draws depend on (seed, method, sample) alone. Const methods may be called concurrently.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/explain/explained_model.h"

namespace cupel::algorithm::explain {

struct Question {
  std::span<const float> x;         ///< [d], in the data's range.
  std::span<const float> baseline;  ///< [d]; methods that need none ignore it.
  std::int32_t target_class = 0;
  std::uint64_t sample = 0;  ///< Original index, for random streams.
};

/// Largest completeness error of an answer that may be shown.
inline constexpr double kCompletenessTolerance = 0.01;

struct Completeness {
  double attributed = 0;  ///< Sum of the attributions.
  double difference = 0;  ///< f(x) - f(baseline).
  /// |attributed - difference| / |difference|; 0 when both are 0, infinite when only the difference is.
  double Error() const;
};

struct Explanation {
  std::vector<double> values;                ///< [d]
  std::int64_t evaluations = 0;              ///< Rows that went through the model, with or without gradient.
  std::optional<Completeness> completeness;  ///< Of methods that promise it.
  /// Whether the promise was kept; true for methods that promise nothing.
  bool Holds() const { return !completeness || completeness->Error() <= kCompletenessTolerance; }
};

class Attribution {
 public:
  virtual ~Attribution() = default;
  /// Errors: those of the executor; kInvalidArgument when the model's numbers are not finite.
  virtual Result<Explanation> Explain(const Question& question) const = 0;
};

/// Settings of all methods; each reads its own.
struct MethodOptions {
  std::uint64_t seed = 0;
  double box_low = 0;
  double box_high = 1;
  std::int64_t noise_samples = 25;      ///< SmoothGrad.
  double noise = 0.1;                   ///< SmoothGrad: standard deviation as a fraction of the box.
  std::int64_t max_points = 128;        ///< Integrated gradients: points of the path at most, >= 8.
  std::int64_t points = 0;              ///< Integrated gradients: > 0 asks for a Gauss-Legendre rule instead.
  std::int64_t window = 4;              ///< Occlusion: pixels a side of the square.
  std::int64_t stride = 2;              ///< Occlusion.
  std::int64_t patch = 4;               ///< SHAP: pixels a side of a player of pictures.
  std::int64_t coalitions = 512;        ///< KernelSHAP: model evaluations.
  std::int64_t permutations = 64;       ///< Permutation SHAP: at most so many, each with its reverse.
  double permutation_tolerance = 0.02;  ///< Permutation SHAP: standard error to stop at, see there.
  std::string layer;                    ///< Grad-CAM: name of the value; empty: the last suitable one.
};

struct Method {
  std::string id;     ///< "integrated-gradients"
  std::string title;  ///< "Integrated gradients"
  std::string source;
  bool promises_completeness = false;
  bool is_signed = true;  ///< Negative values speak against the class.
  /// Makes the method ready for a model, which must outlive it. Errors: kUnsupported when the method cannot
  /// explain this model (the message says why); kInvalidArgument for settings.
  Result<std::unique_ptr<Attribution>> (*prepare)(const ExplainedModel& model, const MethodOptions& options);
};

/// f(x) and f(baseline) of the class: what a complete method's answer adds up to. Two evaluations.
Result<double> LogitDifference(const ExplainedModel& model, const Question& question);

/// The sum of the answer's values beside `difference`.
Completeness CompletenessOf(const std::vector<double>& values, double difference);

}  // namespace cupel::algorithm::explain
