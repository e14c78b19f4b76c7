// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Workers: runs independent pieces of work on a few threads. The result must not depend on which worker ran
/// a piece.

#include <cstdint>
#include <functional>

#include "cupel/base/error.h"

namespace cupel {

/// Calls work(piece, worker) for every piece in 0 .. pieces-1, in order of piece, on up to `workers` threads
/// (worker in 0 .. workers-1; with one worker, on the calling thread). After a failure, or once the user
/// asked to stop, no new piece starts. Returns the error of the lowest failed piece. An exception in `work`
/// becomes kInternal with its text.
Status ForEachPiece(std::int64_t pieces, int workers, const std::function<Status(std::int64_t, int)>& work);

/// Processors available to this process.
int AvailableProcessors();

}  // namespace cupel
