// SPDX-License-Identifier: Apache-2.0
// The checks run on a small network; what they must say of methods is known.
#include "cupel/algorithm/explain/checks.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/small_network_for_test.h"
#include "cupel/base/file.h"
#include "cupel/data/dataset/blob.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using check::CheckResult;
using check::Metric;
using cupel::testing::HasError;
using ::testing::HasSubstr;

class ExplainChecksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    classifier_ = SmallClassifier(SmallGraph()).value();
    data::dataset::MemoryData data;
    data.info.name = "drawn";
    data.info.sample_shape = {1, 8, 8};
    data.info.class_names = {"a", "b", "c"};
    for (std::uint64_t i = 0; i < 12; ++i) {
      const std::vector<float> x = SmallPicture(i);
      data.features.insert(data.features.end(), x.begin(), x.end());
      data.labels.push_back(0);
    }
    data_ = MakeMemoryDataset(std::move(data)).value();
  }

  Result<CheckResult> Run(const check::Check& check, const Json& parameters, int workers = 1) {
    check::Context context;
    context.model = classifier_.get();
    context.data = data_.get();
    context.seed = 4;
    context.workers = workers;
    CUPEL_TRY(context.parameters, check::Parameters::Create(check.description(), parameters));
    return check.Run(context);
  }

  static double Value(const CheckResult& result, std::string_view name) {
    const Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? std::nan("") : metric->value;
  }

  std::unique_ptr<executor::Classifier> classifier_;
  std::unique_ptr<data::dataset::Dataset> data_;
};

const check::Check* const kChecks[] = {&SanityCheck(),        &CompletenessCheck(), &RemovalCheck(),
                                       &StabilityCheck(),     &PlantedCueCheck(),   &LocalisationCheck(),
                                       &CounterfactualCheck()};

TEST_F(ExplainChecksTest, DescribeThemselves) {
  for (const check::Check* check : kChecks) {
    const check::Description& description = check->description();
    EXPECT_TRUE(check::Parameters::Create(description, Json::Object{}).has_value()) << description.id;
    EXPECT_TRUE(description.id.starts_with("explain."));
    EXPECT_EQ(description.requirements, std::vector<std::string>{"A6"});
    EXPECT_FALSE(description.source.empty() || description.title.zh.empty());
  }
}

TEST_F(ExplainChecksTest, GiveTheSameBytesOnOneAndTwoWorkers) {
  for (const check::Check* check : kChecks) {
    CUPEL_ASSERT_OK(const CheckResult one, Run(*check, Json::Object{{"samples", 6}}, 1));
    CUPEL_ASSERT_OK(const CheckResult two, Run(*check, Json::Object{{"samples", 6}}, 2));
    EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(two, check::ArtifactBytes::kInline))
        << check->description().id;
    for (const Metric& metric : one.metrics) EXPECT_TRUE(std::isfinite(metric.value)) << metric.name;
  }
}

TEST_F(ExplainChecksTest, CompletenessTellsWhoPromisesAndWhoKeeps) {
  CUPEL_ASSERT_OK(const CheckResult result, Run(CompletenessCheck(), Json::Object{{"samples", 0}}));
  EXPECT_EQ(Value(result, "complete.deeplift"), 1);
  EXPECT_EQ(Value(result, "complete.kernel-shap"), 1);
  EXPECT_EQ(Value(result, "complete.integrated-gradients"), 1);
  EXPECT_LE(Value(result, "completeness_error.integrated-gradients"), 0.01);
  EXPECT_LE(Value(result, "evaluations.integrated-gradients"), 20);
  EXPECT_GT(Value(result, "completeness_error.input-x-gradient"), 0.05);
  EXPECT_EQ(Value(result, "evaluations.input-x-gradient"), 1);
  ASSERT_EQ(result.figures.size(), 1U);
  EXPECT_EQ(result.figures[0]["columns"].AsArray().size(), 5U);
}

