// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/exit_code.h"

namespace cupel::cli {

ExitCode ToExitCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return kUsage;
    case ErrorCode::kNotFound:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kResourceLimit:
    case ErrorCode::kPermission: return kBadInput;
    case ErrorCode::kVerificationFailed: return kVerificationFailed;
    case ErrorCode::kInterrupted: return kInterrupted;
    case ErrorCode::kInternal: return kInternal;
  }
  return kInternal;
}

}  // namespace cupel::cli
