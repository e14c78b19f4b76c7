// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/removal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/explain/localisation.h"

namespace cupel::algorithm::explain {
double ClassProbability(std::span<const float> logits, std::int32_t target_class) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float z : logits) sum += std::exp(z - top);
  return std::exp(logits[static_cast<std::size_t>(target_class)] - top) / sum;
}

std::vector<std::int64_t> ImportanceOrder(std::span<const double> attribution,
                                          const std::vector<std::int64_t>& sample_shape) {
  const std::vector<double> importance = PlaceSums(attribution, sample_shape);
  const std::size_t places = importance.size();
  std::vector<std::int64_t> order(places);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return importance[static_cast<std::size_t>(a)] > importance[static_cast<std::size_t>(b)];
  });
  return order;
}

Result<RemovalCurves> FollowOrder(const ExplainedModel& model, std::span<const float> x,
                                  std::span<const float> baseline, std::span<const std::int64_t> order,
                                  std::int32_t target_class, std::int64_t stages) {
  const std::size_t d = x.size();
  const std::size_t places = order.size();
  const auto points = static_cast<std::size_t>(stages) + 1;
  std::vector<float> inputs;
  inputs.reserve(2 * points * d);
  for (int inserting = 0; inserting < 2; ++inserting) {
    const auto before = inserting ? baseline : x;
    const auto after = inserting ? x : baseline;
    std::vector<float> current(before.begin(), before.end());
    std::size_t changed = 0;
    for (std::size_t stage = 0; stage < points; ++stage) {
      for (const std::size_t until = places * stage / (points - 1); changed < until; ++changed) {
        for (std::size_t i = static_cast<std::size_t>(order[changed]); i < d; i += places)
          current[i] = after[i];
      }
      inputs.insert(inputs.end(), current.begin(), current.end());
    }
  }
  CUPEL_TRY(const std::vector<float> logits,
            TiledLogits(model, inputs, static_cast<std::int64_t>(2 * points)));
  RemovalCurves curves;
  const auto classes = static_cast<std::size_t>(model.class_count);
  for (std::size_t row = 0; row < 2 * points; ++row) {
    const double p = ClassProbability(std::span(logits).subspan(row * classes, classes), target_class);
    (row < points ? curves.deletion : curves.insertion).push_back(p);
  }
  return curves;
}

double Area(std::span<const double> curve) {
  const double inner = std::accumulate(curve.begin() + 1, curve.end() - 1, 0.0);
  return (inner + (curve.front() + curve.back()) / 2) / static_cast<double>(curve.size() - 1);
}

}  // namespace cupel::algorithm::explain
