// SPDX-License-Identifier: Apache-2.0
// FGSM and PGD against the figures of public attack libraries on the same two Fashion-MNIST networks.
//
// Figures: torchattacks 3.5.1, Foolbox 3.3.4 and ART 1.20.1 on PyTorch 1.13, first N images of the test file,
// no normalisation, Linf, step eps/4, one uniform random start. They return the last iterate; Cupel counts
// success at any iterate, so PGD may break more and must lie in the 95 % binomial interval. FGSM has no
// randomness and must agree. Evaluation counts: a reference implementation with an active set and the same
// cycle rule.
#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/inspect/checks.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"
#include "shared_networks_for_test.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;

struct Case {
  std::string model;
  std::int64_t images;
  double epsilon;
  int steps = 0;  // 0: FGSM
};

Result<CheckResult> RunCase(const Case& what, const data::dataset::Dataset& data, int workers = 1,
                            bool cycle_stop = true) {
  Json given;
  given["epsilons"] = Json::Array{what.epsilon};
  if (what.steps > 0) {
    given["steps"] = what.steps;
    given["cycle_stop"] = cycle_stop;
  }
  return RunOn(what.model, what.steps == 0 ? FgsmCheck() : PgdCheck(), given, data, workers);
}

class AttackAgreement : public OnSharedNetworks {
 protected:
  // `reference` of n images, as a share; the binomial interval is Clopper-Pearson around it.
  static void ExpectWithinInterval(const CheckResult& result, double reference, std::int64_t n) {
    const auto interval = stats::ClopperPearson(std::llround(reference * static_cast<double>(n)), n, 0.95);
    EXPECT_GE(Value(result, "robust_accuracy"), interval.low);
    EXPECT_LE(Value(result, "robust_accuracy"), interval.high);
  }
};

TEST_F(AttackAgreement, FgsmEqualsThreeLibraries) {
  CUPEL_ASSERT_OK(const CheckResult cnn, RunCase({"cnn.onnx", 1000, 0.1}, *Images(1000)));
  EXPECT_NEAR(Value(cnn, "clean_accuracy"), 0.882, 1e-9);
  EXPECT_NEAR(Value(cnn, "robust_accuracy"), 0.192, 0.002);
  CUPEL_ASSERT_OK(const CheckResult resnet, RunCase({"resnet.onnx", 1000, 8.0 / 255}, *Images(1000)));
  EXPECT_NEAR(Value(resnet, "clean_accuracy"), 0.866, 1e-9);
  EXPECT_NEAR(Value(resnet, "robust_accuracy"), 0.460, 0.002);
}

TEST_F(AttackAgreement, Pgd20AgreesOnTheCnn) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"cnn.onnx", 1000, 0.1, 20}, *Images(1000)));
  ExpectWithinInterval(result, 0.109, 1000);
}

TEST_F(AttackAgreement, Pgd20AgreesOnTheResnet) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"resnet.onnx", 500, 8.0 / 255, 20}, *Images(500)));
  ExpectWithinInterval(result, 0.336, 500);
}

TEST_F(AttackAgreement, Pgd100SpendsTheCountedGradientEvaluationsOnTheResnet) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"resnet.onnx", 200, 8.0 / 255, 100}, *Images(200)));
  ExpectWithinInterval(result, 0.385, 200);
  EXPECT_NEAR(Value(result, "gradient_evaluations"), 4021, 402);
}

TEST_F(AttackAgreement, Pgd100SpendsTheCountedGradientEvaluationsOnTheCnn) {
  CUPEL_ASSERT_OK(const CheckResult result, RunCase({"cnn.onnx", 500, 0.1, 100}, *Images(500)));
  ExpectWithinInterval(result, 0.098, 500);
  EXPECT_NEAR(Value(result, "gradient_evaluations"), 4439, 444);
}

TEST_F(AttackAgreement, TheCycleStopKeepsTheVerdicts) {
  const auto images = Images(100);
  CUPEL_ASSERT_OK(const CheckResult fast, RunCase({"resnet.onnx", 100, 8.0 / 255, 60}, *images));
  CUPEL_ASSERT_OK(const CheckResult plain, RunCase({"resnet.onnx", 100, 8.0 / 255, 60}, *images, 1, false));
  EXPECT_EQ(fast.witnesses, plain.witnesses);
  EXPECT_LT(Value(fast, "gradient_evaluations"), Value(plain, "gradient_evaluations"));
}

TEST_F(AttackAgreement, WorkersAndShardsGiveTheSameWitnesses) {
  const auto images = Images(300);
  const Case what{"resnet.onnx", 300, 8.0 / 255, 10};
  CUPEL_ASSERT_OK(const CheckResult one, RunCase(what, *images, 1));
  CUPEL_ASSERT_OK(const CheckResult two, RunCase(what, *images, 2));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(two, check::ArtifactBytes::kInline));
  std::map<std::int64_t, Json> of_shards;
  for (int shard = 0; shard < 2; ++shard) {
    CUPEL_ASSERT_OK(const auto part, TakeShard(images, shard, 2));
    CUPEL_ASSERT_OK(const CheckResult result, RunCase(what, *part));
    for (Json witness : result.witnesses) {
      witness["stored"] = nullptr;
      of_shards[witness["sample"].AsInteger()] = witness;
    }
  }
  ASSERT_EQ(of_shards.size(), one.witnesses.size());
  for (Json witness : one.witnesses) {
    witness["stored"] = nullptr;
    EXPECT_EQ(of_shards[witness["sample"].AsInteger()], witness);
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
