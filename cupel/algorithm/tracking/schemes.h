// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tracking schemes: parameters in, figures with intervals out. What they compute stands in hota.h,
/// clear.h, identity.h and single_object.h; what their intervals resample in units.h.

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/algorithm/tracking/tracks_input.h"

namespace cupel::algorithm::tracking {

/// Errors of all: those of MakeSequences.

/// Parameters: protocol. value: HOTA; det_a, ass_a, loc_a, det_re, det_pr, ass_re, ass_pr (means over alpha).
Result<scheme::Evaluation> EvaluateHota(const TracksInput& input, const check::Parameters& parameters,
                                        const scheme::Options& options);

/// Parameters: protocol, threshold, mode. value: MOTA; moda, motp, recall, precision, id_switches, fragments,
/// mostly_tracked, partly_tracked, mostly_lost, false_alarms_per_frame.
Result<scheme::Evaluation> EvaluateClear(const TracksInput& input, const check::Parameters& parameters,
                                         const scheme::Options& options);

/// Parameters: protocol, threshold. value: IDF1; precision (IDP), recall (IDR).
Result<scheme::Evaluation> EvaluateIdentity(const TracksInput& input, const check::Parameters& parameters,
                                            const scheme::Options& options);

/// Parameters: protocol, overlap, cost_miss, cost_false_alarm, cost_switch, rates. value: minMODE; min_mote,
/// p_miss_at.<rate>. Errors: also kInvalidArgument when there is no answer at all.
Result<scheme::Evaluation> EvaluateObjectError(const TracksInput& input, const check::Parameters& parameters,
                                               const scheme::Options& options);

/// No parameters. value: success AUC. Errors: also kInvalidArgument for two boxes of a side in a frame.
Result<scheme::Evaluation> EvaluateSuccess(const TracksInput& input, const check::Parameters& parameters,
                                           const scheme::Options& options);

/// Parameters: pixels. value: precision at that distance. Errors: as EvaluateSuccess.
Result<scheme::Evaluation> EvaluateCentre(const TracksInput& input, const check::Parameters& parameters,
                                          const scheme::Options& options);

}  // namespace cupel::algorithm::tracking
