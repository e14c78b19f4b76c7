// SPDX-License-Identifier: Apache-2.0
// The example models on Fashion-MNIST: certificates hold against random points and a gradient attack, are not
// trivial, and cost what the header says. CUPEL_CERTIFY_SAMPLES=100 measures more samples than the test
// needs.
#include <cstdio>
#include <cstdlib>

#include "cupel/algorithm/certify/network_for_test.h"
#include "cupel/algorithm/inspect/objective.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/clock.h"
#include "cupel/data/dataset/open.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using inspect::Norm;

const std::filesystem::path kExamples = std::filesystem::path(CUPEL_SOURCE_DIR) / "examples/fashion";
const std::filesystem::path kData = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";

struct Loaded {
  std::unique_ptr<executor::Classifier> model;
  std::unique_ptr<data::dataset::Dataset> data;
};

Loaded Load(const char* model) {
  Loaded loaded;
  loaded.model =
      executor::Classifier::Create(onnx::ReadModel(kExamples / model).value(), OptionsFor({1, 28, 28}))
          .value();
  loaded.data = data::dataset::OpenDataset(kExamples / "test.toml").value();
  return loaded;
}

// Climbs the margin for a few signed steps: the strongest cheap thing that could contradict a certificate.
double AttackedMargin(const Loaded& loaded, const std::vector<float>& x, std::int32_t label, double epsilon) {
  std::vector<float> point = x;
  double worst = -std::numeric_limits<double>::infinity();
  for (int step = 0; step < 10; ++step) {
    const auto input = tensor::FromFloats(point, {1, 1, 28, 28});
    const std::vector<float> exact = tensor::ToFloats(loaded.model->ExactLogits(input).value());
    worst = std::max(worst, inspect::Margin(exact, label));
    const auto pass = loaded.model->LogitsGradient(input, [&](const tensor::Tensor& logits) {
      std::vector<float> gradient(static_cast<std::size_t>(logits.numel()));
      inspect::LossGradient(inspect::Loss::kMargin, tensor::ToFloats(logits), label, gradient);
      return tensor::FromFloats(gradient, {1, logits.size(1)});
    });
    const std::vector<float> gradient = tensor::ToFloats(pass.value().input_gradient);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double offset = double{point[i]} - x[i] +
                            epsilon / 3 *
                                (gradient[i] > 0   ? 1
                                 : gradient[i] < 0 ? -1
                                                   : 0);
      point[i] = std::clamp(inspect::RoundInward(x[i], std::clamp(offset, -epsilon, epsilon)), 0.0F, 1.0F);
    }
  }
  return worst;
}

struct Tally {
  int right = 0;
  int certified = 0;
  int unbroken = 0;
  double seconds = 0;
};

Tally CertifyFirst(const Loaded& loaded, int samples, const inspect::ThreatModel& threat, BoundMethod method,
                   bool attack) {
  const Certifier certifier = Certifier::Create(*loaded.model).value();
  Tally tally;
  std::vector<float> x(784);
  for (std::int64_t i = 0; i < samples; ++i) {
    EXPECT_TRUE(loaded.data->Read({&i, 1}, x).has_value());
    const std::int32_t label = loaded.data->labels()[static_cast<std::size_t>(i)];
    const std::vector<float> z =
        tensor::ToFloats(loaded.model->ExactLogits(tensor::FromFloats(x, {1, 1, 28, 28})).value());
    if (inspect::PredictedClass(z) != label) continue;
    ++tally.right;
    const double start = SystemClock().CpuSeconds();
    const Certificate found = certifier.Certify(threat, x, label, method).value();
    tally.seconds += SystemClock().CpuSeconds() - start;
    tally.certified += found.certified;
    EXPECT_LE(found.margin, -inspect::Margin(z, label)) << "sample " << i;
    if (!attack) continue;
    const double broken = AttackedMargin(loaded, x, label, threat.epsilon);
    tally.unbroken += broken <= 0;
    // The bracket, margin against margin.
    EXPECT_LE(found.margin, -broken) << "sample " << i;
  }
  std::printf(
      "%s epsilon %.5f %s: %d samples, %d right, %d certified, %d unbroken, %.3f CPU s a certificate\n",
      std::string(NormName(threat.norm)).c_str(), threat.epsilon,
      std::string(BoundMethodName(method)).c_str(), samples, tally.right, tally.certified, tally.unbroken,
      tally.seconds / std::max(tally.right, 1));
  return tally;
}

int Samples(int fallback) {
  const char* wanted = std::getenv("CUPEL_CERTIFY_SAMPLES");
  return wanted == nullptr ? fallback : std::atoi(wanted);
}

class ExampleModels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kData)) GTEST_SKIP() << "needs Debian's dataset-fashion-mnist";
    tensor::UseOneThreadPerOperator();
  }
};

TEST_F(ExampleModels, LenetHasCertificatesThatHoldAndTighterMethodsHaveMore) {
  const Loaded loaded = Load("lenet.onnx");
  const int samples = Samples(20);
  for (const double units : {0.5, 1.0, 2.0}) {
    const inspect::ThreatModel threat{.norm = Norm::kLinf, .epsilon = units / 255};
    const Tally ibp = CertifyFirst(loaded, samples, threat, BoundMethod::kIbp, false);
    const Tally mixed = CertifyFirst(loaded, samples, threat, BoundMethod::kCrownIbp, false);
    const Tally crown = CertifyFirst(loaded, samples, threat, BoundMethod::kCrown, true);
    EXPECT_LE(ibp.certified, mixed.certified);
    EXPECT_LE(mixed.certified, crown.certified);
    EXPECT_LE(crown.certified, crown.unbroken);
    if (units == 0.5) {
      EXPECT_GT(crown.certified, samples / 4);
    }
  }
  // Inside the smallest of the Linf balls above.
  const Tally l2 = CertifyFirst(loaded, samples / 2, {.norm = Norm::kL2, .epsilon = 0.5 / 255},
                                BoundMethod::kCrown, false);
  EXPECT_GT(l2.certified, samples / 8);
}

TEST_F(ExampleModels, ResnetIsCompiledAndBounded) {
  const Loaded loaded = Load("resnet.onnx");
  const int samples = Samples(6);
  const inspect::ThreatModel threat{.norm = Norm::kLinf, .epsilon = 0.1 / 255};
  const Tally ibp = CertifyFirst(loaded, samples, threat, BoundMethod::kIbp, false);
  const Tally mixed = CertifyFirst(loaded, samples, threat, BoundMethod::kCrownIbp, true);
  EXPECT_LE(ibp.certified, mixed.certified);
  const Tally crown = CertifyFirst(loaded, 1, threat, BoundMethod::kCrown, true);
  EXPECT_LE(crown.certified, crown.unbroken);
}

}  // namespace
}  // namespace cupel::algorithm::certify
