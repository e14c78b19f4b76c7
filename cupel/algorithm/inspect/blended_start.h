// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a decision-based attack begins: noise that the model answers wrongly, brought near to the original.
///
/// First, noise images are looked at until one is adversarial, at most 1000: uniform in the box, as the
/// papers have it. Many models answer one class for all such noise, and inputs of that class would then look
/// robust; so, beyond the papers, the draws go round: noise of single features, of squares of side 2, 4, 8,
/// ..., of one colour; and once the original mirrored in the box (tables: noise, and once the mirror). Then
/// the line from the original to the noise is walked in 50 steps up to the first adversarial point.
///
/// Source: Brendel, Rauber, Bethge: Decision-based adversarial attacks, ICLR 2018, section 2.1; 50 steps as
/// Foolbox 3's LinearSearchBlendedUniformNoiseAttack.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

/// original + share * (far - original) as the nearest floats, [d] each: never outside a box that holds both.
/// share: in [0, 1].
void Blend(std::span<const float> original, std::span<const float> far, double share, std::span<float> x);

/// Whether the attack's goal is reached: all that a decision-based attack learns from an answer.
bool Decide(const Goal& goal, std::span<const float> logits);

class BlendedStart {
 public:
  static constexpr int kDraws = 1000;  ///< Also: the steps 0 .. kDraws-1 of the random numbers.
  static constexpr int kSteps = 50;

  explicit BlendedStart(const Sample& sample);

  /// The next point to look at, [d]; false when the search is over.
  bool Next(std::span<float> x);
  /// Whether the last point was adversarial.
  void See(bool adversarial);

  bool over() const { return stage_ == Stage::kFound || stage_ == Stage::kFailed; }
  bool found() const { return stage_ == Stage::kFound; }
  /// The adversarial point, [d]. Precondition: found.
  std::span<const float> point() const { return point_; }

 private:
  enum class Stage { kDraw, kApproach, kFound, kFailed };

  void DrawNoise();

  const Sample sample_;
  Stage stage_ = Stage::kDraw;
  int draws_ = 0;
  int step_ = 0;
  std::vector<float> far_;
  std::vector<float> point_;
};

}  // namespace cupel::algorithm::inspect
