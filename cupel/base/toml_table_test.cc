// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/toml_table.h"

#include <gmock/gmock.h>

#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kText = R"(name = "plan"
seed = 7
rate = 0.5
tags = ["a", "b"]

[model]
file = "m.onnx"

[[check]]
id = "one"
[[check]]
id = "two"
day = 2026-11-21
)";

TEST(TomlTable, ReadsTypedValues) {
  CUPEL_ASSERT_OK(const TomlTable table, TomlTable::Parse(kText, "plan.toml"));

  EXPECT_THAT(table.Text("name"), IsOkAndHolds("plan"));
  EXPECT_THAT(table.Integer("seed"), IsOkAndHolds(7));
  EXPECT_THAT(table.Real("seed"), IsOkAndHolds(7.0));
  EXPECT_THAT(table.Texts("tags"), IsOkAndHolds(ElementsAre("a", "b")));
  EXPECT_THAT(table.TextOr("absent", "x"), IsOkAndHolds("x"));
  CUPEL_ASSERT_OK(const auto checks, table.Tables("check"));
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_THAT(checks[1].Text("day"), IsOkAndHolds("2026-11-21"));
}

TEST(TomlTable, TablesOutliveTheDocumentTheyCameFrom) {
  Result<TomlTable> model = [] { return TomlTable::Parse(kText, "plan.toml")->Table("model"); }();
  EXPECT_THAT(model->Text("file"), IsOkAndHolds("m.onnx"));
}

TEST(TomlTable, ErrorsNameFileLineAndNearestKey) {
  CUPEL_ASSERT_OK(const TomlTable table, TomlTable::Parse(kText, "plan.toml"));

  EXPECT_THAT(table.OnlyKeys({"name", "sead", "rate", "tags", "model", "check"}),
              HasError(ErrorCode::kInvalidArgument,
                       AllOf(HasSubstr("plan.toml:2"), HasSubstr("did you mean \"sead\"?"))));
  EXPECT_THAT(table.OnlyKeys({"name", "seed", "rate", "tags", "model", "check"}), IsOk());
  EXPECT_THAT(table.Integer("rate"), HasError(ErrorCode::kInvalidArgument, HasSubstr("plan.toml:3")));
  EXPECT_THAT(table.Text("nothing"), HasError(ErrorCode::kNotFound));
}

TEST(TomlTable, SyntaxErrorsNameLineAndColumn) {
  EXPECT_THAT(TomlTable::Parse("a = 1\nb = = 2\n", "p.toml"),
              HasError(ErrorCode::kCorrupt, HasSubstr("p.toml:2:")));
  EXPECT_THAT(TomlTable::Parse("a = 1\na = 2\n", "p.toml"), HasError(ErrorCode::kCorrupt));
}

TEST(TomlTable, RefusesInfinity) {
  CUPEL_ASSERT_OK(const TomlTable table, TomlTable::Parse("x = inf\n", "p.toml"));
  EXPECT_THAT(table.Real("x"), HasError(ErrorCode::kInvalidArgument, HasSubstr("finite")));
}

}  // namespace
}  // namespace cupel
