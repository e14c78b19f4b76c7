// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Proof that an attack succeeded, which anyone with the model and the data can check again.
///
/// A witness is an object {sample, label, predicted, norm, epsilon, linf, l2, margin, noise, restart, step,
/// stored}: `sample` is the original index, `margin` the exact logit of the best wrong class minus the true
/// one's, `noise` the float noise it exceeds, `stored` the row of the artifact "adversarial-examples" that
/// holds the input, or null when the artifact was full. Where they mean something: `target` (the class a
/// targeted attack wanted; margin is then its logit minus the largest other), `l1` (norm l1), `attack` (which
/// of several stages), `queries` (answers a query attack had seen). The artifact is an NPY 1.0 file, float32,
/// [rows,
/// ...sample_shape], C order.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/inspect/attack_target.h"
#include "cupel/algorithm/inspect/threat_model.h"

namespace cupel::algorithm::inspect {

inline constexpr std::string_view kAdversarialArtifact = "adversarial-examples";

/// Most inputs an artifact holds: `wanted`, and never more than 16 MiB.
std::int64_t StoredLimit(std::int64_t wanted, std::int64_t features);

/// values: [rows, ...sample_shape].
check::Artifact AdversarialArtifact(std::span<const float> values,
                                    const std::vector<std::int64_t>& sample_shape);

/// The rows of such a file, [rows, d]. Errors: kCorrupt when it is not float32 of that shape.
Result<std::vector<float>> ReadAdversarialArtifact(BytesView bytes,
                                                   const std::vector<std::int64_t>& sample_shape);

/// Evaluates every stored adversarial input of `result` again with the exact executor: the answer must be
/// wrong, its margin positive, and the norm and the box must hold against the data set's original. Returns
/// how many were checked. Errors: kVerificationFailed naming the first sample for which one of these is
/// false; kCorrupt, kNotFound for a witness or an artifact that cannot be read; those of the target and the
/// data set.
Result<std::int64_t> VerifyWitnesses(const AttackTarget& target, const data::dataset::Dataset& data,
                                     const check::CheckResult& result);

}  // namespace cupel::algorithm::inspect
