// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Time, through an interface so that tests own it.

#include <cstdint>
#include <string>
#include <string_view>

#include "cupel/base/error.h"

namespace cupel {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t UnixSeconds() const = 0;
  /// Seconds from an arbitrary start; never goes back.
  virtual double MonotonicSeconds() const = 0;
  /// CPU seconds (user and system) used by this process so far, all threads.
  virtual double CpuSeconds() const = 0;
};

/// The machine's clock.
const Clock& SystemClock();

/// "2026-11-21T02:38:00Z".
std::string FormatUtc(std::int64_t unix_seconds);

/// The inverse; that one form, years 1970 to 9999. Errors: kCorrupt for any other text, also for a day that
/// is not in the calendar.
Result<std::int64_t> ParseUtc(std::string_view text);

/// A clock that stands still until told otherwise; for tests.
class ManualClock : public Clock {
 public:
  explicit ManualClock(std::int64_t unix_seconds) : seconds_(static_cast<double>(unix_seconds)) {}
  std::int64_t UnixSeconds() const override { return static_cast<std::int64_t>(seconds_); }
  double MonotonicSeconds() const override { return seconds_; }
  double CpuSeconds() const override { return seconds_; }
  void Advance(double seconds) { seconds_ += seconds; }

 private:
  double seconds_;
};

}  // namespace cupel
