// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/surrogates.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/train/untrained.h"
#include "cupel/base/nearest.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"

namespace cupel::algorithm::transfer {
namespace {

using data::dataset::Dataset;

constexpr std::int64_t kCompared = 1000;

// A copy of some samples.
Result<std::unique_ptr<Dataset>> Gather(const Dataset& data, const std::vector<std::int64_t>& indices) {
  data::dataset::MemoryData copy;
  copy.info = data.info();
  copy.features.resize(indices.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, copy.features));
  for (const std::int64_t index : indices)
    copy.labels.push_back(data.labels()[static_cast<std::size_t>(index)]);
  return data::dataset::MakeMemoryDataset(std::move(copy));
}

Result<std::unique_ptr<Dataset>> Queries(const check::Context& context, std::int64_t budget, bool& random) {
  random = context.training_data == nullptr;
  if (random) return train::RandomQueries(context.data->info(), budget, context.seed);
  ReproducibleStream stream(context.seed, "inspect.transfer.queries");
  std::vector<std::int64_t> drawn = stream.Permutation(context.training_data->size());
  drawn.resize(std::min(drawn.size(), static_cast<std::size_t>(budget)));
  std::ranges::sort(drawn);
  return Gather(*context.training_data, drawn);
}

Result<train::Substitute> MakeSubstitute(const check::Context& context, bool& random) {
  const check::Parameters& parameters = context.parameters;
  CUPEL_TRY(const std::unique_ptr<Dataset> queries,
            Queries(context, parameters.Integer("query_budget"), random));
  train::SubstituteOptions options;
  options.architecture = parameters.Text("substitute");
  options.training.epochs = static_cast<int>(parameters.Integer("substitute_epochs"));
  options.training.batch_size = 32;
  options.training.seed = context.seed;
  return train::TrainSubstitute(*context.model, *queries, options);
}

// On the first samples: their labels do not matter here.
Status Compare(const check::Context& context, const executor::Classifier& model, Surrogate& surrogate) {
  CUPEL_TRY(const data::dataset::Predictions* own, context.predictions());
  std::vector<std::int64_t> first(static_cast<std::size_t>(std::min(context.data->size(), kCompared)));
  std::iota(first.begin(), first.end(), std::int64_t{0});
  CUPEL_TRY(const std::unique_ptr<Dataset> samples, Gather(*context.data, first));
  CUPEL_TRY(const data::dataset::Predictions theirs,
            evaluate::Predict(model, *samples, context.workers, SilentProgress()));
  surrogate.compared = theirs.n;
  surrogate.agreed = std::ranges::count_if(
      first, [&](std::int64_t index) { return theirs.Predicted(index) == own->Predicted(index); });
  return {};
}

Result<std::vector<check::NamedModel>> Chosen(const check::Context& context) {
  const std::vector<std::string> wanted = context.parameters.Texts("surrogates");
  if (wanted.empty()) return context.surrogates;
  std::vector<std::string> names;
  for (const check::NamedModel& model : context.surrogates) names.push_back(model.name);
  std::vector<check::NamedModel> chosen;
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(context.surrogates, name, &check::NamedModel::name);
    if (found == context.surrogates.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("the plan has no surrogate \"{}\"", name),
                  "surrogates",
                  names.empty() ? "add a [[surrogate]] to the plan" : NearestRemedy(name, names));
    }
    if (std::ranges::find(chosen, name, &check::NamedModel::name) == chosen.end()) chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace

std::vector<std::string> SubstituteNames() {
  std::vector<std::string> names = train::UntrainedNames();
  names.insert(names.begin(), "none");
  return names;
}

Result<Surrogates> GatherSurrogates(const check::Context& context) {
  Surrogates gathered;
  CUPEL_TRY(std::vector<check::NamedModel> chosen, Chosen(context));
  if (context.parameters.Text("substitute") != "none") {
    CUPEL_TRY(train::Substitute substitute, MakeSubstitute(context, gathered.random_queries));
    gathered.substitute = std::make_unique<train::Substitute>(std::move(substitute));
    chosen.push_back({std::string(kSubstitute), gathered.substitute->classifier.get()});
  }
  for (const check::NamedModel& named : chosen) {
    if (named.model->class_count() != context.model->class_count()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the surrogate answers {} classes, the model {}", named.model->class_count(),
                              context.model->class_count()),
                  named.name, "a surrogate must have the model's classes");
    }
    Surrogate surrogate{.name = named.name, .target = inspect::TargetOf(*named.model)};
    CUPEL_TRY_STATUS(Compare(context, *named.model, surrogate));
    gathered.models.push_back(std::move(surrogate));
  }
  return gathered;
}

}  // namespace cupel::algorithm::transfer
