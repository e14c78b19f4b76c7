// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/training_parameters.h"

#include "cupel/algorithm/train/untrained.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::leakage {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

namespace {

ParameterSpec Spec(std::string name, ParameterType type, Json fallback, Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace

ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high, Text meaning,
                          std::string unit) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kInteger, fallback, std::move(meaning));
  spec.low = low;
  spec.high = high;
  spec.unit = std::move(unit);
  return spec;
}

ParameterSpec RealSpec(std::string name, double fallback, double low, double high, Text meaning,
                       std::string unit) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kReal, fallback, std::move(meaning));
  spec.low = low;
  spec.high = high;
  spec.unit = std::move(unit);
  return spec;
}

ParameterSpec ChoiceSpec(std::string name, std::string fallback, std::vector<std::string> choices,
                         Text meaning) {
  ParameterSpec spec = Spec(std::move(name), ParameterType::kText, std::move(fallback), std::move(meaning));
  spec.choices = std::move(choices);
  return spec;
}

ParameterSpec BooleanSpec(std::string name, bool fallback, Text meaning) {
  return Spec(std::move(name), ParameterType::kBoolean, fallback, std::move(meaning));
}

std::vector<ParameterSpec> TrainingSpecs(std::int64_t epochs) {
  return {ChoiceSpec("architecture", std::string(train::kOwnArchitecture), train::UntrainedNames(),
                     {"Network that is trained: the model's own graph with new weights, or one by name",
                      "所训练的网络：模型自身的结构并重新初始化权重，或按名称指定"}),
          IntegerSpec("epochs", epochs, 1, 10000, {"Passes over the training data", "训练轮数"}),
          IntegerSpec("batch_size", 64, 2, 65536, {"Samples in a training step", "每个训练步的样本数"}),
          ChoiceSpec("optimizer", "sgd", {"sgd", "adam"}, {"Rule of the training steps", "优化算法"}),
          RealSpec("learning_rate", 0.05, 1e-8, 100, {"Peak learning rate", "学习率峰值"}),
          RealSpec("weight_decay", 5e-4, 0, 1, {"Weight decay", "权重衰减"}),
          BooleanSpec("train_flip", false,
                      {"Mirror images at random while training, as the model was",
                       "训练时随机镜像图像（与目标模型一致）"}),
          IntegerSpec("train_shift", 0, 0, 64,
                      {"Move images at random while training, as the model was",
                       "训练时随机平移图像（与目标模型一致）"},
                      "pixels")};
}

train::TrainOptions TrainingFrom(const check::Parameters& parameters, std::uint64_t seed) {
  train::TrainOptions options;
  options.epochs = static_cast<int>(parameters.Integer("epochs"));
  options.batch_size = static_cast<int>(parameters.Integer("batch_size"));
  options.optimizer =
      parameters.Text("optimizer") == "adam" ? train::Optimizer::kAdam : train::Optimizer::kSgd;
  options.learning_rate = parameters.Real("learning_rate");
  options.weight_decay = parameters.Real("weight_decay");
  options.flip = parameters.Boolean("train_flip");
  options.shift = static_cast<int>(parameters.Integer("train_shift"));
  options.seed = seed;
  return options;
}

std::uint64_t TrainingSeed(std::uint64_t seed, std::string_view stream, std::uint64_t index) {
  return ReproducibleStream(seed, stream, index).Next64() >> 11;
}

}  // namespace cupel::algorithm::leakage
