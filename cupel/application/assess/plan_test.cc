// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/plan.h"
#include "cupel/application/assess/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/application/assess/assessment.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kInputs = "[model]\nfile = \"m.onnx\"\n[data]\nmanifest = \"d.toml\"\n";
constexpr const char* kAccuracy = "[[check]]\nid = \"evaluate.accuracy\"\n";

Result<Plan> Parse(const std::string& text) { return ParsePlan(text, "folder/plan.toml", FindCheck); }
Result<Plan> ParseCheck(const std::string& lines) {
  return Parse(std::string(kInputs) + "[[check]]\n" + lines);
}

TEST(Plan, HoldsWhatWasWritten) {
  CUPEL_ASSERT_OK(const Plan plan, Parse(R"(name = "n"
seed = 7
[model]
file = "m.onnx"
scale = 255
mean = [0.5]
std = [0.25]
layout = "channels-last"
output = "probabilities"
[data]
manifest = "/d.toml"
subset = "random 10"
[[check]]
id = "inspect.pgd"
subset = "first 4"
parameters = { epsilons = [0.1], steps = 3 }
require = ["robust_accuracy >= 0.40", "robust_accuracy.value > 0.5"]
)"));
  EXPECT_EQ(plan.name, "n");
  EXPECT_EQ(plan.seed, 7U);
  EXPECT_EQ(plan.model->scale, 255);
  EXPECT_THAT(plan.model->mean, ElementsAre(0.5));
  EXPECT_THAT(plan.model->std, ElementsAre(0.25));
  EXPECT_EQ(plan.model->layout, "channels-last");
  EXPECT_EQ(plan.model->output, "probabilities");
  EXPECT_EQ(plan.Resolve(plan.model->file), "folder/m.onnx");
  EXPECT_EQ(plan.Resolve(plan.data->manifest), "/d.toml");
  EXPECT_EQ(plan.data->subset.ToString(), "random 10 seed 7") << "drawn by the plan's seed";
  ASSERT_EQ(plan.checks.size(), 1U);
  EXPECT_EQ(plan.checks[0].check->description().id, "inspect.pgd");
  EXPECT_EQ(plan.checks[0].parameters.Integer("steps"), 3);
  EXPECT_THAT(plan.checks[0].parameters.Reals("epsilons"), ElementsAre(0.1));
  EXPECT_EQ(plan.checks[0].subset.ToString(), "first 4");
  ASSERT_EQ(plan.checks[0].requirements.size(), 2U);
  EXPECT_TRUE(plan.checks[0].requirements[1].on_value);
}

TEST(Plan, TakesItsNameFromItsFile) {
  CUPEL_ASSERT_OK(const Plan plan, Parse(std::string(kInputs) + kAccuracy));
  EXPECT_EQ(plan.name, "plan");
  EXPECT_EQ(plan.seed, 0U);
}

struct Refusal {
  const char* name;
  std::string text;
  ErrorCode code;
  std::vector<std::string> says;  ///< Place, problem and remedy.
};

class PlanRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(PlanRefusal, SaysWhereWhatAndHowToMendIt) {
  const Result<Plan> plan = Parse(GetParam().text);
  ASSERT_THAT(plan, HasError(GetParam().code));
  for (const std::string& part : GetParam().says) EXPECT_THAT(plan.error().ToString(), HasSubstr(part));
}

std::string WithInputs(const std::string& check) { return std::string(kInputs) + check; }

const std::vector<Refusal>& Refusals() {
  constexpr auto kArgument = ErrorCode::kInvalidArgument;
  static const std::vector<Refusal> refusals = {
      {"NotToml", "seed = = 1\n", ErrorCode::kCorrupt, {"plan.toml:1", "TOML"}},
      {"UnknownKey",
       "name = \"n\"\nsede = 1\n" + WithInputs(kAccuracy),
       kArgument,
       {"plan.toml:2", "\"sede\"", "did you mean \"seed\""}},
      {"UnknownKeyOfModel",
       "[model]\nfile = \"m\"\nlayuot = \"flat\"\n",
       kArgument,
       {"plan.toml:3", "did you mean \"layout\""}},
      {"UnknownCheck",
       WithInputs("[[check]]\nid = \"inspect.pdg\"\n"),
       ErrorCode::kInvalidArgument,
       {"plan.toml:6", "inspect.pdg", "did you mean \"inspect.pgd\""}},
      {"ParameterOutOfRange",
       WithInputs("[[check]]\nid = \"inspect.pgd\"\nparameters = { steps = -1 }\n"),
       kArgument,
       {"plan.toml:7", "steps", "-1"}},
      {"UnknownParameter",
       WithInputs("[[check]]\nid = \"inspect.pgd\"\nparameters = { step = 2 }\n"),
       kArgument,
       {"plan.toml:7", "\"step\"", "steps"}},
      {"UndeclaredMetric",
       WithInputs("[[check]]\nid = \"evaluate.accuracy\"\nrequire = [\"acuracy >= 0.5\"]\n"),
       kArgument,
       {"plan.toml:7", "acuracy", "did you mean \"accuracy\""}},
      {"NotARequirement",
       WithInputs("[[check]]\nid = \"evaluate.accuracy\"\nrequire = [\"accuracy\"]\n"),
       kArgument,
       {"plan.toml:7"}},
      {"NoChecks", kInputs, kArgument, {"plan.toml", "names no check", "[[check]]"}},
      {"NoInputs", kAccuracy, kArgument, {"plan.toml", "[model] and [data]"}},
      {"PredictionsAndModel",
       "predictions = \"p.csv\"\n" + WithInputs(kAccuracy),
       kArgument,
       {"plan.toml:1", "one or the other"}},
      {"NeedsModel",
       "predictions = \"p.csv\"\n[[check]]\nid = \"inspect.pgd\"\n",
       kArgument,
       {"plan.toml", "inspect.pgd needs a model", "[model]"}},
      {"PartOfPredictions",
       "predictions = \"p.csv\"\n" + std::string(kAccuracy) + "subset = \"first 2\"\n",
       kArgument,
       {"plan.toml", "subset"}},
      {"BadSubset",
       WithInputs(std::string(kAccuracy) + "subset = \"frist 2\"\n"),
       kArgument,
       {"plan.toml:7", "frist"}},
      {"NegativeSeed", "seed = -1\n" + WithInputs(kAccuracy), kArgument, {"plan.toml:1", "seed", "-1"}},
      {"SeedBeyondDoubles",
       "seed = 9007199254740993\n" + WithInputs(kAccuracy),
       kArgument,
       {"plan.toml:1", "2^53"}},
      {"StdOfZero", "[model]\nfile = \"m\"\nstd = [0.0]\n", kArgument, {"plan.toml:3", "std must be > 0"}},
      {"UnknownLayout",
       "[model]\nfile = \"m\"\nlayout = \"flatt\"\n",
       kArgument,
       {"plan.toml:3", "flatt", "did you mean \"flat\""}},
      {"WrongType", "seed = \"one\"\n" + WithInputs(kAccuracy), kArgument, {"plan.toml:1", "seed"}},
      {"MissingFile", "[model]\nscale = 1.0\n", ErrorCode::kNotFound, {"plan.toml", "\"file\""}},
  };
  return refusals;
}

INSTANTIATE_TEST_SUITE_P(Plan, PlanRefusal, ::testing::ValuesIn(Refusals()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Plan, AcceptsPredictionsForChecksThatNeedNoModel) {
  EXPECT_THAT(Parse("predictions = \"p.csv\"\n" + std::string(kAccuracy)), IsOk());
}

TEST(Plan, RefusesAFileThatIsNotThere) {
  EXPECT_THAT(ReadPlan("no-such-plan.toml"), HasError(ErrorCode::kNotFound, HasSubstr("no-such-plan.toml")));
}

std::string Frozen(const std::string& check, const std::string& before = "name = \"n\"\n") {
  const Result<Plan> plan = Parse(before + kInputs + check);
  EXPECT_THAT(plan, IsOk());
  if (!plan) return "";
  return FreezePlan(*plan, Json::Object{{"model", "digest"}}).Canonical();
}

TEST(FreezePlan, DoesNotDependOnHowThePlanIsWritten) {
  const std::string plain =
      Frozen("[[check]]\nid = \"inspect.pgd\"\nparameters = { steps = 3, restarts = 2 }\n",
             "name = \"n\"\nseed = 1\n");
  const std::string other = Frozen(
      "# a remark\n[[check]]\n  id='inspect.pgd'   # another\n\n[check.parameters]\nrestarts = 2\nsteps = "
      "3\n",
      "seed = 1 # first\n\nname = 'n'\n");
  EXPECT_EQ(plain, other);
}

TEST(FreezePlan, FillsInDefaults) {
  const std::string silent = Frozen("[[check]]\nid = \"inspect.pgd\"\n");
  CUPEL_ASSERT_OK(const Plan plan, ParseCheck("id = \"inspect.pgd\"\n"));
  const std::string spoken =
      Frozen(fmt::format("[[check]]\nid = \"inspect.pgd\"\nsubset = \"all\"\nparameters = {{ steps = {} }}\n",
                         plan.checks[0].parameters.Integer("steps")));
  EXPECT_EQ(silent, spoken);
}

TEST(FreezePlan, ChangesWithEverythingThatDecides) {
  const std::string check = "[[check]]\nid = \"inspect.pgd\"\n";
  std::vector<std::string> frozen = {
      Frozen(check),
      Frozen(check, "name = \"m\"\n"),
      Frozen(check, "name = \"n\"\nseed = 1\n"),
      Frozen(check + "subset = \"first 3\"\n"),
      Frozen(check + "require = [\"robust_accuracy >= 0.4\"]\n"),
      Frozen(check + "require = [\"robust_accuracy >= 0.5\"]\n"),
      Frozen(check + "parameters = { steps = 3 }\n"),
      Frozen(check + "parameters = { epsilons = [0.5] }\n"),
      Frozen(check + "parameters = { norm = \"l2\" }\n"),
      Frozen(check + "parameters = { loss = \"margin\" }\n"),
      Frozen(check + check),
      Frozen("[[check]]\nid = \"inspect.fgsm\"\n"),
  };
  std::sort(frozen.begin(), frozen.end());
  EXPECT_EQ(std::adjacent_find(frozen.begin(), frozen.end()), frozen.end());
}

TEST(FreezePlan, ChangesWithTheInputs) {
  CUPEL_ASSERT_OK(const Plan plan, ParseCheck("id = \"inspect.pgd\"\n"));
  EXPECT_NE(FreezePlan(plan, Json::Object{{"model", "a"}}).Canonical(),
            FreezePlan(plan, Json::Object{{"model", "b"}}).Canonical());
}

}  // namespace
}  // namespace cupel::application::assess
