// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/progress.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>

namespace cupel {
namespace {

using ::testing::HasSubstr;

/// What `use` makes the bar write.
template <typename Use>
std::string Written(bool is_terminal, Use use) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  ManualClock clock(1000);
  {
    const std::unique_ptr<Progress> progress = MakeTerminalProgress(stream, is_terminal, clock);
    use(*progress, clock);
  }
  std::fclose(stream);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(TerminalProgress, ShowsShareRateAndTimeLeftOnATerminal) {
  const std::string text = Written(true, [](Progress& progress, ManualClock& clock) {
    progress.Begin("inspect.pgd", 100, "images");
    clock.Advance(2);
    progress.Advance(20);
  });
  EXPECT_THAT(text, HasSubstr("inspect.pgd"));
  EXPECT_THAT(text, HasSubstr("20 %"));
  EXPECT_THAT(text, HasSubstr("20/100 images  10/s  8.0 s left"));
  EXPECT_EQ(text.back(), '\r');
}

TEST(TerminalProgress, WritesFewPlainLinesInAPipe) {
  const std::string text = Written(false, [](Progress& progress, ManualClock& clock) {
    progress.Begin("fit", 1000, "batches");
    for (int i = 0; i < 1000; ++i) {
      clock.Advance(0.025);
      progress.Advance(1);
    }
    progress.Note("loss 0.3");
    progress.End();
  });
  // 25 s: lines at 10 s and 20 s, and the last.
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("loss 0.3"));
}

TEST(FormatDuration, ReadsLikeAClock) {
  EXPECT_EQ(FormatDuration(0.25), "0.2 s");
  EXPECT_EQ(FormatDuration(12.4), "12 s");
  EXPECT_EQ(FormatDuration(200), "3 min 20 s");
  EXPECT_EQ(FormatDuration(3720), "1 h 02 min");
}

TEST(FormatUtc, PrintsRfc3339) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(1795228680), "2026-11-21T02:38:00Z");
}

}  // namespace
}  // namespace cupel
