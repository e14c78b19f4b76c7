// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/trainer.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cupel/algorithm/executor/executor.h"
#include "cupel/algorithm/gradient/gradient_executor.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/algorithm/tensor/generators.h"
#include "cupel/algorithm/train/batches.h"
#include "cupel/algorithm/train/checkpoint.h"
#include "cupel/algorithm/train/optimizer.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"

namespace cupel::algorithm::train {
namespace {

using gradient::GradientExecutor;
using tensor::Tensor;

constexpr std::int64_t kEvaluationBatch = 128;

/// Running mean and variance are statistics, not parameters.
std::set<std::string> RunningStatistics(const graph::Graph& graph) {
  std::set<std::string> names;
  for (const graph::Node& node : graph.nodes) {
    if (node.op_type == "BatchNormalization" && node.inputs.size() == 5) {
      names.insert(node.inputs[3]);
      names.insert(node.inputs[4]);
    }
  }
  return names;
}

/// Everything that decides the bytes of the result.
Result<Digest> JobDigest(const TrainJob& job) {
  CUPEL_TRY(const Bytes model, onnx::WriteModel(job.graph));
  Json json;
  json["model"] = crypto::Sha256(model).Hex();
  json["data"] = job.data->info().digest.Hex();
  json["validation"] = job.validation == nullptr ? "" : job.validation->info().digest.Hex();
  json["options"] = job.options.ToJson();
  if (!job.targets.empty()) {
    json["targets"] =
        crypto::Sha256({reinterpret_cast<const std::uint8_t*>(job.targets.data()), job.targets.size_bytes()})
            .Hex();
  }
  return crypto::Sha256(AsBytes(json.Canonical()));
}

/// One running training: the weights, the optimizer's memory and what happened so far.
class Run {
 public:
  static Result<std::unique_ptr<Run>> Start(const TrainJob& job) {
    std::unique_ptr<Run> run(new Run(job));
    gradient::GradientOptions options;
    options.training = true;
    options.frozen = RunningStatistics(job.graph);
    CUPEL_TRY(run->executor_, GradientExecutor::Create(job.graph, options));
    for (const std::string& name : run->executor_->parameters()) {
      run->parameters_.push_back(run->executor_->weights().at(name));
    }
    run->state_ = InitialState(run->parameters_, job.options.optimizer);
    CUPEL_TRY(run->job_digest_, JobDigest(job));
    if (job.resume && job.checkpoint && std::filesystem::exists(*job.checkpoint)) {
      CUPEL_TRY_STATUS(run->Restore());
    }
    return run;
  }

  Result<Trained> Finish() {
    const std::int64_t batches = job_.data->size() / job_.options.batch_size;
    if (batches < 1) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("a batch has {} samples, the data only {}",
                                                           job_.options.batch_size, job_.data->size()));
    }
    job_.progress->Begin("fit", (job_.options.epochs - static_cast<std::int64_t>(curve_.size())) * batches,
                         "batches");
    const Status done = RemainingEpochs(batches);
    job_.progress->End();
    CUPEL_TRY_STATUS(done);
    return Trained{WithWeights(), curve_};
  }

 private:
  explicit Run(const TrainJob& job) : job_(job) {}

  Status RemainingEpochs(std::int64_t batches) {
    while (static_cast<int>(curve_.size()) < job_.options.epochs) {
      CUPEL_TRY_STATUS(Epoch(static_cast<int>(curve_.size()) + 1, batches));
      if (job_.checkpoint) CUPEL_TRY_STATUS(Save());
    }
    return {};
  }

