// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Two-means and the silhouette. Private to this module.
///
/// Source: Arthur and Vassilvitskii: k-means++, SODA 2007; Rousseeuw: Silhouettes, J. Comput. Appl. Math. 20,
/// 1987.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::backdoor {

struct TwoClusters {
  std::vector<double> centres;          ///< [2, k]
  std::vector<std::int32_t> member_of;  ///< [n], 0 or 1. Cluster 0 is the smaller one (a tie: that of row 0).
  double inertia = 0;                   ///< Sum of squared distances to the own centre.
};

/// rows: [n, k], n >= 2. Lloyd's iterations from k-means++ starts until nothing moves (at most 300 rounds);
/// the best of `restarts` by inertia, the first among equals.
TwoClusters TwoMeans(std::span<const double> rows, std::int64_t k, int restarts, ReproducibleStream& stream);

/// Cluster of the nearer centre for each row [m, k].
std::vector<std::int32_t> Assign(const TwoClusters& clusters, std::span<const double> rows, std::int64_t k);

/// Mean silhouette of two clusters, in [-1, 1]; a member of a cluster of one counts 0, and so does everything
/// when one cluster is empty. O(n^2 k).
double Silhouette(std::span<const double> rows, std::int64_t k, std::span<const std::int32_t> member_of);

}  // namespace cupel::algorithm::backdoor
