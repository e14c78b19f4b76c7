// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/clock.h"

#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

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