  Status Epoch(int epoch, std::int64_t batches) {
    const std::vector<std::int64_t> order = EpochOrder(job_.data->size(), job_.options.seed, epoch);
    double loss_sum = 0;
    std::int64_t correct = 0;
    for (std::int64_t b = 0; b < batches; ++b) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      const auto size = static_cast<std::size_t>(job_.options.batch_size);
      const auto indices = std::span(order).subspan(static_cast<std::size_t>(b) * size, size);
      CUPEL_TRY(Batch batch, ReadBatch(*job_.data, indices, epoch, job_.options));
      if (!job_.targets.empty()) batch.targets = TargetsOf(job_.targets, job_.data->size(), indices);
      CUPEL_TRY(const double loss, Step(batch, batches * job_.options.epochs, correct));
      loss_sum += loss;
      job_.progress->Note(
          fmt::format("epoch {}/{}  loss {:.3f}  accuracy {:.3f}", epoch, job_.options.epochs,
                      loss_sum / static_cast<double>(b + 1),
                      static_cast<double>(correct) / static_cast<double>((b + 1) * job_.options.batch_size)));
      job_.progress->Advance(1);
    }
    EpochRecord record{epoch, loss_sum / static_cast<double>(batches),
                       static_cast<double>(correct) / static_cast<double>(batches * job_.options.batch_size),
                       0};
    if (job_.validation != nullptr) {
      CUPEL_TRY(record.validation_accuracy, Accuracy(WithWeights(), *job_.validation));
    }
    curve_.push_back(record);
    return {};
  }

  Result<double> Step(const Batch& batch, std::int64_t total_steps, std::int64_t& correct) {
    tensor::SeedGenerators(DropoutSeed());
    CUPEL_TRY(const std::vector<Tensor> outputs, executor_->Forward({&batch.x, 1}, gradient::Recording::kOn));
    return tensor::Translate([&]() -> Result<double> {
      CUPEL_TRY_STATUS(CheckAnswer(outputs[0], batch));
      const Tensor& wanted = batch.targets.defined() ? batch.targets : batch.labels;
      const Tensor loss =
          at::cross_entropy_loss(outputs[0], wanted, {}, 1 /* mean */, -100, job_.options.label_smoothing);
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        return Fail(ErrorCode::kInternal, "the loss is not finite", "fit", "use a smaller --learning-rate");
      }
      correct += outputs[0].detach().argmax(1).eq(batch.labels).sum().item<std::int64_t>();
      // What the loss does not depend on (a dropout's ratio, a weight of a dead node) has no gradient and
      // stays.
      const auto gradients = torch::autograd::grad({loss}, parameters_, {}, c10::nullopt, false, true);
      Update(parameters_, gradients, RateAt(state_.steps, total_steps, job_.options), job_.options, state_);
      return value;
    });
  }

  // Dropout draws anew at every step, and the same when the step is repeated after an interrupt.
  std::uint64_t DropoutSeed() const {
    return ReproducibleStream(job_.options.seed, "fit.dropout", static_cast<std::uint64_t>(state_.steps))
        .Next64();
  }

  static Status CheckAnswer(const Tensor& logits, const Batch& batch) {
    const Tensor& labels = batch.labels;
    if (logits.dim() != 2 || logits.size(0) != labels.size(0)) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("the graph must answer [{}, classes], not [{}]",
                                                           labels.size(0), fmt::join(logits.sizes(), ", ")));
    }
    if (batch.targets.defined() && batch.targets.size(1) != logits.size(1)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the graph answers {} classes, the targets have {}", logits.size(1),
                              batch.targets.size(1)));
    }
    const auto label = labels.max().item<std::int64_t>();
    if (label < logits.size(1)) return {};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("label must be in [0, {}), got {}", logits.size(1), label), "fit",
                "the data set and the model must have the same classes");
  }

  graph::Graph WithWeights() const {
    graph::Graph graph = job_.graph;
    for (const auto& [name, weight] : executor_->weights()) {
      if (weight.is_floating_point()) graph.initializers[name] = gradient::FromTensor(weight.detach());
    }
    return graph;
  }

  Status Save() const {
    Checkpoint checkpoint{job_digest_, Json(), {}};
    checkpoint.header["steps"] = state_.steps;
    checkpoint.header["curve"] = CurveToJson(curve_);
    for (const auto& [name, weight] : executor_->weights()) {
      if (weight.is_floating_point()) checkpoint.tensors["weight/" + name] = weight.detach();
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      checkpoint.tensors["first/" + executor_->parameters()[i]] = state_.first[i];
      if (!state_.second.empty())
        checkpoint.tensors["second/" + executor_->parameters()[i]] = state_.second[i];
    }
    return WriteCheckpoint(*job_.checkpoint, checkpoint);
  }

  Status Restore() {
    CUPEL_TRY(const Checkpoint checkpoint, ReadCheckpoint(*job_.checkpoint, job_digest_));
    const Status restored = tensor::Translate([&] { return RestoreFrom(checkpoint); });
    if (restored) return {};
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the checkpoint does not fit its training: {}", restored.error().message),
                job_.checkpoint->string(), "remove it to start the training anew");
  }

  Status RestoreFrom(const Checkpoint& checkpoint) {
    CUPEL_TRY(state_.steps, checkpoint.header.IntegerAt("steps"));
    CUPEL_TRY(const Json* curve, checkpoint.header.ArrayAt("curve"));
    for (const Json& json : curve->AsArray()) {
      EpochRecord record;
      CUPEL_TRY(const std::int64_t epoch, json.IntegerAt("epoch"));
      record.epoch = static_cast<int>(epoch);
      CUPEL_TRY(record.loss, json.NumberAt("loss"));
      CUPEL_TRY(record.training_accuracy, json.NumberAt("trainingAccuracy"));
      CUPEL_TRY(record.validation_accuracy, json.NumberAt("validationAccuracy"));
      curve_.push_back(record);
    }
    const auto epochs = static_cast<std::int64_t>(curve_.size());
    if (epochs > job_.options.epochs ||
        state_.steps != epochs * (job_.data->size() / job_.options.batch_size))
      return Fail(ErrorCode::kCorrupt, fmt::format("{} steps in {} epochs", state_.steps, epochs));
    const c10::AutoGradMode off(false);
    for (const auto& [name, weight] : executor_->weights()) {
      if (weight.is_floating_point()) CUPEL_TRY_STATUS(CopyInto(weight, checkpoint, "weight/" + name));
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const std::string& name = executor_->parameters()[i];
      CUPEL_TRY_STATUS(CopyInto(state_.first[i], checkpoint, "first/" + name));
      if (!state_.second.empty()) CUPEL_TRY_STATUS(CopyInto(state_.second[i], checkpoint, "second/" + name));
    }
    return {};
  }

  static Status CopyInto(const Tensor& into, const Checkpoint& checkpoint, const std::string& name) {
    const auto found = checkpoint.tensors.find(name);
    if (found == checkpoint.tensors.end() || found->second.sizes() != into.sizes())
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("no tensor {} of shape [{}]", name, fmt::join(into.sizes(), ", ")));
    into.copy_(found->second);
    return {};
  }

  const TrainJob& job_;
  Digest job_digest_;
  std::unique_ptr<GradientExecutor> executor_;
  std::vector<Tensor> parameters_;
  OptimizerState state_;
  std::vector<EpochRecord> curve_;
};

}  // namespace

