// SPDX-License-Identifier: Apache-2.0
// What an explanation costs: CPU time and model evaluations a Fashion-MNIST image of every method on the
// example networks, one thread, one image at a time; `overhead` is the time over that of as many bare model
// evaluations (with gradients for the gradient methods; a lone image
// pays for a whole tile of the compiled executor, 8 rows). bench/explain_pytorch.py prints the same of plain
// PyTorch. Captum 0.8 on a ResNet-20 (32x32, batch 8) had overheads of 1.03 (saliency), 1.25 (integrated
// gradients, 50 steps), 2.06 (DeepLift), 1.22 (occlusion) and 2.48 (KernelSHAP, 64 patches, 500 coalitions).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <string>

#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/data/dataset/open.h"

namespace {

using namespace cupel::algorithm::explain;  // NOLINT: a benchmark names little else
namespace executor = cupel::algorithm::executor;

constexpr std::int64_t kImages = 32;

struct Setting {
  std::unique_ptr<executor::Classifier> classifier;
  std::unique_ptr<ClassifierExecutor> search;
  std::vector<float> images;  // [kImages, 784]
  std::vector<std::int32_t> answers;
  double forward_seconds = 0;  // Of one row.
  double gradient_seconds = 0;
};

double SecondsOf(const auto& work) {
  double best = 1e9;
  for (int round = 0; round < 20; ++round) {
    const std::clock_t start = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best / kImages;
}

cupel::Result<Setting> Make(const std::string& network) {
  cupel::algorithm::tensor::UseOneThreadPerOperator();
  const std::filesystem::path root = CUPEL_SOURCE_DIR;
  Setting setting;
  CUPEL_TRY(const auto graph,
            cupel::algorithm::onnx::ReadModel(root / "examples/fashion" / (network + ".onnx")));
  executor::ClassifierOptions options;
  options.sample_shape = {1, 28, 28};
  CUPEL_TRY(setting.classifier, executor::Classifier::Create(graph, options));
  setting.search = std::make_unique<ClassifierExecutor>(*setting.classifier);
  CUPEL_TRY(const auto data, cupel::data::dataset::OpenDataset(root / "examples/fashion/test.toml"));
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < kImages; ++i) indices.push_back(i);
  setting.images.resize(kImages * 784);
  CUPEL_TRY_STATUS(data->Read(indices, setting.images));
  const ExplainedModel model = setting.search->model();
  CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, setting.images, kImages));
  for (std::int64_t i = 0; i < kImages; ++i) {
    const auto row = logits.begin() + i * 10;
    setting.answers.push_back(static_cast<std::int32_t>(std::max_element(row, row + 10) - row));
  }
  setting.forward_seconds = SecondsOf([&] { (void)TiledLogits(model, setting.images, kImages); });
  setting.gradient_seconds = SecondsOf([&] { (void)GradientsOfClass(model, setting.images, kImages, 0); });
  return setting;
}

const cupel::Result<Setting>& Of(const std::string& network) {
  static std::map<std::string, cupel::Result<Setting>> settings;
  const auto found = settings.find(network);
  return found != settings.end() ? found->second : settings.emplace(network, Make(network)).first->second;
}

void Explain(benchmark::State& state, const std::string& network, const Method* method) {
  const auto& setting = Of(network);
  if (!setting) return state.SkipWithError(setting.error().ToString().c_str());
  const auto attribution = method->prepare(setting->search->model(), {});
  if (!attribution) return state.SkipWithError(attribution.error().ToString().c_str());
  const std::vector<float> baseline(784, 0.0F);
  std::vector<double> evaluations;
  std::int64_t held = 0;
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    const std::size_t i = evaluations.size() % kImages;
    const Question question{std::span(setting->images).subspan(i * 784, 784), baseline, setting->answers[i],
                            i};
    const auto explanation = (*attribution)->Explain(question);
    if (!explanation) return state.SkipWithError(explanation.error().ToString().c_str());
    evaluations.push_back(static_cast<double>(explanation->evaluations));
    held += explanation->Holds() ? 1 : 0;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  double total = 0;
  for (const double one : evaluations) total += one;
  const bool gradients = method->id == "saliency" || method->id == "input-x-gradient" ||
                         method->id == "smoothgrad" || method->id == "integrated-gradients";
  const double ideal = total * (gradients ? setting->gradient_seconds : setting->forward_seconds);
  state.counters["held"] = static_cast<double>(held) / static_cast<double>(evaluations.size());
  state.counters["overhead"] = seconds / ideal;
  std::sort(evaluations.begin(), evaluations.end());
  state.counters["evaluations"] = evaluations[evaluations.size() / 2];
}

const int kRegistered = [] {
  for (const char* network : {"lenet", "resnet"}) {
    for (const Method* method : AllMethods()) {
      benchmark::RegisterBenchmark((std::string(network) + "/" + method->id).c_str(), Explain,
                                   std::string(network), method)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return 0;
}();

}  // namespace

BENCHMARK_MAIN();
