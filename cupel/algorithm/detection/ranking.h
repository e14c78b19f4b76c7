// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Detections of one class after matching: by falling score, each already judged, each knowing its image.
///
/// Every curve and average is a walk along it in which an image counts as often as `weights` says, so that a
/// bootstrap over images keeps the matchings and never matches again. With weights of 1 the sums are whole
/// numbers, hence exact.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::detection {

struct Ranking {
  // [d] each, by falling score; ties by image, then as within the image.
  std::vector<double> score;
  std::vector<std::int32_t> image;
  std::vector<std::int32_t> rank;      ///< Among those of its class and image, from 0.
  std::vector<std::uint16_t> right;    ///< Bit t: found an object, at the t-th threshold.
  std::vector<std::uint16_t> ignored;  ///< Bit t: neither right nor wrong.

  std::vector<std::int32_t> object_image;  ///< Of every object that counts.

  std::size_t size() const { return score.size(); }
  void Append(double detection_score, std::int32_t in_image, std::int32_t at_rank, std::uint16_t right_bits,
              std::uint16_t ignored_bits);
  /// By falling score; equal scores keep the order in which they were appended.
  void SortByScore();
};

/// Objects that count, weighted.
double ObjectWeight(const Ranking& ranking, std::span<const double> weights);

/// A weight of 1 for each image.
std::vector<double> OnePerImage(std::size_t images);

/// A detection that found an object: how many right and how many counted detections there are down to it.
struct RightPoint {
  double right = 0;
  double counted = 0;
};

/// The points of threshold `bit` at which recall rises: all that precision-recall figures need, because in
/// between precision only falls.
std::vector<RightPoint> RightPoints(const Ranking& ranking, int bit, std::span<const double> weights);

}  // namespace cupel::algorithm::detection
