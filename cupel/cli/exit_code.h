// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Exit codes of the `cupel` program. Scripts and CI rely on the difference between 1 and 3.

#include "cupel/base/error.h"

namespace cupel::cli {

enum ExitCode : int {
  kOk = 0,                 ///< All requirements hold.
  kRequirementFailed = 1,  ///< The work was done and a requirement fails (or could not be tested).
  kUsage = 2,              ///< The command line, a plan's key or a parameter is wrong.
  kBadInput = 3,  ///< A file cannot be read, is corrupt, or is not supported; disk full, no permission.
  kVerificationFailed = 4,  ///< A signature, digest or proof is false.
  kInternal = 5,            ///< A fault in Cupel.
  kInterrupted = 130,       ///< Stopped by the user; --resume continues.
};

ExitCode ToExitCode(ErrorCode code);

}  // namespace cupel::cli
