// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/rows.h"

#include <gmock/gmock.h>

#include <array>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::scheme {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::array<ColumnSpec, 4> kColumns{
    {{"name", true}, {"score", true}, {"flag", false}, {"extra_*", false}}};

class RowsTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text) {
    const std::filesystem::path path = folder_ / "rows.csv";
    EXPECT_TRUE(WriteFileAtomic(path, text).has_value());
    return path;
  }
  Status ReadAll(const std::string& text) {
    return ReadRows(Write(text), kColumns, [](const Row&) -> Status { return {}; });
  }
  testing::ScratchFolder folder_;
};

TEST_F(RowsTest, ReadsColumnsByNameInAnyOrder) {
  std::vector<std::string> seen;
  ASSERT_THAT(ReadRows(Write("score,extra_b,name\n1e-3,7,a\n-2,8,b\n"), kColumns,
                       [&](const Row& row) -> Status {
                         CUPEL_TRY(const std::string name, row.Name("name"));
                         CUPEL_TRY(const double score, row.Real("score"));
                         CUPEL_TRY(const double extra, row.Real("extra_b"));
                         EXPECT_TRUE(row.IsEmpty("flag"));
                         seen.push_back(name + " " + std::to_string(score) + " " + std::to_string(extra));
                         return {};
                       }),
              IsOk());
  EXPECT_THAT(seen, ElementsAre("a 0.001000 7.000000", "b -2.000000 8.000000"));
}

TEST_F(RowsTest, RefusesUnknownAndMissingColumnsAndEmptyFiles) {
  EXPECT_THAT(ReadAll("name,score,flga\na,1,1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("flag")));
  EXPECT_THAT(ReadAll("name\na\n"), HasError(ErrorCode::kCorrupt, HasSubstr("\"score\" is missing")));
  EXPECT_THAT(ReadAll("name,score\n"), HasError(ErrorCode::kInvalidArgument, HasSubstr("no row")));
  EXPECT_THAT(ReadAll("name,score,extra_\na,1,2\n"), HasError(ErrorCode::kCorrupt));
}

TEST_F(RowsTest, FieldsAreReadWhole) {
  const auto of = [&](const std::string& score, const std::string& flag) {
    return ReadRows(Write("name,score,flag\nx,0,0\na," + score + "," + flag + "\n"), kColumns,
                    [](const Row& row) -> Status {
                      CUPEL_TRY([[maybe_unused]] const double real, row.Real("score"));
                      CUPEL_TRY([[maybe_unused]] const bool is_set, row.Flag("flag"));
                      return {};
                    });
  };
  EXPECT_THAT(of("3.5", "1"), IsOk());
  for (const std::string score : {"", "nan", "inf", "1e999", "1x", "0x10"}) {
    EXPECT_THAT(of(score, "1"), HasError(ErrorCode::kCorrupt, HasSubstr("rows.csv:3"))) << score;
  }
  for (const std::string flag : {"", "yes", "2"})
    EXPECT_THAT(of("1", flag), HasError(ErrorCode::kCorrupt)) << flag;
}

TEST(NameNumbersTest, CountInOrderOfAppearance) {
  NameNumbers numbers;
  EXPECT_EQ(numbers.Of("b"), 0);
  EXPECT_EQ(numbers.Of("a"), 1);
  EXPECT_EQ(numbers.Of("b"), 0);
  EXPECT_EQ(numbers.Of(""), -1);
  EXPECT_THAT(numbers.names(), ElementsAre("b", "a"));
}

}  // namespace
}  // namespace cupel::algorithm::scheme
