// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Certificates of robustness: proofs that no input in a ball makes the model err.
///
/// **What is promised.** If `certified`, then for every float32 input x' with box_low <= x' <= box_high and
/// |x' - x| <= epsilon by the threat model's own measure (threat_model.h), the logits that
/// `Classifier::ExactLogits` computes for x' on the processor have z_label > z_c for every other class c: the
/// model *as executed*, its rounding included, not an idealisation. `margin` is a lower bound of
/// min_c (z_label - z_c) over those inputs, for the logits before any last Softmax.
///
/// **What the promise rests on.** Float32 arithmetic is IEEE 754, rounded to nearest; each output of a linear
/// operator is a sum of products in some order (fused or not, results below 2^-126 flushed or not), as in
/// direct convolution and plain matrix products: no Winograd, no FFT, no bfloat16 or TF32; sigmoid and tanh
/// are within 2^-20. For a sum of n terms the bound is gamma_n = n u / (1 - n u), u = 2^-24, times the sum of
/// absolute values (rounding.h). The exact executor (libtorch with oneDNN's direct algorithms and OpenBLAS,
/// one sample at a time) is such. The certificate's own arithmetic is double, with its errors in the bounds.
///
/// **Not promised.** That an uncertified input can be attacked: bounds are not tight. Anything about inputs
/// outside the box, other norms, bfloat16 search, or another device.
///
/// Sources: Gowal et al., "On the effectiveness of interval bound propagation", 2018; Zhang et al.,
/// "Efficient neural network robustness certification with general activation functions" (CROWN), NeurIPS
/// 2018; Higham 2002 for rounding.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cupel/algorithm/certify/propagation.h"
#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::certify {

struct Certificate {
  bool certified = false;
  /// Lower bound of the smallest margin over the ball; minus infinity when nothing is known. May be <= 0.
  double margin = 0;
  std::int32_t rival = 0;  ///< The class of that smallest bound.
};

class Certifier {
 public:
  /// Errors: those of Compile (kUnsupported names operator and node).
  static Result<Certifier> Create(const graph::Graph& graph, const executor::ClassifierOptions& options);
  static Result<Certifier> Create(const executor::Classifier& classifier);

  /// x: [d], in the box; label in [0, class_count()). Cost: with CROWN about one backward pass for every
  /// undecided neuron. Const, one thread; may be called concurrently. Errors: kInvalidArgument for an x of
  /// another size, an epsilon that is not finite and >= 0, or a label out of range; kInterrupted.
  Result<Certificate> Certify(const inspect::ThreatModel& threat, std::span<const float> x,
                              std::int32_t label, BoundMethod method) const;

  std::int64_t class_count() const { return program_.values[program_.output].Count(); }
  const Program& program() const { return program_; }

 private:
  explicit Certifier(Program program) : program_(std::move(program)) {}
  Program program_;
};

/// Which of n samples are proven at a budget, so that attacks may leave them out. features: [n, d], labels:
/// [n]. Samples are shared among `workers`; the answer does not depend on how. Errors: those of Certify.
Result<std::vector<Certificate>> CertifyAll(const Certifier& certifier, const inspect::ThreatModel& threat,
                                            std::span<const float> features,
                                            std::span<const std::int32_t> labels, BoundMethod method,
                                            int workers);

}  // namespace cupel::algorithm::certify