TEST_F(ExplainChecksTest, AnAnswerThatBrokeItsAxiomIsNotShown) {
  const Json parameters = Json::Object{{"methods", Json::Array{"integrated-gradients"}}, {"max_points", 8}};
  CUPEL_ASSERT_OK(const CheckResult result, Run(CompletenessCheck(), parameters));
  const Metric& complete = *check::FindMetric(result.metrics, "complete.integrated-gradients");
  ASSERT_LT(*complete.count, 12);
  ASSERT_EQ(result.notes.size(), 1U);
  EXPECT_THAT(result.notes[0].en, HasSubstr("broke its promise"));
  std::int64_t withheld = 0;
  for (const Json& row : result.figures[0]["rows"].AsArray()) {
    const Json& caption = row["cells"].AsArray()[1]["caption"];
    if (caption.IsNull()) continue;
    EXPECT_THAT(caption["en"].AsString(), HasSubstr("withheld"));
    ++withheld;
  }
  EXPECT_GT(withheld, 0);
}

TEST_F(ExplainChecksTest, RefuseAMethodThatIsNamedTwiceOrUnknown) {
  EXPECT_THAT(Run(CompletenessCheck(), Json::Object{{"methods", Json::Array{"deeplift", "deeplift"}}}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(Run(CompletenessCheck(), Json::Object{{"methods", Json::Array{"deeplft"}}}),
              HasError(ErrorCode::kInvalidArgument));
}

TEST_F(ExplainChecksTest, SanityFollowsTheWeightsToTheEnd) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  Run(SanityCheck(), Json::Object{{"samples", 0}, {"cascade", 3}, {"limit", 0.5}}));
  for (const char* id : {"saliency", "input-x-gradient", "deeplift", "integrated-gradients"})
    EXPECT_LT(std::abs(Value(result, std::string("correlation.") + id)), 0.7) << id;
  ASSERT_EQ(result.figures.size(), 2U);
  EXPECT_EQ(result.figures[0]["series"].AsArray()[0]["y"].AsArray().size(), 4U);  // The original and 3.
  // A limit of 0 refuses everything: no map is shown, every refusal is said.
  CUPEL_ASSERT_OK(const CheckResult strict, Run(SanityCheck(), Json::Object{{"samples", 4}, {"limit", 0.0}}));
  EXPECT_EQ(Value(strict, "accepted"), 0);
  EXPECT_EQ(strict.notes.size(), 5U);
  for (const Json& row : strict.figures[1]["rows"].AsArray()) {
    for (std::size_t cell = 1; cell < row["cells"].AsArray().size(); ++cell)
      EXPECT_THAT(row["cells"].AsArray()[cell]["caption"]["en"].AsString(), HasSubstr("refused"));
  }
}

TEST_F(ExplainChecksTest, RemovalComparesWithRandomAndEdges) {
  CUPEL_ASSERT_OK(const CheckResult result, Run(RemovalCheck(), Json::Object{{"samples", 0}, {"stages", 8}}));
  EXPECT_EQ(result.metrics.size(), 5U * 6);
  EXPECT_GT(Value(result, "deletion_gap.integrated-gradients"), 0);
  EXPECT_GT(Value(result, "insertion_gap.integrated-gradients"), 0);
  EXPECT_GT(Value(result, "deletion_gap_edge.integrated-gradients"), 0);
  for (const Metric& metric : result.metrics) EXPECT_TRUE(metric.interval.has_value()) << metric.name;
}

TEST_F(ExplainChecksTest, ThePlantedCauseIsShownByGradientsAndNotByTheControl) {
  CUPEL_ASSERT_OK(const CheckResult result, Run(PlantedCueCheck(), Json::Object{{"samples", 0}}));
  EXPECT_EQ(Value(result, "cue_effect"), 1);
  for (const char* id : {"input-x-gradient", "integrated-gradients", "deeplift"}) {
    EXPECT_GT(Value(result, std::string("cue_mass.") + id), 0.6) << id;
    EXPECT_GT(Value(result, std::string("cue_mass_gap.") + id), 0.2) << id;
  }
}

