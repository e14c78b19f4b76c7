// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Activation clustering: do the training samples of a class fall into two groups, one of which its held-out
/// samples do not visit?
///
/// Per class: penultimate activations, reduced to `nb_dims` principal components, split in two by k-means++;
/// the mean silhouette and the clusters' relative sizes are those of the paper (section 4). Two things
/// differ, both on purpose:
///   - Principal components take the place of independent ones. Independent components are a rotation of
///   whitened principal ones, and neither k-means nor silhouettes change under rotation; without whitening
///   the directions keep their weight.
///   - The paper's decision (silhouette above 0.10 to 0.15, a small cluster) flags clean classes of harder
///   data than MNIST, and misses a class half of which is poison. A class is flagged here when its silhouette
///   reaches the threshold and a cluster holds significantly more of the training samples than of held-out
///   ones: the share among held-out samples is below `held_out_ratio` times the other at level 0.99. Poisoned
///   samples lie together where clean ones of that label are not.
/// Source: Chen et al.: Detecting backdoor attacks on deep neural networks by activation clustering, 2018
/// (arXiv 1811.03728); parameter names as in the Adversarial Robustness Toolbox.
///
/// Not promised: poison below a few per cent of a class, clean-label poison, or held-out data that carry the
/// trigger themselves.

#include "cupel/algorithm/backdoor/features.h"
#include "cupel/algorithm/backdoor/training_verdict.h"

namespace cupel::algorithm::backdoor {

struct ClusteringOptions {
  std::int64_t nb_dims = 10;
  int restarts = 10;
  double silhouette_threshold = 0.1;
  double held_out_ratio = 0.5;
  std::uint64_t seed = 0;
};

/// One class; `label` names the random stream. Its suspects are the members of the cluster that held-out
/// samples visit less, scored by how much nearer they are to that centre; `strength` is the silhouette.
/// original: [features.training], what the suspects are called.
Result<ClassFinding> ClusterClass(const ClassFeatures& features, std::span<const std::int64_t> original,
                                  std::int32_t label, const ClusteringOptions& options);

}  // namespace cupel::algorithm::backdoor
