// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One operation of a certified network, and its linear relaxation on one sample's bounds.
///
/// The contract that makes a certificate sound, for every step and every float32 input z inside the input's
/// bounds: the float32 result y the executor computes satisfies output.low <= y <= output.high, and for every
/// row a of linear forms over y
///
///     a . y  >=  sum over inputs of a' . z  +  constant  -  |a| . error,
///
/// where Backward gives a' and adds `constant`, and `error` is what Relax filled in. `error` covers the
/// rounding of the model in float32 and of Backward in double. Rounding of a' itself by at most one multiply
/// an element, and of additions where a value is read twice, is the propagation's to cover (propagation.h).
/// Sources: Gowal et al. 2018 (interval bound propagation), Zhang et al. 2018 (CROWN).

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/certify/linear_form.h"

namespace cupel::algorithm::certify {

/// Bounds of every float32 element of a value. [count] each.
struct Box {
  std::vector<double> low;
  std::vector<double> high;
  Box() = default;
  explicit Box(std::int64_t count)
      : low(static_cast<std::size_t>(count)), high(static_cast<std::size_t>(count)) {}
  double Magnitude(std::size_t i) const;  ///< Largest absolute value of an element.
};

/// A step's relaxation at one sample. Refers to its step, which must outlive it.
class Relaxation {
 public:
  virtual ~Relaxation() = default;
  /// at_output: forms over the output. Returns the forms over each input, and adds to constant[row].
  virtual std::vector<LinearForms> Backward(const LinearForms& at_output,
                                            std::span<double> constant) const = 0;
};

/// What a step needs to know of the whole network.
struct Rounding {
  /// gamma of the longest sum that any step computes in double.
  double gamma = 0;
};

class Step {
 public:
  virtual ~Step() = default;

  /// inputs: bounds of the inputs. output, error: [count of the output], filled in.
  virtual std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& rounding,
                                            Box& output, std::vector<double>& error) const = 0;

  /// No relaxation loses anything but rounding: true for affine operations.
  virtual bool IsAffine() const { return false; }
  /// An output depends on one input element alone.
  virtual bool IsElementwise() const { return false; }
  /// Elements of the (only) input whose bounds are worth tightening before Relax.
  virtual std::vector<std::int64_t> Ambiguous(const Box& /*input*/) const { return {}; }
  /// Longest sum that Backward or Relax computes in double.
  virtual std::int64_t LongestSum() const { return 1; }

  std::vector<std::size_t> reads;  ///< Indices of values.
  std::size_t writes = 0;
  std::string origin;  ///< "Conv (conv1)", for messages.
};

/// A network as steps in order. Value 0 is the input; step i computes a value of a larger index than its
/// inputs.
struct Program {
  std::vector<Plane> values;
  std::vector<std::unique_ptr<Step>> steps;
  std::size_t output = 0;  ///< The value of the logits, [classes].
  /// Share by which a margin must be positive: not 0 where a monotone function that rounds (Softmax) follows
  /// the logits. The margin must exceed required_gap * (1 + largest magnitude of a logit).
  double required_gap = 0;

  Rounding MakeRounding() const;
};

}  // namespace cupel::algorithm::certify
