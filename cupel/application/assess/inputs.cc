// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/onnx/external_data_files.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/application/assess/facts.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/open.h"
#include "cupel/ledger/identity/model_identity.h"

namespace cupel::application::assess {
namespace {

using algorithm::executor::ClassifierOptions;
using algorithm::executor::Preprocessing;
using data::dataset::Dataset;
using data::dataset::DatasetPointer;
using data::dataset::Predictions;

Preprocessing ToPreprocessing(const ModelSpec& spec) {
  Preprocessing preprocessing;
  preprocessing.scale = static_cast<float>(spec.scale);
  preprocessing.mean.assign(spec.mean.begin(), spec.mean.end());
  preprocessing.std.assign(spec.std.begin(), spec.std.end());
  preprocessing.layout = spec.layout == "channels-last" ? Preprocessing::Layout::kChannelsLast
                         : spec.layout == "flat"        ? Preprocessing::Layout::kFlat
                                                        : Preprocessing::Layout::kChannelsFirst;
  return preprocessing;
}

/// Both digests that people name a model by; with external data, the files that the root covers.
Json ModelJson(const ModelSpec& spec, const ledger::identity::ModelIdentity& identity) {
  Json json;
  json["file"] = spec.file.filename().string();
  json["sha256"] = identity.file_sha256.Hex();
  json["omsRoot"] = identity.root.Hex();
  if (identity.resources.size() > 1) json["resources"] = identity.ToJson()["resources"];
  json["preprocessing"] = Json::Object{{"scale", spec.scale},
                                       {"mean", Json::ArrayOf(spec.mean)},
                                       {"std", Json::ArrayOf(spec.std)},
                                       {"layout", spec.layout},
                                       {"output", spec.output}};
  return json;
}

Json DataIdentity(const DataSpec& spec, const Dataset& dataset) {
  Json json;
  json["manifest"] = spec.manifest.filename().string();
  json["name"] = dataset.info().name;
  json["digest"] = dataset.info().digest.Hex();
  json["subset"] = spec.subset.ToString();
  json["samples"] = dataset.size();
  return json;
}

Result<DatasetPointer> OpenPart(const std::filesystem::path& manifest, const data::dataset::Subset& subset) {
  CUPEL_TRY(DatasetPointer whole, data::dataset::OpenDataset(manifest));
  if (subset.kind == data::dataset::SubsetKind::kAll) return whole;
  auto part = data::dataset::TakeSubset(std::move(whole), subset);
  if (!part) return FailAt(manifest.string(), std::move(part).error());
  return DatasetPointer(*std::move(part));
}

struct OpenedModel {
  std::unique_ptr<algorithm::executor::Classifier> classifier;
  algorithm::graph::Graph graph;  ///< As the file has it.
  ledger::identity::ModelIdentity identity;
  Json json;  ///< Of its identity.
};

Result<OpenedModel> OpenClassifier(const ModelSpec& spec, const std::filesystem::path& path,
                                   const Dataset& data, const algorithm::tensor::Device& device) {
  OpenedModel opened;
  CUPEL_TRY(opened.graph, algorithm::onnx::ReadModel(path));
  CUPEL_TRY(const auto external, algorithm::onnx::ExternalDataFiles(path));
  CUPEL_TRY(opened.identity, ledger::identity::Identify(path, external));
  ClassifierOptions options;
  options.device = device;
  options.preprocessing = ToPreprocessing(spec);
  options.sample_shape = data.info().sample_shape;
  options.output_is_probability = spec.output == "probabilities";
  auto classifier = algorithm::executor::Classifier::Create(opened.graph, options);
  if (!classifier) return FailAt(path.string(), std::move(classifier).error());
  opened.classifier = *std::move(classifier);
  opened.json = ModelJson(spec, opened.identity);
  // The same network written by another tool has other bytes; the digest of the graph, written anew, is the
  // same.
  CUPEL_TRY(const Bytes content, algorithm::onnx::WriteModel(opened.classifier->graph()));
  opened.json["content"] = Json::Object{{"sha256", crypto::Sha256(content).Hex()}};
  return opened;
}

}  // namespace

Status Inputs::OpenData(const Plan& plan) {
  if (plan.data) {
    CUPEL_TRY(data_, OpenPart(plan.Resolve(plan.data->manifest), plan.data->subset));
    identity_["data"] = DataIdentity(*plan.data, *data_);
    facts_["data"] = DataFacts(*data_);
  }
  if (plan.training_data) {
    CUPEL_TRY(training_data_,
              OpenPart(plan.Resolve(plan.training_data->manifest), plan.training_data->subset));
    identity_["trainingData"] = DataIdentity(*plan.training_data, *training_data_);
  }
  return {};
}

Status Inputs::OpenModel(const Plan& plan, const algorithm::tensor::Device& device) {
  CUPEL_TRY(OpenedModel opened, OpenClassifier(*plan.model, plan.Resolve(plan.model->file), *data_, device));
  subject_digest_ = opened.identity.file_sha256;
  subject_name_ = opened.identity.name;
  model_ = std::move(opened.classifier);
  facts_["model"] = ModelFacts(subject_name_, subject_digest_, opened.graph);
  identity_["model"] = std::move(opened.json);
  return {};
}

Status Inputs::OpenSurrogates(const Plan& plan, const algorithm::tensor::Device& device) {
  for (const SurrogateSpec& spec : plan.surrogates) {
    CUPEL_TRY(OpenedModel opened, OpenClassifier(spec.model, plan.Resolve(spec.model.file), *data_, device));
    opened.json["name"] = spec.name;
    identity_["surrogates"].Append(std::move(opened.json));
    surrogates_.push_back({spec.name, std::move(opened.classifier)});
  }
  return {};
}

std::vector<algorithm::check::NamedModel> Inputs::surrogates() const {
  std::vector<algorithm::check::NamedModel> named;
  for (const Surrogate& surrogate : surrogates_) named.push_back({surrogate.name, surrogate.model.get()});
  return named;
}

Status Inputs::OpenPredictions(const Plan& plan) {
  const std::filesystem::path path = plan.Resolve(*plan.predictions);
  CUPEL_TRY(subject_digest_, crypto::Sha256OfFile(path));
  subject_name_ = path.filename().string();
  CUPEL_TRY(Predictions predictions, data::dataset::ReadPredictionsFile(path));
  identity_["predictions"] =
      Json::Object{{"file", subject_name_}, {"sha256", subject_digest_.Hex()}, {"samples", predictions.n}};
  predictions_.emplace(data::dataset::Subset{}.ToString(), std::move(predictions));
  return {};
}

Status Inputs::CheckFit() const {
  const auto classes = static_cast<std::int64_t>(data_->info().class_names.size());
  if (model_->class_count() != classes) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the model answers {} classes, the data set has {}", model_->class_count(), classes),
        subject_name_, "name the classes in the data manifest, or check that the two belong together");
  }
  if (training_data_ != nullptr && training_data_->info().sample_shape != data_->info().sample_shape) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("training samples have shape {}, the data {}",
                            training_data_->info().sample_shape, data_->info().sample_shape),
                "training_data");
  }
  return {};
}

