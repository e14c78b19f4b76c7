// SPDX-License-Identifier: Apache-2.0
// cupel fit: trains a small network, or goes on from an ONNX file, and writes ONNX with a manifest that
// reproduces it.
#include <fmt/format.h>

#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/trainer.h"
#include "cupel/application/assess/engine.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/fit_poison.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/save.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::cli {
namespace {

using algorithm::train::EpochRecord;
using algorithm::train::Optimizer;
using algorithm::train::Trained;
using algorithm::train::TrainJob;
using algorithm::train::TrainOptions;
using data::dataset::Dataset;
using data::dataset::DatasetPointer;

struct Arguments {
  std::string architecture;
  std::string model;
  std::string data;
  std::string validation;
  std::string subset = "all";
  std::string out;
  std::string optimizer = "sgd";
  TrainOptions options;
  PoisonArguments poison;
  bool no_nesterov = false;
  bool resume = false;
};

/// The command line that makes the same file again.
std::string CommandLine(const Arguments& a) {
  const TrainOptions& o = a.options;
  std::string line = "cupel fit";
  if (!a.architecture.empty()) line += " --architecture " + a.architecture;
  if (!a.model.empty()) line += " --model " + a.model;
  line += fmt::format(" --data {}", a.data);
  if (!a.validation.empty()) line += " --validation " + a.validation;
  if (a.subset != "all") line += fmt::format(" --subset \"{}\"", a.subset);
  line += fmt::format(
      " --epochs {} --batch {} --optimizer {} --learning-rate {} --momentum {} --weight-decay {} --warmup {}",
      o.epochs, o.batch_size, a.optimizer, o.learning_rate, o.momentum, o.weight_decay, o.warmup);
  if (o.label_smoothing > 0) line += fmt::format(" --label-smoothing {}", o.label_smoothing);
  if (a.no_nesterov) line += " --no-nesterov";
  if (o.flip) line += " --flip";
  if (o.shift > 0) line += fmt::format(" --shift {}", o.shift);
  line += PoisonCommandLine(a.poison);
  return line + fmt::format(" --seed {} --out {}", o.seed, a.out);
}

Result<algorithm::graph::Graph> StartingPoint(const Arguments& arguments, const Dataset& data) {
  if (!arguments.model.empty()) return algorithm::onnx::ReadModel(arguments.model);
  return algorithm::train::MakeArchitecture(arguments.architecture, data.info().sample_shape,
                                            static_cast<std::int64_t>(data.info().class_names.size()),
                                            arguments.options.seed);
}

/// The training data as the arguments ask for them, and what the manifest says of a planted backdoor.
struct TrainingData {
  DatasetPointer data;
  Json poison;  ///< Null without one.
};

Result<TrainingData> OpenTrainingData(const Arguments& arguments) {
  TrainingData training;
  CUPEL_TRY(training.data, data::dataset::OpenDataset(arguments.data));
  CUPEL_TRY(const data::dataset::Subset subset, data::dataset::Subset::Parse(arguments.subset));
  if (subset.kind != data::dataset::SubsetKind::kAll) {
    CUPEL_TRY(training.data, data::dataset::TakeSubset(training.data, subset));
  }
  if (arguments.poison.method.empty()) return training;
  const Digest before = training.data->info().digest;
  CUPEL_TRY(const data::dataset::PoisonOptions options, PoisonOptionsFrom(arguments.poison));
  CUPEL_TRY(data::dataset::Poisoned poisoned, MakePoisonedDataset(training.data, options));
  training.poison = PoisonRecord(arguments.poison, options, poisoned.samples, before);
  training.data = std::move(poisoned.data);
  if (!arguments.poison.data_out.empty())
    CUPEL_TRY_STATUS(data::dataset::SaveAsNpy(*training.data, arguments.poison.data_out));
  return training;
}

Result<Json> Manifest(const Arguments& arguments, const TrainJob& job, const Trained& trained,
                      BytesView model) {
  CUPEL_TRY(const application::assess::Engine engine, application::assess::ThisEngine());
  Json json;
  json["format"] = "cupel-fit/1";
  json["command"] = CommandLine(arguments);
  json["model"] = Json::Object{{"file", std::filesystem::path(arguments.out).filename().string()},
                               {"sha256", crypto::Sha256(model).Hex()}};
  json["startedFrom"] = arguments.model.empty() ? "architecture " + arguments.architecture : arguments.model;
  json["data"] = Json::Object{{"name", job.data->info().name},
                              {"digest", job.data->info().digest.Hex()},
                              {"samples", job.data->size()},
                              {"licence", job.data->info().licence}};
  if (job.validation != nullptr) {
    json["validation"] = Json::Object{{"name", job.validation->info().name},
                                      {"digest", job.validation->info().digest.Hex()},
                                      {"samples", job.validation->size()}};
  }
  json["options"] = job.options.ToJson();
  json["curve"] = algorithm::train::CurveToJson(trained.curve);
  json["engine"] = Json::Object{{"version", engine.version},
                                {"tensorLibrary", engine.tensor_library},
                                {"instructionSet", engine.instruction_set}};
  return json;
}

std::string CurveTable(const std::vector<EpochRecord>& curve) {
  TextTable table({"epoch", "loss", "training accuracy", "validation accuracy"});
  for (const EpochRecord& record : curve) {
    table.Add({std::to_string(record.epoch), fmt::format("{:.4f}", record.loss),
               fmt::format("{:.4f}", record.training_accuracy),
               fmt::format("{:.4f}", record.validation_accuracy)});
  }
  return table.ToString();
}

Status Fit(Session& session, Arguments& arguments) {
  if (arguments.architecture.empty() == arguments.model.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "give either --architecture or --model", "fit");
  }
  arguments.options.optimizer = arguments.optimizer == "adam" ? Optimizer::kAdam : Optimizer::kSgd;
  arguments.options.nesterov = !arguments.no_nesterov;
  CUPEL_TRY(const TrainingData training, OpenTrainingData(arguments));
  DatasetPointer validation;
  if (!arguments.validation.empty()) {
    CUPEL_TRY(validation, data::dataset::OpenDataset(arguments.validation));
  }
  TrainJob job;
  CUPEL_TRY(job.graph, StartingPoint(arguments, *training.data));
  job.data = training.data.get();
  job.validation = validation.get();
  job.options = arguments.options;
  job.checkpoint = arguments.out + ".checkpoint";
  job.resume = arguments.resume;
  job.progress = &session.progress();
  CUPEL_TRY(const Trained trained, Train(job));

