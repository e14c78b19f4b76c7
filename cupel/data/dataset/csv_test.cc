// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Header and rows as "place|field|field".
Result<std::vector<std::string>> Read(std::string_view text) {
  std::vector<std::string> lines;
  const CsvHandlers handlers = {[&](const CsvFields& fields) -> Status {
                                  lines.push_back(fmt::format("{}", fmt::join(fields, "|")));
                                  return {};
                                },
                                [&](const CsvFields& fields, const std::string& place) -> Status {
                                  lines.push_back(fmt::format("{}|{}", place, fmt::join(fields, "|")));
                                  return {};
                                }};
  const BytesView bytes = AsBytes(text);
  CUPEL_TRY_STATUS(ReadCsv(Blob(Bytes(bytes.begin(), bytes.end())), "t", handlers));
  return lines;
}

TEST(Csv, ReadsPlainRows) {
  EXPECT_THAT(Read("a,b\n1,2\n3,4\n"), IsOkAndHolds(ElementsAre("a|b", "t:2|1|2", "t:3|3|4")));
  EXPECT_THAT(Read("a,b\r\n1, 2 \r\n3,"), IsOkAndHolds(ElementsAre("a|b", "t:2|1|2", "t:3|3|")));
  EXPECT_THAT(Read("\xef\xbb\xbf"
                   "a\n\n1\n  \n\n2"),
              IsOkAndHolds(ElementsAre("a", "t:3|1", "t:6|2")));
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_THAT(Read("a,\"b,\"\"c\"\"\"\n\"x\ny\", \" z \"\n\"\",1\n"),
              IsOkAndHolds(ElementsAre("a|b,\"c\"", "t:2|x\ny| z ", "t:4||1")));
  EXPECT_THAT(Read("a\n\"\"\n"), IsOkAndHolds(ElementsAre("a", "t:2|")));
}

TEST(Csv, NamesTheLineOfEveryFault) {
  EXPECT_THAT(Read(""), HasError(ErrorCode::kCorrupt, HasSubstr("no header")));
  EXPECT_THAT(Read("a,b\n1,2\n1,2,3\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("t:3: the header has 2 fields and this row has 3")));
  EXPECT_THAT(Read("a,a\n"), HasError(ErrorCode::kCorrupt, HasSubstr("two columns are named \"a\"")));
  EXPECT_THAT(Read("a,\n1,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("no name")));
  EXPECT_THAT(Read("a\n\"1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("t:2: a quote is not closed")));
  EXPECT_THAT(Read("a\n\"1\"2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("closing quote")));
  EXPECT_THAT(Read("a\n1\"2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("inside an unquoted")));
  EXPECT_THAT(Read("a\n1\r2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("carriage return")));
  EXPECT_THAT(Read(std::string_view("a\n\0\n", 4)), HasError(ErrorCode::kCorrupt, HasSubstr("NUL")));
  EXPECT_THAT(Read("a\n" + std::string(2 << 20, 'x')), HasError(ErrorCode::kResourceLimit));
}

TEST(Csv, NumbersAreWholeAndFinite) {
  EXPECT_THAT(ParseNumber("-1.5e2", "c", "p"), IsOkAndHolds(-150.0f));
  EXPECT_THAT(ParseNumber("1.5e-100", "c", "p"), IsOkAndHolds(0.0f));
  for (const char* text : {"", "x", "1x", "1 ", "nan", "inf", "1e99", "0x10", "1,5"}) {
    EXPECT_THAT(ParseNumber(text, "c", "p:3"), HasError(ErrorCode::kCorrupt, HasSubstr("p:3: column \"c\"")))
        << text;
  }
}

TEST(Csv, LabelsAreNamesOrIndices) {
  const std::vector<std::string> names = {"cat", "dog", "0"};
  EXPECT_THAT(ParseLabel("dog", names, "p"), IsOkAndHolds(1));
  EXPECT_THAT(ParseLabel("1", names, "p"), IsOkAndHolds(1));
  EXPECT_THAT(ParseLabel("0", names, "p"), IsOkAndHolds(2));  // A name goes before an index.
  EXPECT_THAT(ParseLabel("dogs", names, "p:7"), HasError(ErrorCode::kCorrupt, HasSubstr("did you mean")));
  EXPECT_THAT(ParseLabel("3", names, "p"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseLabel("-1", {}, "p"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseLabel("12", {}, "p"), IsOkAndHolds(12));
}

}  // namespace
}  // namespace cupel::data::dataset
