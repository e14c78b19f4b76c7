// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Penultimate activations of training samples and of held-out ones, class by class: what activation
/// clustering and spectral signatures look at. Private to this module.
///
/// The features are the input of the network's last dense layer: the graph is cut there
/// (algorithm/graph/truncate.h) and run with the model's own preprocessing. "Held-out" are the samples of the
/// assessment's data set, supposed clean: they show where samples of a class lie that nobody tampered with.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::backdoor {

/// Answers penultimate activations [n, d] where the model answers logits.
/// Errors: kUnsupported when the network does not end in a dense layer with something before it.
Result<std::unique_ptr<executor::Classifier>> FeatureExtractor(const executor::Classifier& model);

struct ClassFeatures {
  std::vector<std::int64_t> training;  ///< Indices into the training data.
  std::vector<float> features;         ///< [training.size(), d]
  std::vector<float> held_out;         ///< [m, d]
  std::int64_t d = 0;
};

/// At most `samples` of each class from either side, drawn with the context's seed.
Result<std::vector<ClassFeatures>> CollectFeatures(const check::Context& context, std::string_view id,
                                                   std::int64_t samples);

/// Why a check on training data cannot run here: no training data, or another end of the network.
std::optional<check::Text> WhyNotApplicable(const check::Context& context);

/// Principal directions of rows [n, d]: orthogonal iteration on the centred rows (power iteration in blocks)
/// with 8 more directions than asked and `kIterations` rounds, then the exact solution inside that space.
struct PrincipalComponents {
  std::vector<double> mean;        ///< [d]
  std::vector<double> directions;  ///< [k, d], orthonormal, by falling variance; k <= min(n, d, wanted).
  std::vector<double> variances;   ///< [k]
  std::vector<double> scores;      ///< [n, k], centred rows along the directions.

  /// Rows [m, d] along the same directions, [m, k].
  std::vector<double> Project(std::span<const float> rows) const;
};

/// Each direction's largest component is positive. Precondition: n >= 1. Errors: those of the library.
Result<PrincipalComponents> FindPrincipalComponents(std::span<const float> rows, std::int64_t d,
                                                    std::int64_t wanted, std::uint64_t seed);

}  // namespace cupel::algorithm::backdoor
