// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Progress of long work: one interface for the library, one bar for the command line.
///
/// Library code calls Begin once, Advance as items finish (from any thread), End once. It never prints
/// itself. `TerminalProgress` draws one line with rate and time left on a terminal, and plain lines, at most
/// one every ten seconds and one at the end, in a pipe.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "cupel/base/clock.h"

namespace cupel {

class Progress {
 public:
  virtual ~Progress() = default;
  /// what: "inspect.pgd". total: number of items, or 0 when unknown. unit: plural, "images".
  virtual void Begin(std::string_view what, std::int64_t total, std::string_view unit) = 0;
  /// `count` more items are done.
  virtual void Advance(std::int64_t count) = 0;
  /// A short remark shown beside the bar, replacing the last: "loss 0.31, accuracy 0.90".
  virtual void Note(std::string_view text) = 0;
  virtual void End() = 0;
};

/// Does nothing.
Progress& SilentProgress();

/// Writes to `stream`. is_terminal: whether to redraw one line. The clock and stream must outlive the object.
std::unique_ptr<Progress> MakeTerminalProgress(std::FILE* stream, bool is_terminal,
                                               const Clock& clock = SystemClock());

/// "1 h 02 min", "3 min 20 s", "12 s".
std::string FormatDuration(double seconds);

}  // namespace cupel
