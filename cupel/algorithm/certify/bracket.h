// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bracket: certified accuracy <= true robust accuracy <= accuracy under attack.
///
/// It holds sample by sample or something is wrong: no attack can break a sample inside a ball where it is
/// proven robust (diagnosis G18). The witness of a certificate is an object
///
///     {"certifies": "model", "sample", "label", "certified", "norm", "epsilon", "margin"}
///
/// where `sample` is the original index, `epsilon` the radius in `norm`, `margin` the lower bound of the
/// margin or null. Certificates of a smoothed model say "certifies": "smoothed-model" and do not speak about
/// this one.

#include <cstdint>
#include <span>

#include "cupel/algorithm/inspect/threat_model.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::certify {

/// Holds witnesses of certificates and of successful attacks (inspect/witness.h: {sample, linf, l2, ...})
/// against each other: an input moved by no more than a certified radius, in that radius' norm, must not be a
/// success. Both must come from the same model, data and box. Errors: kVerificationFailed naming the sample,
/// the radius and the distance; kCorrupt, kNotFound for a witness that cannot be read.
Status CheckBracket(std::span<const Json> certificates, std::span<const Json> attacks);

}  // namespace cupel::algorithm::certify
