// SPDX-License-Identifier: Apache-2.0
// CSV as spreadsheets and Python write it, and tables of random fields.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>

#include "cupel/data/dataset/csv.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Header and rows; places are left out.
Result<std::vector<CsvFields>> Table(std::string_view text) {
  std::vector<CsvFields> rows;
  const CsvHandlers handlers = {[&](const CsvFields& fields) -> Status {
                                  rows.push_back(fields);
                                  return {};
                                },
                                [&](const CsvFields& fields, const std::string&) -> Status {
                                  rows.push_back(fields);
                                  return {};
                                }};
  const BytesView bytes = AsBytes(text);
  CUPEL_TRY_STATUS(ReadCsv(Blob(Bytes(bytes.begin(), bytes.end())), "t", handlers));
  return rows;
}

using Rows = std::vector<CsvFields>;

TEST(CsvOfOtherPrograms, AMarkOfByteOrderMayStandBeforeAQuote) {
  // Python's csv with utf-8-sig and QUOTE_ALL, and spreadsheets that quote every name, begin like this.
  EXPECT_THAT(Table("\xef\xbb\xbf\"a\",\"b\"\r\n\"1\",\"2\"\r\n"),
              IsOkAndHolds(Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_THAT(Table("\xef\xbb\xbf\na,b\n1,2\n"), IsOkAndHolds(Rows{{"a", "b"}, {"1", "2"}}))
      << "and before a blank line";
  EXPECT_THAT(Table("\xef\xbb\xbf"), HasError(ErrorCode::kCorrupt, HasSubstr("no header")));
  EXPECT_THAT(Table("a\n\xef\xbb\xbf\n"), IsOkAndHolds(Rows{{"a"}, {"\xef\xbb\xbf"}}))
      << "anywhere else it is text";
  EXPECT_THAT(Table("\xef\xbb\n1\n"), IsOkAndHolds(Rows{{"\xef\xbb"}, {"1"}})) << "half a mark is text";
}

TEST(CsvOfOtherPrograms, BlankLinesAreSkippedAlsoTheLast) {
  for (const char* text : {"a,b\n1,2\n", "a,b\n1,2", "a,b\n1,2\n  ", "a,b\n1,2\n\n \n",
                           "\n\n  \na,b\n \n1,2\r\n\r\n  \r\n", "a,b\n1,2\n\t"}) {
    EXPECT_THAT(Table(text), IsOkAndHolds(Rows{{"a", "b"}, {"1", "2"}})) << text;
  }
  EXPECT_THAT(Table("a\n\"\"\n\" \""), IsOkAndHolds(Rows{{"a"}, {""}, {" "}}))
      << "a quoted nothing is a field";
  EXPECT_THAT(Table("a,b\n,\n ,"), IsOkAndHolds(Rows{{"a", "b"}, {"", ""}, {"", ""}}))
      << "and so is one between commas";
}

TEST(CsvOfOtherPrograms, LineEndsInsideQuotesStay) {
  EXPECT_THAT(Table("a,b\r\n\"1\r\n2\",\"x\ny\"\r\n"), IsOkAndHolds(Rows{{"a", "b"}, {"1\r\n2", "x\ny"}}));
  EXPECT_THAT(Table("\"a\nb\",c\n1,2\n"), IsOkAndHolds(Rows{{"a\nb", "c"}, {"1", "2"}}));
  for (const char* text : {"a\n\"1\"x\n", "a\n\"1\" \n", "a,b\n\"1\" ,2\n", "a\n1\"\"\n", "a\n\"1\"\"\n",
                           "a\rb\n", "a\n1\r\r\n"}) {
    EXPECT_THAT(Table(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST(CsvOfOtherPrograms, LimitsHoldToTheLastField) {
  const auto columns = [](std::size_t count) {
    std::string header = "c0";
    for (std::size_t i = 1; i < count; ++i) header += fmt::format(",c{}", i);
    return Table(header + "\n");
  };
  EXPECT_THAT(columns(65536), IsOk());
  EXPECT_THAT(columns(65537), HasError(ErrorCode::kResourceLimit, HasSubstr("65536 columns")));
  EXPECT_THAT(Table("a\n" + std::string(1 << 20, 'x') + "\n"), IsOk());
  EXPECT_THAT(Table("a\n\"" + std::string((1 << 20) + 2, 'x') + "\"\n"), HasError(ErrorCode::kResourceLimit));
}

/// Quoted as RFC 4180 asks, and some that need not be.
std::string Written(const CsvFields& fields, bool quote_all, const char* line_end) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool is_plain = !fields[i].empty() && fields[i].find_first_of(",\"\r\n \t") == std::string::npos;
    std::string quoted = "\"";
    for (const char c : fields[i]) quoted += c == '"' ? "\"\"" : std::string(1, c);
    text += (i == 0 ? "" : ",") + (is_plain && !quote_all ? fields[i] : quoted + "\"");
  }
  return text + line_end;
}

TEST(CsvProperty, WhatIsWrittenIsReadWhereverPiecesEnd) {
  EXPECT_TRUE(rc::check("round trip", [] {
    const auto columns = *rc::gen::inRange<std::size_t>(1, 5);
    const auto characters =
        rc::gen::container<std::string>(rc::gen::element('a', 'b', ',', '"', '\n', '\r', ' ', '\t', '\xef'));
    Rows rows(1);
    for (std::size_t i = 0; i < columns; ++i) rows[0].push_back(fmt::format("c{}{}", i, *characters));
    const auto count = *rc::gen::inRange<std::size_t>(0, 6);
    for (std::size_t i = 0; i < count; ++i)
      rows.push_back(*rc::gen::container<CsvFields>(columns, characters));
    const bool quote_all = *rc::gen::arbitrary<bool>(), marked = *rc::gen::arbitrary<bool>();
    const char* line_end = *rc::gen::arbitrary<bool>() ? "\n" : "\r\n";
    // A long field in front moves everything across the end of a piece of 1 MiB.
    const bool is_long = *rc::gen::inRange(0, 10) == 9;
    if (is_long && rows.size() > 1)
      rows[1][0] = std::string((1 << 20) - *rc::gen::inRange<std::size_t>(20, 80), 'x');
    std::string text = marked ? "\xef\xbb\xbf" : "";
    for (const CsvFields& fields : rows) text += Written(fields, quote_all, line_end);
    if (*rc::gen::arbitrary<bool>()) text.resize(text.size() - std::strlen(line_end));
    const auto read = Table(text);
    if (!read) RC_FAIL(read.error().ToString());
    RC_ASSERT(*read == rows);
  }));
}

TEST(CsvNumbers, AreReadAsTheNearestFloat) {
  const std::vector<std::pair<const char*, float>> cases = {
      {"0.1", 0.1f},
      {"16777217", 16777216.0f},
      {"3.4028235e38", 3.4028235e38f},
      {"1e-45", 1e-45f},
      {"-0", -0.0f},
      {"1E5", 1e5f},
      {".5", 0.5f},
      {"5.", 5.0f},
      {"007", 7.0f},
      {"0.1000000014901161193847656250000000000000001", 0.1f}};
  for (const auto& [text, number] : cases)
    EXPECT_THAT(ParseNumber(text, "c", "p"), IsOkAndHolds(number)) << text;
  for (const char* text : {"3.5e38", "-1e400", "infinity", "NaN", "-nan", "+1", "1e", "--1", "1_000", " 1",
                           "1\xc2\xa0", "\xd9\xa1"}) {
    EXPECT_THAT(ParseNumber(text, "c", "p"), HasError(ErrorCode::kCorrupt)) << text;
  }
}

}  // namespace
}  // namespace cupel::data::dataset
