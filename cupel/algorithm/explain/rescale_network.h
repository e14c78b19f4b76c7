// SPDX-License-Identifier: Apache-2.0
#pragma once

/// DeepLift's multipliers by the rescale rule: a network run on an input and its reference side by side, with
/// every nonlinear operator's derivative replaced by (difference of its outputs) / (difference of its
/// inputs).
///
/// Rules: operators that are affine in the one input that depends on the sample (convolution, dense layer,
/// normalisation, average pooling, sums, moves) keep their derivative. Elementwise nonlinear operators take
/// the quotient; where the inputs differ by less than 1e-10, the derivative. Max pooling in two dimensions
/// takes SHAP's and Captum's cross maxima: what the output gained over the reference goes to the input's
/// maximum, what it lost to the reference's. With these rules, the contributions add up to f(x) - f(b) (up to
/// rounding) whatever the network. Each node is a step of its own, so a shared ReLU cannot be confused with
/// itself (Captum issue 1104), and an activation that pooling follows at once gets the pooling's multipliers
/// (Captum 0.8 hands it the plain derivative there; with a step in between it equals this to 2e-7, and on a
/// network without max pooling as it is). Everything else (products of two computed values, softmax inside
/// the network, gates) has no rule here. Runs on the general executor's operators with libtorch recording.
/// Source: Shrikumar, Greenside, Kundaje, ICML 2017, section 3.5.1.

#include <memory>
#include <vector>

#include "cupel/algorithm/explain/attribution.h"

namespace cupel::algorithm::explain {

class RescaleNetwork {
 public:
  /// Errors: kUnsupported naming the first node without a rule.
  static Result<std::unique_ptr<RescaleNetwork>> Create(const executor::Classifier& classifier);
  ~RescaleNetwork();
  RescaleNetwork(const RescaleNetwork&) = delete;
  RescaleNetwork& operator=(const RescaleNetwork&) = delete;

  struct Multipliers {
    std::vector<float> values;  ///< [d]
    double difference = 0;      ///< f(x) - f(baseline).
  };
  /// Two forward passes and one backward. Errors: those of the operators; kInvalidArgument when a number is
  /// not finite.
  Result<Multipliers> Find(const Question& question) const;

 private:
  struct Program;
  explicit RescaleNetwork(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

}  // namespace cupel::algorithm::explain
