// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/clock.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>

namespace cupel {
namespace {

double Seconds(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class MachineClock : public Clock {
 public:
  std::int64_t UnixSeconds() const override { return static_cast<std::int64_t>(std::time(nullptr)); }
  double MonotonicSeconds() const override { return Seconds(CLOCK_MONOTONIC); }
  double CpuSeconds() const override { return Seconds(CLOCK_PROCESS_CPUTIME_ID); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

std::string FormatUtc(std::int64_t unix_seconds) {
  using std::chrono::floor;
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<std::int64_t> ParseUtc(std::string_view text) {
  const auto number = [&](std::size_t begin, std::size_t count) {
    int value = -1;
    if (begin + count <= text.size())
      std::from_chars(text.data() + begin, text.data() + begin + count, value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (date.ok()) {
    const std::chrono::sys_seconds time = std::chrono::sys_days(date) + std::chrono::hours(number(11, 2)) +
                                          std::chrono::minutes(number(14, 2)) +
                                          std::chrono::seconds(number(17, 2));
    const std::int64_t seconds = time.time_since_epoch().count();
    // Printed again it is the same text, so every digit and every separator was right.
    if (seconds >= 0 && FormatUtc(seconds) == text) return seconds;
  }
  return Fail(ErrorCode::kCorrupt,
              fmt::format("a time must read like 2026-11-21T02:38:00Z, got \"{}\"", text));
}

}  // namespace cupel
