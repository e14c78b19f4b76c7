// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens what a plan names: the model, the data sets, the predictions; and says by digests what they are.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/application/assess/plan.h"
#include "cupel/base/json.h"
#include "cupel/base/progress.h"
#include "cupel/data/dataset/dataset.h"
#include "cupel/data/dataset/predictions.h"

namespace cupel::application::assess {

class Inputs {
 public:
  /// Errors: those of reading; kInvalidArgument when model and data do not fit each other.
  static Result<std::unique_ptr<Inputs>> Open(const Plan& plan, const algorithm::tensor::Device& device);

  const algorithm::executor::Classifier* model() const { return model_.get(); }
  /// In the plan's order.
  std::vector<algorithm::check::NamedModel> surrogates() const;
  const data::dataset::Dataset* training_data() const { return training_data_.get(); }

  /// The plan's data, or the part of it that a check asked for. Null without data. Kept until the end.
  Result<const data::dataset::Dataset*> Data(const Subset& subset);

  /// The model's answers on that part, computed on first use; or the predictions file.
  Result<const data::dataset::Predictions*> PredictionsFor(const Subset& subset, int workers,
                                                           Progress& progress);

  /// {"model": {...}, "data": {...}, ...}: names, digests and sizes, for the frozen plan.
  const Json& identity() const { return identity_; }
  /// {"model", "data", "machine"} for the report, see facts.h.
  const Json& facts() const { return facts_; }
  /// What evidence is about: the model's file, or the predictions file.
  const std::string& subject_name() const { return subject_name_; }
  const Digest& subject_digest() const { return subject_digest_; }

 private:
  Inputs() = default;
  Status OpenModel(const Plan& plan, const algorithm::tensor::Device& device);
  Status OpenSurrogates(const Plan& plan, const algorithm::tensor::Device& device);
  Status OpenData(const Plan& plan);
  Status OpenPredictions(const Plan& plan);
  Status CheckFit() const;

  struct Surrogate {
    std::string name;
    std::unique_ptr<algorithm::executor::Classifier> model;
  };

  std::unique_ptr<algorithm::executor::Classifier> model_;
  std::vector<Surrogate> surrogates_;
  std::shared_ptr<const data::dataset::Dataset> data_;
  std::shared_ptr<const data::dataset::Dataset> training_data_;
  std::map<std::string, std::shared_ptr<const data::dataset::Dataset>> subsets_;
  std::map<std::string, data::dataset::Predictions> predictions_;
  Json identity_;
  Json facts_;
  std::string subject_name_;
  Digest subject_digest_;
};

}  // namespace cupel::application::assess
