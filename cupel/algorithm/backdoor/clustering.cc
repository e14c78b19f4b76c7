// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/clustering.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cupel::algorithm::backdoor {
namespace {

constexpr int kMostRounds = 300;

double SquaredDistance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// Rows of width k.
class Rows {
 public:
  Rows(std::span<const double> values, std::int64_t k) : values_(values), k_(static_cast<std::size_t>(k)) {}
  std::size_t size() const { return values_.size() / k_; }
  std::span<const double> operator[](std::size_t row) const { return values_.subspan(row * k_, k_); }

 private:
  std::span<const double> values_;
  std::size_t k_;
};

std::int32_t Nearer(const TwoClusters& clusters, std::span<const double> row) {
  const Rows centres(clusters.centres, static_cast<std::int64_t>(row.size()));
  return SquaredDistance(row, centres[1]) < SquaredDistance(row, centres[0]) ? 1 : 0;
}

// The first centre is any row, the second a row with probability proportional to its squared distance.
TwoClusters Start(const Rows& rows, ReproducibleStream& stream) {
  const std::size_t first = stream.Below(rows.size());
  std::vector<double> cumulative;
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    cumulative.push_back(sum += SquaredDistance(rows[i], rows[first]));
  const double drawn = stream.UniformDouble() * sum;
  const auto found = std::ranges::upper_bound(cumulative, drawn);
  const auto second = std::min(static_cast<std::size_t>(found - cumulative.begin()), rows.size() - 1);
  TwoClusters clusters;
  for (const std::size_t row : {first, second})
    clusters.centres.insert(clusters.centres.end(), rows[row].begin(), rows[row].end());
  return clusters;
}

// Centres become the means of their members; an empty cluster keeps its centre.
void MoveCentres(const Rows& rows, TwoClusters& clusters) {
  const std::size_t k = clusters.centres.size() / 2;
  std::vector<double> sums(2 * k, 0.0);
  std::array<std::size_t, 2> sizes{};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto member = static_cast<std::size_t>(clusters.member_of[row]);
    ++sizes[member];
    for (std::size_t i = 0; i < k; ++i) sums[member * k + i] += rows[row][i];
  }
  for (std::size_t i = 0; i < 2 * k; ++i) {
    if (sizes[i / k] > 0) clusters.centres[i] = sums[i] / static_cast<double>(sizes[i / k]);
  }
}

TwoClusters Lloyd(const Rows& rows, ReproducibleStream& stream) {
  TwoClusters clusters = Start(rows, stream);
  clusters.member_of.assign(rows.size(), -1);
  for (int round = 0; round < kMostRounds; ++round) {
    bool moved = false;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::int32_t nearer = Nearer(clusters, rows[row]);
      moved = moved || nearer != clusters.member_of[row];
      clusters.member_of[row] = nearer;
    }
    if (!moved) break;
    MoveCentres(rows, clusters);
  }
  const std::size_t k = clusters.centres.size() / 2;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto member = static_cast<std::size_t>(clusters.member_of[row]);
    clusters.inertia += SquaredDistance(rows[row], std::span(clusters.centres).subspan(member * k, k));
  }
  return clusters;
}

void PutSmallerFirst(TwoClusters& clusters) {
  const auto ones = std::ranges::count(clusters.member_of, 1);
  const auto zeros = static_cast<std::ptrdiff_t>(clusters.member_of.size()) - ones;
  if (zeros < ones || (zeros == ones && clusters.member_of[0] == 0)) return;
  for (std::int32_t& member : clusters.member_of) member = 1 - member;
  const auto half = static_cast<std::ptrdiff_t>(clusters.centres.size() / 2);
  std::ranges::rotate(clusters.centres, clusters.centres.begin() + half);
}

}  // namespace

TwoClusters TwoMeans(std::span<const double> rows, std::int64_t k, int restarts, ReproducibleStream& stream) {
  const Rows all(rows, k);
  TwoClusters best = Lloyd(all, stream);
  for (int i = 1; i < restarts; ++i) {
    TwoClusters next = Lloyd(all, stream);
    if (next.inertia < best.inertia) best = std::move(next);
  }
  PutSmallerFirst(best);
  return best;
}

std::vector<std::int32_t> Assign(const TwoClusters& clusters, std::span<const double> rows, std::int64_t k) {
  const Rows all(rows, k);
  std::vector<std::int32_t> member_of;
  for (std::size_t row = 0; row < all.size(); ++row) member_of.push_back(Nearer(clusters, all[row]));
  return member_of;
}

double Silhouette(std::span<const double> rows, std::int64_t k, std::span<const std::int32_t> member_of) {
  const Rows all(rows, k);
  std::array<double, 2> sizes{};
  for (const std::int32_t member : member_of) ++sizes[static_cast<std::size_t>(member)];
  if (sizes[0] == 0 || sizes[1] == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::array<double, 2> distance{};
    for (std::size_t j = 0; j < all.size(); ++j)
      distance[static_cast<std::size_t>(member_of[j])] += std::sqrt(SquaredDistance(all[i], all[j]));
    const auto own = static_cast<std::size_t>(member_of[i]);
    if (sizes[own] == 1) continue;
    const double inside = distance[own] / (sizes[own] - 1);
    const double outside = distance[1 - own] / sizes[1 - own];
    const double larger = std::max(inside, outside);
    if (larger > 0) sum += (outside - inside) / larger;
  }
  return sum / static_cast<double>(all.size());
}

}  // namespace cupel::algorithm::backdoor