TEST_F(ExplainChecksTest, LocalisationReadsMasksByOriginalIndex) {
  CUPEL_ASSERT_OK(const CheckResult without, Run(LocalisationCheck(), Json::Object{}));
  EXPECT_TRUE(without.not_applicable.has_value());
  const cupel::testing::ScratchFolder folder;
  std::string npy("\x93NUMPY\x01\x00", 8);
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (12, 8, 8), }";
  header.resize(117, ' ');
  header += '\n';
  npy += static_cast<char>(header.size());
  npy += '\0';
  npy += header;
  for (int sample = 0; sample < 12; ++sample)  // All of the first six, the upper half of the others.
    npy += std::string(32, '\1') + std::string(32, sample < 6 ? '\1' : '\0');
  const std::filesystem::path path = folder / "masks.npy";
  ASSERT_TRUE(WriteFileAtomic(path, npy).has_value());
  CUPEL_ASSERT_OK(const data::dataset::LoadedFile file, data::dataset::LoadFile(path, {}));
  Json parameters = Json::Object{
      {"methods", Json::Array{"saliency"}}, {"masks", path.string()}, {"masks_sha256", file.digest.Hex()}};
  CUPEL_ASSERT_OK(const CheckResult all, Run(LocalisationCheck(), parameters));
  EXPECT_DOUBLE_EQ(Value(all, "mask_area"), 0.75);
  EXPECT_LT(Value(all, "relevance_mass.saliency"), 1);
  parameters["samples"] = 6;
  CUPEL_ASSERT_OK(const CheckResult whole, Run(LocalisationCheck(), parameters));
  EXPECT_NEAR(Value(whole, "relevance_mass.saliency"), 1, 1e-12);
  EXPECT_EQ(Value(whole, "pointing.saliency"), 1);
  parameters["masks_sha256"] = std::string(64, '0');
  EXPECT_THAT(Run(LocalisationCheck(), parameters), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(ExplainChecksTest, CounterfactualsAreForTables) {
  CUPEL_ASSERT_OK(const CheckResult result, Run(CounterfactualCheck(), Json::Object{}));
  EXPECT_TRUE(result.not_applicable.has_value());
}

// Rows of three features of which the first two decide: x0 + x1 > 0.
TEST(CounterfactualCheckTest, MeasuresValidityProximitySparsityAndActionability) {
  executor::ClassifierOptions options;
  options.sample_shape = {3};
  const auto classifier =
      executor::Classifier::Create(
          graph::MakeGraph({"N", "3"}, {graph::MakeNode("Gemm", {"x", "w"}, {"y"})},
                           {{"w", graph::TensorValue::FromFloats({3, 2}, {0, 1, 0, 1, 0, 0})}}),
          options)
          .value();
  data::dataset::MemoryData data;
  data.info.name = "rows";
  data.info.sample_shape = {3};
  data.info.box_low = -1;
  ReproducibleStream stream(1, "rows");
  for (int row = 0; row < 80; ++row) {
    for (int i = 0; i < 3; ++i) data.features.push_back(stream.Uniform(-1, 1));
    data.labels.push_back(row % 2);
  }
  const auto dataset = MakeMemoryDataset(std::move(data)).value();
  check::Context context;
  context.model = classifier.get();
  context.data = dataset.get();
  context.parameters = check::Parameters::Create(CounterfactualCheck().description(),
                                                 Json::Object{{"fixed", Json::Array{1.0, 2.0}}})
                           .value();
  CUPEL_ASSERT_OK(const CheckResult result, CounterfactualCheck().Run(context));
  const auto value = [&](std::string_view name) { return check::FindMetric(result.metrics, name)->value; };
  EXPECT_EQ(value("validity"), 1);
  EXPECT_LE(value("sparsity"), 2);  // The third feature never changes.
  EXPECT_EQ(value("sparsity_actionable"), 1);
  EXPECT_GT(value("actionability"), 0);
  EXPECT_LE(value("proximity"), value("proximity_actionable") + 0.5);
  context.parameters = check::Parameters::Create(CounterfactualCheck().description(),
                                                 Json::Object{{"fixed", Json::Array{3.0}}})
                           .value();
  EXPECT_THAT(CounterfactualCheck().Run(context), HasError(ErrorCode::kInvalidArgument, HasSubstr("fixed")));
}

}  // namespace
}  // namespace cupel::algorithm::explain
