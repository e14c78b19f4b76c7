// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Workers: runs independent pieces of work on a few threads. The result must not depend on which worker ran
/// a piece.

#include <cstdint>
#include <functional>

#include "cupel/base/error.h"

namespace cupel {

/// What a wish to stop (interrupt.h) does to pieces that have not started.
enum class OnInterrupt {
  kStop,    ///< They do not start, and the result is kInterrupted.
  kFinish,  ///< They all run: for short work that must not be left half-done.
};

/// Calls work(piece, worker) for every piece in 0 .. pieces-1, in order of piece, on up to `workers` threads
/// (worker in 0 .. workers-1; with one worker, on the calling thread). After a failure no new piece starts.
/// Returns the error of the lowest failed piece. An exception in `work` becomes kInternal with its text.
Status ForEachPiece(std::int64_t pieces, int workers, const std::function<Status(std::int64_t, int)>& work,
                    OnInterrupt on_interrupt = OnInterrupt::kStop);

/// Processors available to this process.
int AvailableProcessors();

}  // namespace cupel
