// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/text_table.h"

#include <gmock/gmock.h>

namespace cupel::cli {
namespace {

TEST(TextTable, AlignsColumnsWithoutTrailingSpaces) {
  TextTable table({"check", "verdict"});
  table.Add({"evaluate.accuracy", "pass"});
  table.Add({"x", "fail"});

  EXPECT_EQ(table.ToString(),
            "check              verdict\n"
            "-----------------  -------\n"
            "evaluate.accuracy  pass\n"
            "x                  fail\n");
}

TEST(DisplayWidth, CountsWhatATerminalShows) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("\x1b[31mabc\x1b[0m"), 3u);
  EXPECT_EQ(DisplayWidth("准确"), 4u);
}

}  // namespace
}  // namespace cupel::cli
