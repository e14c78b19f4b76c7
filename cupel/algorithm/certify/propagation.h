// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bounds of every value of a network over a ball of inputs, and lower bounds of linear forms of its output.
///
/// Methods:
/// - ibp: interval bound propagation (Gowal et al. 2018), step by step; the form of the output is pulled back
///   through the affine steps at the end, so that the last layer is merged with the margin.
/// - crown-ibp: intervals inside, CROWN's backward pass for the output (Zhang et al. 2020).
/// - crown: CROWN's backward pass for the output and for every neuron that intervals leave undecided (Zhang
/// et
///   al. 2018).
/// Every bound kept is the best of those computed, so the last two are never looser than ibp. In L2 all three
/// pull the first nonlinear step's input back to the ball.
///
/// Promises: for every float32 input in the ball, the float32 results of the steps (step.h says which errors
/// are covered) lie in the bounds, and a form of them is not below its lower bound, rounding of this
/// computation included. Not: that bounds are tight. Memory: all bounds of one sample, and kRows forms over
/// the widest values. One thread; objects are not shared.

#include <memory>
#include <string_view>
#include <vector>

#include "cupel/algorithm/certify/step.h"
#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {

enum class BoundMethod { kIbp, kCrownIbp, kCrown };
std::string_view BoundMethodName(BoundMethod method);         ///< "ibp", "crown-ibp", "crown"
Result<BoundMethod> ParseBoundMethod(std::string_view text);  ///< Errors: kInvalidArgument.

/// The inputs a certificate speaks about: at most epsilon from the centre, and in the box.
struct InputBall {
  inspect::Norm norm = inspect::Norm::kLinf;
  double radius = 0;           ///< epsilon, rounded up for the rounding of a measured norm.
  std::vector<double> centre;  ///< [d]
  Box box;                     ///< The box, cut to the Linf ball of that radius; rounded outward.
};
/// x: [d], in the box.
InputBall MakeInputBall(const inspect::ThreatModel& threat, std::span<const float> x);

class Propagation {
 public:
  /// Most forms carried at once.
  static constexpr std::int64_t kRows = 64;

  /// The program and the ball must outlive it.
  Propagation(const Program& program, const InputBall& ball, BoundMethod method);

  /// Computes all bounds. False: a bound is not finite or so large that float32 could overflow, and nothing
  /// is known. Errors: kInterrupted.
  Result<bool> Run();

  /// Of a value, after Run gave true.
  const Box& BoundsOf(std::size_t value) const { return boxes_[value]; }

  /// Lower bounds of forms over the output. forms.rows <= kRows. After Run gave true.
  std::vector<double> LowerBounds(const LinearForms& forms) const;

 private:
  enum class Reach { kAffineSteps, kInput };

  bool WantsAll(std::size_t value) const;
  bool ComesFromAffineStep(std::size_t value) const;
  Status Tighten(std::size_t value, std::vector<std::int64_t> elements);
  void TightenAtPosition(std::size_t value, const Window& at, std::span<const std::int64_t> channels);
  std::vector<double> Backward(std::size_t value, LinearForms forms, Reach reach) const;
  void Receive(std::size_t value, LinearForms part, std::vector<LinearForms>& pending,
               std::vector<double>& constant) const;
  void AddOverBox(std::size_t value, const LinearForms& forms, std::vector<double>& constant) const;
  void AddOverBall(const LinearForms& forms, std::vector<double>& constant) const;
  void KeepMagnitudes(std::size_t value);

  const Program& program_;
  const InputBall& ball_;
  BoundMethod method_;
  Rounding rounding_;
  std::vector<int> producer_;  // The step of each value; -1 for the input.
  std::vector<int> mixing_;    // Affine steps that mix elements between the input and a value; kNonlinear.
  std::vector<Box> boxes_;
  std::vector<std::vector<double>> magnitudes_;
  std::vector<std::vector<double>> errors_;  // Of the step that computes each value.
  std::vector<std::unique_ptr<Relaxation>> relaxations_;
};

}  // namespace cupel::algorithm::certify
