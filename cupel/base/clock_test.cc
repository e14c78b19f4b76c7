// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/clock.h"

#include <ctime>

#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

TEST(SystemClock, AgreesWithTheMachineAndNeverGoesBack) {
  const Clock& clock = SystemClock();
  EXPECT_NEAR(static_cast<double>(clock.UnixSeconds()), static_cast<double>(std::time(nullptr)), 2);
  double last = clock.MonotonicSeconds();
  for (int i = 0; i < 10000; ++i) {
    const double now = clock.MonotonicSeconds();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, CountsTheCpuTimeOfWorkAndNotOfSleep) {
  const Clock& clock = SystemClock();
  const double before = clock.CpuSeconds();
  const timespec nap{0, 100000000};
  ::nanosleep(&nap, nullptr);
  const double slept = clock.CpuSeconds() - before;
  EXPECT_LT(slept, 0.09);
  const double start = clock.CpuSeconds();
  volatile double x = 1;
  while (clock.CpuSeconds() - start < 0.05) x = x * 1.0000001;
  EXPECT_GE(clock.CpuSeconds() - before, 0.05);
}

TEST(FormatUtc, AgreesWithTheCLibraryOverFourCenturies) {
  // A prime step of about 5 days and 7 hours walks through every month, leap day and hour.
  for (std::int64_t seconds = -62135596800; seconds < 16725225600; seconds += 457993 * 7) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ASSERT_NE(::gmtime_r(&time, &parts), nullptr);
    char text[80];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    ASSERT_EQ(FormatUtc(seconds), text);
  }
}

TEST(FormatUtc, KnowsTheDaysThatAreOftenWrong) {
  EXPECT_EQ(FormatUtc(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatUtc(951782400), "2000-02-29T00:00:00Z");   // leap: divisible by 400
  EXPECT_EQ(FormatUtc(4107542400), "2100-03-01T00:00:00Z");  // not leap: 2100-02-28 was the day before
  EXPECT_EQ(FormatUtc(4107542399), "2100-02-28T23:59:59Z");
  EXPECT_EQ(FormatUtc(2147483648), "2038-01-19T03:14:08Z");  // one beyond 32 bits
}

TEST(ManualClock, StandsStillUntilItIsTold) {
  ManualClock clock(1000);
  EXPECT_EQ(clock.UnixSeconds(), 1000);
  EXPECT_EQ(clock.MonotonicSeconds(), clock.MonotonicSeconds());
  clock.Advance(1.5);
  EXPECT_EQ(clock.UnixSeconds(), 1001);
  EXPECT_EQ(clock.MonotonicSeconds(), 1001.5);
  EXPECT_EQ(clock.CpuSeconds(), 1001.5);
}

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;

TEST(Clock, WritesUtc) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(1795228680), "2026-11-21T02:38:00Z");
}

TEST(Clock, ReadsWhatItWrites) {
  for (std::int64_t seconds = 0; seconds < 253402300800; seconds += 86399 * 37 + 1234567) {
    EXPECT_THAT(ParseUtc(FormatUtc(seconds)), IsOkAndHolds(seconds));
  }
  EXPECT_THAT(ParseUtc("2028-02-29T23:59:59Z"), IsOkAndHolds(1835481599));
}

TEST(Clock, ReadsNothingElse) {
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T02:38:00", "2026-11-21t02:38:00Z", "2026-11-21T02:38:00+00:00",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T02:60:00Z", "2026-11-21T02:38:60Z", " 2026-11-21T02:38:00Z", "2026-11-21T02:38:00Z ",
        "-026-11-21T02:38:00Z", "1969-12-31T23:59:59Z", "2026-11-21T-2:38:00Z", "2026-11-21T02:38:0-Z"}) {
    EXPECT_THAT(ParseUtc(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

}  // namespace
}  // namespace cupel