Json CurveToJson(const std::vector<EpochRecord>& curve) {
  Json list = Json::Array{};
  for (const EpochRecord& record : curve) {
    list.Append(Json::Object{{"epoch", record.epoch},
                             {"loss", record.loss},
                             {"trainingAccuracy", record.training_accuracy},
                             {"validationAccuracy", record.validation_accuracy}});
  }
  return list;
}

Json TrainOptions::ToJson() const {
  Json json;
  json["epochs"] = epochs;
  json["batchSize"] = batch_size;
  json["optimizer"] = optimizer == Optimizer::kSgd ? "sgd" : "adam";
  json["learningRate"] = learning_rate;
  json["momentum"] = momentum;
  json["nesterov"] = nesterov;
  json["weightDecay"] = weight_decay;
  json["warmup"] = warmup;
  json["labelSmoothing"] = label_smoothing;
  json["flip"] = flip;
  json["shift"] = shift;
  json["seed"] = static_cast<std::int64_t>(seed);
  return json;
}

Status TrainOptions::Validate() const {
  const auto require = [](bool holds, std::string_view rule, double got) -> Status {
    if (holds) return {};
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}, got {}", rule, got), "fit");
  };
  CUPEL_TRY_STATUS(require(epochs >= 1, "epochs must be >= 1", epochs));
  CUPEL_TRY_STATUS(require(batch_size >= 2, "batch size must be >= 2", batch_size));
  CUPEL_TRY_STATUS(require(std::isfinite(learning_rate) && learning_rate > 0,
                           "learning rate must be finite and > 0", learning_rate));
  CUPEL_TRY_STATUS(require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum));
  CUPEL_TRY_STATUS(require(std::isfinite(weight_decay) && weight_decay >= 0,
                           "weight decay must be finite and >= 0", weight_decay));
  CUPEL_TRY_STATUS(require(warmup >= 0 && warmup < 1, "warm-up must be in [0, 1)", warmup));
  CUPEL_TRY_STATUS(require(label_smoothing >= 0 && label_smoothing < 1, "label smoothing must be in [0, 1)",
                           label_smoothing));
  return require(shift >= 0 && shift <= 64, "shift must be in [0, 64]", shift);
}

Result<Trained> Train(const TrainJob& job) {
  CUPEL_TRY_STATUS(job.options.Validate());
  if (!job.data->info().IsImage() && (job.options.flip || job.options.shift > 0)) {
    return Fail(ErrorCode::kInvalidArgument, "flip and shift are for images", "fit");
  }
  if (job.targets.size() % static_cast<std::size_t>(std::max<std::int64_t>(job.data->size(), 1)) != 0) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} targets are not a row for each of {} samples", job.targets.size(), job.data->size()),
        "fit");
  }
  tensor::UseOneThreadPerOperator();
  CUPEL_TRY(const std::unique_ptr<Run> run, Run::Start(job));
  return run->Finish();
}

Result<double> Accuracy(const graph::Graph& graph, const data::dataset::Dataset& data) {
  CUPEL_TRY(const auto executor, executor::MakeExecutor(graph, {}));
  const TrainOptions plain;
  std::int64_t correct = 0;
  for (std::int64_t start = 0; start < data.size(); start += kEvaluationBatch) {
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min(kEvaluationBatch, data.size() - start)));
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = start + static_cast<std::int64_t>(i);
    CUPEL_TRY(const Batch batch, ReadBatch(data, indices, 0, plain));
    CUPEL_TRY(const Tensor logits, executor->Forward(batch.x));
    CUPEL_TRY(const std::int64_t right, tensor::Translate([&] {
                return logits.argmax(1).eq(batch.labels).sum().item<std::int64_t>();
              }));
    correct += right;
  }
  return static_cast<double>(correct) / static_cast<double>(data.size());
}

}  // namespace cupel::algorithm::train