Result<std::unique_ptr<Inputs>> Inputs::Open(const Plan& plan, const algorithm::tensor::Device& device) {
  std::unique_ptr<Inputs> inputs(new Inputs);
  inputs->facts_["machine"] = MachineName();
  if (plan.predictions) {
    CUPEL_TRY_STATUS(inputs->OpenPredictions(plan));
    return inputs;
  }
  CUPEL_TRY_STATUS(inputs->OpenData(plan));
  CUPEL_TRY_STATUS(inputs->OpenModel(plan, device));
  CUPEL_TRY_STATUS(inputs->OpenSurrogates(plan, device));
  CUPEL_TRY_STATUS(inputs->CheckFit());
  return inputs;
}

Result<const Dataset*> Inputs::Data(const data::dataset::Subset& subset) {
  if (data_ == nullptr || subset.kind == data::dataset::SubsetKind::kAll) return data_.get();
  const std::string key = subset.ToString();
  auto it = subsets_.find(key);
  if (it == subsets_.end()) {
    CUPEL_TRY(DatasetPointer part, data::dataset::TakeSubset(data_, subset));
    it = subsets_.emplace(key, std::move(part)).first;
  }
  return it->second.get();
}

Result<const Predictions*> Inputs::PredictionsFor(const data::dataset::Subset& subset, int workers,
                                                  Progress& progress) {
  const std::string key = subset.ToString();
  auto it = predictions_.find(key);
  if (it == predictions_.end()) {
    CUPEL_TRY(const Dataset* part, Data(subset));
    CUPEL_CHECK(part != nullptr && model_ != nullptr);
    CUPEL_TRY(Predictions predictions, algorithm::evaluate::Predict(*model_, *part, workers, progress));
    it = predictions_.emplace(key, std::move(predictions)).first;
  }
  return &it->second;
}

}  // namespace cupel::application::assess
