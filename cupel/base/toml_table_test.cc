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

TEST(TomlTable, RefusesEveryOtherTypeAndNamesTheLine) {
  CUPEL_ASSERT_OK(const TomlTable table,
                  TomlTable::Parse("a = 1\nb = 1.5\nc = true\nd = \"x\"\ne = [1]\n[f]\n[[g]]\n", "p.toml"));
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e", "f", "g"};
  // Which keys each reader accepts.
  const auto accepted = [&](auto read) {
    std::string letters;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto value = read(keys[i]);
      if (value) {
        letters += keys[i];
      } else {
        EXPECT_THAT(value,
                    HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("p.toml:" + std::to_string(i + 1)),
                                                                HasSubstr("\"" + keys[i] + "\" must be"))));
      }
    }
    return letters;
  };
  EXPECT_EQ(accepted([&](const auto& key) { return table.Integer(key); }), "a");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Real(key); }), "ab");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Boolean(key); }), "c");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Text(key); }), "d");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Integers(key); }), "e");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Reals(key); }), "e");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Table(key); }), "f");
  EXPECT_EQ(accepted([&](const auto& key) { return table.Tables(key); }), "g");
  // With a fallback, a wrong type is an error all the same.
  EXPECT_EQ(accepted([&](const auto& key) { return table.IntegerOr(key, 0); }), "a");
  EXPECT_EQ(accepted([&](const auto& key) { return table.RealOr(key, 0); }), "ab");
  EXPECT_EQ(accepted([&](const auto& key) { return table.BooleanOr(key, false); }), "c");
  EXPECT_EQ(accepted([&](const auto& key) { return table.TextOr(key, ""); }), "d");
  EXPECT_EQ(accepted([&](const auto& key) { return table.RealsOr(key, {}); }), "e");
}

TEST(TomlTable, FallsBackOnlyWhenTheKeyIsMissing) {
  CUPEL_ASSERT_OK(const TomlTable table, TomlTable::Parse("a = 0\n", "p.toml"));
  EXPECT_THAT(table.IntegerOr("a", 5), IsOkAndHolds(0));
  EXPECT_THAT(table.IntegerOr("b", 5), IsOkAndHolds(5));
  EXPECT_THAT(table.RealOr("b", 0.5), IsOkAndHolds(0.5));
  EXPECT_THAT(table.BooleanOr("b", true), IsOkAndHolds(true));
  EXPECT_THAT(table.TextsOr("b", {"x"}), IsOkAndHolds(ElementsAre("x")));
  EXPECT_THAT(table.RealsOr("b", {1.5}), IsOkAndHolds(ElementsAre(1.5)));
  EXPECT_TRUE(table.Has("a") && !table.Has("b"));
}

TEST(TomlTable, RefusesListsWithOneWrongElement) {
  CUPEL_ASSERT_OK(
      const TomlTable table,
      TomlTable::Parse(
          "a = [1, \"x\"]\nb = [\"x\", 1]\nc = [1, 2.5]\nd = [{x = 1}, 2]\ne = [1.0, inf]\nf = [nan]\n",
          "p.toml"));
  EXPECT_THAT(table.Integers("a"), HasError(ErrorCode::kInvalidArgument,
                                            AllOf(HasSubstr("p.toml:1"), HasSubstr("list of integers"))));
  EXPECT_THAT(table.Texts("b"), HasError(ErrorCode::kInvalidArgument,
                                         AllOf(HasSubstr("p.toml:2"), HasSubstr("list of texts"))));
  EXPECT_THAT(table.Integers("c"), HasError(ErrorCode::kInvalidArgument, HasSubstr("p.toml:3")));
  EXPECT_THAT(table.Reals("c"), IsOkAndHolds(ElementsAre(1.0, 2.5)));
  EXPECT_THAT(table.Tables("d"), HasError(ErrorCode::kInvalidArgument, HasSubstr("list of tables")));
  EXPECT_THAT(table.Reals("e"), HasError(ErrorCode::kInvalidArgument, HasSubstr("finite")));
  EXPECT_THAT(table.Reals("f"), HasError(ErrorCode::kInvalidArgument, HasSubstr("finite")));
}

TEST(TomlTable, NamesThePlaceInsideTablesAndLists) {
  CUPEL_ASSERT_OK(
      const TomlTable plan,
      TomlTable::Parse(
          "[[check]]\nid = \"a\"\n\n[[check]]\nid = \"b\"\n[check.parameters]\nsteps = 3\nepslion = 1\n",
          "p.toml"));
  CUPEL_ASSERT_OK(const auto checks, plan.Tables("check"));
  CUPEL_ASSERT_OK(const TomlTable parameters, checks[1].Table("parameters"));
  EXPECT_EQ(checks[1].Place("id"), "p.toml:5");
  EXPECT_EQ(parameters.Place("steps"), "p.toml:7");
  EXPECT_THAT(parameters.OnlyKeys({"steps", "epsilon"}),
              HasError(ErrorCode::kInvalidArgument,
                       AllOf(HasSubstr("p.toml:8"), HasSubstr("did you mean \"epsilon\"?"))));
  EXPECT_THAT(
      checks[0].Table("parameters"),
      HasError(ErrorCode::kNotFound, AllOf(HasSubstr("\"parameters\" is missing"), HasSubstr("p.toml:1"))));
  EXPECT_THAT(parameters.Text("norm"), HasError(ErrorCode::kNotFound, HasSubstr("add norm = ...")));
}

TEST(TomlTable, ReadsEveryKindOfValueAsJson) {
  CUPEL_ASSERT_OK(const TomlTable table,
                  TomlTable::Parse(
                      "a = 0x1F\nb = 1_000\nc = 1e3\nd = '''x\ny'''\ne = 07:32:00\nf = 1979-05-27T07:32:00Z\n"
                      "g = [[1, 2], [\"a\"]]\nh = {i.j = true}\n\"k.l\" = 1\n",
                      "p.toml"));
  EXPECT_EQ(table.AsJson().Canonical(),
            R"({"a":31,"b":1000,"c":1000,"d":"x\ny","e":"07:32:00","f":"1979-05-27T07:32:00Z",)"
            R"("g":[[1,2],["a"]],"h":{"i":{"j":true}},"k.l":1})");
  EXPECT_THAT(table.Integer("k.l"), IsOkAndHolds(1));
}

TEST(TomlTable, RefusesBrokenToml) {
  for (const char* text : {"a",
                           "a =",
                           "= 1",
                           "a = 1 b = 2",
                           "[a",
                           "[a]]",
                           "[[a]",
                           "a = [1, 2",
                           "a = \"x",
                           "a = {b = 1",
                           "a.b = 1\na = 2",
                           "[a]\n[a]",
                           "a = 01",
                           "a = 1__0",
                           "a = tru",
                           "a = \"\\q\"",
                           "a = 9223372036854775808",
                           "a = \"\xff\"",
                           "a = 2026-13-01",
                           "a = 'x\ny'"}) {
    EXPECT_THAT(TomlTable::Parse(text, "p.toml"), HasError(ErrorCode::kCorrupt, HasSubstr("p.toml:")))
        << text;
  }
  EXPECT_THAT(TomlTable::Parse("a = " + std::string(5000, '['), "p.toml"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(TomlTable::Parse("", "p.toml"), IsOk());
}

}  // namespace
}  // namespace cupel
