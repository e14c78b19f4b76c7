// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/box_hyperplane.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace cupel::algorithm::inspect {
namespace {

constexpr int kMostRounds =
    200;  // Newton's method visits each kink at most once; rounding could make it dwell

// A feature as the projection sees it: how much a move of it is worth and how far it can go.
struct Feature {
  double worth = 0;  // |w|
  double room = 0;
};

struct Reached {
  double sum = 0;    // of worth * min(t * rate, room)
  double slope = 0;  // of the sum in t
};

double RateOf(Norm norm, const Feature& feature) { return norm == Norm::kL2 ? feature.worth : 1; }

Reached At(Norm norm, std::span<const Feature> features, double t) {
  Reached reached;
  for (const Feature& feature : features) {
    const double rate = RateOf(norm, feature);
    const double wanted = t * rate;
    const bool free = wanted < feature.room;
    reached.sum += feature.worth * (free ? wanted : feature.room);
    reached.slope += free ? feature.worth * rate : 0;
  }
  return reached;
}

// The smallest t whose sum is `target`; infinite when the room does not suffice.
double SolveFor(Norm norm, std::span<const Feature> features, double target) {
  double t = 0;
  Reached reached = At(norm, features, t);
  for (int round = 0; round < kMostRounds; ++round) {
    if (!(reached.sum < target)) return t;
    if (!(reached.slope > 0)) return std::numeric_limits<double>::infinity();
    const double next = t + (target - reached.sum) / reached.slope;
    if (!(next > t)) return t;  // what is missing is less than the rounding of t
    t = next;
    reached = At(norm, features, t);
  }
  return t;
}

// How far each feature goes, in place of its room.
void Spread(Norm norm, std::span<Feature> features, double target) {
  const double t = SolveFor(norm, features, target);
  for (Feature& feature : features) {
    if (feature.worth == 0)
      feature.room = 0;
    else
      feature.room = std::min(feature.room, t * RateOf(norm, feature));
  }
}

void SpreadL1(std::span<Feature> features, double target) {
  std::vector<std::uint32_t> order(features.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return features[a].worth != features[b].worth ? features[a].worth > features[b].worth : a < b;
  });
  for (const std::uint32_t i : order) {
    Feature& feature = features[i];
    if (target <= 0 || feature.worth == 0) {
      feature.room = 0;
      continue;
    }
    feature.room = std::min(feature.room, target / feature.worth);
    target -= feature.worth * feature.room;
  }
}

}  // namespace

void MoveOntoHyperplane(const ThreatModel& threat, std::span<const float> x, std::span<const float> normal,
                        double gap, std::span<double> move) {
  const double side = gap < 0 ? -1 : 1;
  std::vector<Feature> features(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double w = side * normal[i];
    const double room = w > 0 ? double{threat.box_high} - x[i] : double{x[i]} - threat.box_low;
    features[i] = {std::abs(w), std::max(room, 0.0)};
  }
  if (threat.norm == Norm::kL1) {
    SpreadL1(features, std::abs(gap));
  } else {
    Spread(threat.norm, features, std::abs(gap));
  }
  for (std::size_t i = 0; i < x.size(); ++i)
    move[i] = side * normal[i] > 0 ? features[i].room : -features[i].room;
}

}  // namespace cupel::algorithm::inspect
