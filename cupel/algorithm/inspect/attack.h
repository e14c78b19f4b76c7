// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an attack is: a recipe that, for one sample, says where to look next and learns from the answer.
///
/// An attack knows nothing of batches, workers, confirmation or files: `AttackPiece` (attack_piece.h) walks
/// many samples at once through the model, and decides and confirms success. So an attack is plain arithmetic
/// on spans, runs with a model on any device, and its outcome for a sample cannot depend on other samples.
///
/// Walk, step by step:
///
///   while (walk.Next(x))                     x is the next point to look at
///     the model answers x                    a success there is noticed by the caller, not by the walk
///     walk.OutputGradient(k, logits, g)      gradient attacks, k in 0 .. gradients-1: what to differentiate;
///                                            not where walk.WantsGradients(logits) is false
///     walk.See(logits, gradients)
///
/// A budget-bound attack looks only at points inside the ball and the box of its threat model, by the exact
/// rule of threat_model.h (project with projected_point.h); its walk ends at the first confirmed success. A
/// nearest-point attack (DeepFool, Carlini-Wagner, decision-based ones) may look anywhere inside the box; the
/// caller keeps the nearest success.
///
/// Random numbers: ReproducibleStream(sample.seed, sample.stream, original index, step or restart) only.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

/// One sample under attack. Spans outlive the walk. The model answers the original rightly (or, with a
/// target, not as the target).
struct Sample {
  std::span<const float> original;      ///< [d], inside the box.
  std::span<const std::int64_t> shape;  ///< {c, h, w} or {d}.
  std::int64_t original_index = 0;      ///< Keys the random numbers.
  Goal goal;
  std::int64_t class_count = 2;
  ThreatModel threat;  ///< epsilon is infinite for a nearest-point attack run by itself.
  std::uint64_t seed = 0;
  std::string_view stream;  ///< Names the random numbers: the check's id.
};

class Walk {
 public:
  virtual ~Walk() = default;

  /// Writes the next point to look at into x, [d]; false when there is nothing more to try. Called again only
  /// after See.
  virtual bool Next(std::span<float> x) = 0;

  /// Looks at points whose answer the walk knew, because it had looked there before, since this was last
  /// asked: they count as evaluations and cost no pass.
  virtual std::int64_t TakeRepeats() { return 0; }

  /// Gradient attacks: whether See needs the gradients at the point that was answered with `logits`. Where it
  /// does not, they may be left out, and are zeros.
  virtual bool WantsGradients(std::span<const float> logits) const;
  /// A guess of it before the answer is known, so that those who will not want any are computed together.
  virtual bool ExpectsGradients() const { return true; }

  /// Gradient attacks: writes the gradient of objective number `k` with respect to the logits at the point
  /// being looked at. logits, gradient: [c]; gradient is all zero on entry.
  virtual void OutputGradient(int k, std::span<const float> logits, std::span<float> gradient);

  /// The answer at the point. logits: [c], finite. gradients: [k][d], the objectives' gradients with respect
  /// to x; empty for an attack that asks for none, zeros where the walk wants none.
  virtual void See(std::span<const float> logits, std::span<const float> gradients) = 0;

  virtual int restart() const { return 0; }      ///< Of the point being looked at, for the record.
  virtual int step() const { return 0; }         ///< Of the point being looked at, for the record.
  virtual bool cycled() const { return false; }  ///< Some walk ended because an iterate repeated.
};

/// Const methods may be called concurrently.
class Attack {
 public:
  virtual ~Attack() = default;

  /// Gradients wanted at every point; 0 for a query attack, which sees answers only and runs forward passes
  /// alone.
  virtual int gradients(std::int64_t class_count) const = 0;

  /// Whether it looks for the nearest adversarial input rather than any within the budget.
  virtual bool nearest() const { return false; }

  virtual std::unique_ptr<Walk> Begin(const Sample& sample) const = 0;
  /// A walk for each of several samples, in their order; overridden by an attack that works on all of them
  /// together before they walk. What a walk does depends on its own sample alone.
  virtual std::vector<std::unique_ptr<Walk>> BeginAll(std::span<const Sample> samples) const;
};

}  // namespace cupel::algorithm::inspect