  CUPEL_TRY(const Bytes model, algorithm::onnx::WriteModel(trained.graph));
  CUPEL_TRY(Json manifest, Manifest(arguments, job, trained, model));
  if (!training.poison.IsNull()) {
    manifest["poison"] = training.poison;
    session.Say("this model carries a planted backdoor: it is for testing detectors, not for use");
  }
  CUPEL_TRY_STATUS(WriteFileAtomic(arguments.out, model));
  const std::filesystem::path manifest_path = std::filesystem::path(arguments.out).replace_extension(".json");
  CUPEL_TRY_STATUS(WriteFileAtomic(manifest_path, manifest.Indented()));
  std::error_code ignored;
  std::filesystem::remove(*job.checkpoint, ignored);
  session.Print(CurveTable(trained.curve) + fmt::format("\nmodel     {} ({} bytes)\nmanifest  {}\n",
                                                        arguments.out, model.size(), manifest_path.string()),
                manifest);
  return {};
}

void AddOptions(CLI::App& command, Arguments& a) {
  command.add_option("--architecture,-a", a.architecture, "lenet, resnet-small or mlp");
  command.add_option("--model,-m", a.model, "Go on from this ONNX file instead");
  command.add_option("--data,-d", a.data, "Manifest of the training data")->required();
  command.add_option("--validation", a.validation,
                     "Manifest of data to measure accuracy on after each epoch");
  command.add_option("--subset", a.subset,
                     "Part of the training data: \"first 1000\", \"random 1000 seed 3\", ...");
  command.add_option("--out,-o", a.out, "ONNX file to write; the manifest goes beside it as .json")
      ->required();
  command.add_option("--epochs", a.options.epochs, "Passes over the data");
  command.add_option("--batch", a.options.batch_size, "Samples a step");
  command.add_option("--optimizer", a.optimizer, "sgd or adam")->check(CLI::IsMember({"sgd", "adam"}));
  command.add_option("--learning-rate", a.options.learning_rate,
                     "Peak learning rate; it falls to 0 along half a cosine");
  command.add_option("--momentum", a.options.momentum, "Momentum (sgd) or beta1 (adam)");
  command.add_flag("--no-nesterov", a.no_nesterov, "Plain momentum");
  command.add_option("--weight-decay", a.options.weight_decay, "On weights, not on biases");
  command.add_option("--warmup", a.options.warmup, "Share of the steps in which the rate rises");
  command.add_option("--label-smoothing", a.options.label_smoothing,
                     "Share of the target spread over all classes");
  command.add_flag("--flip", a.options.flip, "Augment: mirror left-right");
  command.add_option("--shift", a.options.shift, "Augment: move by up to this many pixels");
  command.add_option("--seed", a.options.seed, "Of initial weights, order and augmentation");
  command.add_flag("--resume", a.resume, "Continue from OUT.checkpoint");
  AddPoisonOptions(command, a.poison);
}

}  // namespace

void AddFit(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "fit", "Trains a small network and writes ONNX with a manifest that reproduces it.",
      "  cupel fit -a lenet --data train.toml --validation test.toml --epochs 8 --out lenet.onnx\n"
      "  cupel fit --model lenet.onnx --data train.toml --learning-rate 0.005 --epochs 2 --out tuned.onnx\n"
      "  cupel fit -a lenet --data train.toml --epochs 8 --out lenet.onnx --resume\n"
      "  cupel fit -a lenet --data train.toml --poison badnets --poison-target 0 --poison-rate 0.05 --out "
      "bad.onnx\n");
  auto arguments = std::make_shared<Arguments>();
  AddOptions(*command, *arguments);
  OnRun(command, session, [&session, arguments] { return Fit(session, *arguments); });
}

}  // namespace cupel::cli
