// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Polite stopping. The command line installs the handler once; long loops ask `Interrupt::Requested()`
/// between pieces of work and return `Interrupt::AsError()`. A second signal ends the process at once.

#include "cupel/base/error.h"

namespace cupel {

class Interrupt {
 public:
  /// Catches SIGINT and SIGTERM from now on.
  static void Install();
  static bool Requested();
  /// kInterrupted, with the remedy that continues the work.
  static tl::unexpected<Error> AsError();
  /// For tests: as if a signal had come (true), or forget it (false).
  static void SetRequested(bool requested);
};

}  // namespace cupel
