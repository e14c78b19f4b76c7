// SPDX-License-Identifier: Apache-2.0
// examples/compas as a reader would use it: predictions made from ProPublica's table, assessed by the
// program, verified, and the report read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

using ::testing::HasSubstr;

std::filesystem::path ProPublicasTable() {
  const char* folder = std::getenv("CUPEL_SHARED");
  const std::filesystem::path shared =
      folder != nullptr ? folder : std::filesystem::path(CUPEL_SOURCE_DIR).parent_path() / "shared";
  return shared / "data/compas/compas-scores-two-years.csv.gz";
}

class CompasExample : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(ProPublicasTable()) || std::system("python3 -c '' 2>/dev/null") != 0) {
      GTEST_SKIP() << "needs python3 and COMPAS: set CUPEL_SHARED to the folder that holds data/compas";
    }
    std::filesystem::create_directories(folder_ / "compas");
    for (const char* file : {"plan.toml", "cohort.toml", "predictions.py"}) {
      std::filesystem::copy(std::filesystem::path(CUPEL_SOURCE_DIR) / "examples/compas" / file,
                            folder_ / "compas" / file);
    }
  }

  /// The exit code.
  int Run(const std::string& command) const {
    const std::string line = fmt::format(
        "cd '{0}' && export CUPEL_HOME='{0}/home' && cupel() {{ '{1}' \"$@\"; }} && {2} >'{0}/out' "
        "2>'{0}/err'",
        folder_.path().string(), CUPEL_PROGRAM, command);
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string Errors() const { return ReadTextFile(folder_ / "err").value_or(""); }

  /// The check of the run's report.
  Json Check(const char* run, std::string_view id) const {
    const Json report =
        Json::Parse(ReadTextFile(folder_ / run / "report.json").value_or("{}")).value_or(Json());
    for (const Json& check : report["checks"].AsArray()) {
      if (check["id"] == Json(id)) return check;
    }
    return {};
  }

  const cupel::testing::ScratchFolder folder_;
};

std::vector<std::string> Verdicts(const Json& check) {
  std::vector<std::string> verdicts;
  for (const Json& outcome : check["requirementsTested"].AsArray()) {
    verdicts.push_back(outcome["verdict"].AsString());
  }
  return verdicts;
}

bool HasFigure(const Json& check, std::string_view type) {
  return std::ranges::any_of(check["figures"].AsArray(),
                             [&](const Json& figure) { return figure["type"] == Json(type); });
}

TEST_F(CompasExample, TheReportShowsBothSidesAndWhyBothCannotBeHad) {
  ASSERT_EQ(
      Run(fmt::format("python3 compas/predictions.py '{}' compas/compas.csv", ProPublicasTable().string())),
      0)
      << Errors();
  ASSERT_EQ(Run("cupel assess compas/plan.toml --out run"), 1) << Errors();
  EXPECT_EQ(Run("cupel verify run"), 0) << Errors();

  const Json fairness = Check("run", "evaluate.fairness");
  // ProPublica's requirement fails, Northpointe's holds, on the same decisions.
  EXPECT_EQ(Verdicts(fairness), (std::vector<std::string>{"fail", "pass"}));
  const Json::Array& notes = fairness["notes"].AsArray();
  ASSERT_GE(notes.size(), 3U);
  EXPECT_THAT(notes[0]["en"].AsString(),
              HasSubstr("Of the people who did not reoffend within two years, 44.8 % (805 of 1795) of "
                        "African-American and 23.5 % (349 of 1488) of Caucasian were rated medium or high "
                        "risk: 21.4 points more"));
  EXPECT_THAT(notes[0]["zh"].AsString(), HasSubstr("高出 21.4 个百分点"));
  EXPECT_THAT(notes[1]["en"].AsString(), HasSubstr("63.0 % (1369 of 2174) of African-American and 59.1 % "
                                                   "(505 of 854) of Caucasian reoffended"));
  EXPECT_THAT(notes[1]["en"].AsString(), HasSubstr("(area under the ROC curve 0.6918 and 0.6931)"));
  EXPECT_THAT(notes[2]["en"].AsString(), HasSubstr("p / (1 - p) x (1 - PPV) / PPV x true positive rate"));
  EXPECT_THAT(notes[2]["zh"].AsString(), HasSubstr("基础率 p 不同"));
  EXPECT_TRUE(HasFigure(fairness, "bars"));
  EXPECT_TRUE(HasFigure(fairness, "curve"));

  const Json search = Check("run", "evaluate.subgroup-search");
  EXPECT_EQ(Verdicts(search), (std::vector<std::string>{"fail"}));
  EXPECT_TRUE(HasFigure(search, "tree"));
  const std::string page = ReadTextFile(folder_ / "run/report.html").value_or("");
  EXPECT_THAT(page, HasSubstr("Why both sides cannot be satisfied"));
  EXPECT_THAT(page, HasSubstr("为何双方的要求不能同时满足"));
}

TEST_F(CompasExample, AnotherCohortHasOtherFiguresAndTheSameArgument) {
  ASSERT_EQ(Run(fmt::format("python3 compas/predictions.py '{}' compas/compas-cohort.csv --cohort propublica",
                            ProPublicasTable().string())),
            0)
      << Errors();
  ASSERT_EQ(Run("cupel assess compas/cohort.toml --out run"), 1) << Errors();
  const Json fairness = Check("run", "evaluate.fairness");
  EXPECT_EQ(Verdicts(fairness), (std::vector<std::string>{"fail", "pass"}));
  EXPECT_THAT(fairness["notes"].AsArray()[0]["en"].AsString(),
              HasSubstr("42.3 % (641 of 1514) of African-American and 22.0 % (282 of 1281) of Caucasian"));
}

}  // namespace
}  // namespace cupel
