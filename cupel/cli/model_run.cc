// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/model_run.h"

#include <fmt/format.h>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/text_table.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::cli {

void AddModelRunOptions(CLI::App& command, ModelRunArguments& arguments) {
  command.add_option("--data,-d", arguments.data, "Manifest of the data");
  command.add_option("--subset", arguments.subset, "Which samples");
  command.add_option("--scale", arguments.scale, "The network sees x * scale");
  command.add_option("--out,-o", arguments.out, "Predictions file (CSV) to write");
  command.add_option("--device", arguments.device, "cpu, cuda or cuda:N");
  command.add_option("--jobs,-j", arguments.jobs, "Workers")->check(CLI::Range(1, 1024));
}

Status RunModel(Session& session, const ModelRunArguments& arguments, const algorithm::graph::Graph& graph) {
  CUPEL_TRY(data::dataset::DatasetPointer data, data::dataset::OpenDataset(arguments.data));
  CUPEL_TRY(const data::dataset::Subset subset, data::dataset::Subset::Parse(arguments.subset));
  if (subset.kind != data::dataset::SubsetKind::kAll) {
    CUPEL_TRY(data, data::dataset::TakeSubset(data, subset));
  }
  algorithm::executor::ClassifierOptions options;
  CUPEL_TRY(options.device, algorithm::tensor::ParseDevice(arguments.device));
  options.sample_shape = data->info().sample_shape;
  options.preprocessing.scale = static_cast<float>(arguments.scale);
  auto model = algorithm::executor::Classifier::Create(graph, options);
  if (!model) return FailAt(arguments.model, std::move(model).error());
  const int workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  CUPEL_TRY(const auto predictions,
            algorithm::evaluate::Predict(**model, *data, workers, session.progress()));
  if (!arguments.out.empty()) return WritePredictionsFile(predictions, arguments.out);
  TextTable table({"sample", "label", "predicted", "score"});
  Json rows = Json::Array{};
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const auto label = static_cast<std::size_t>(predictions.labels[static_cast<std::size_t>(i)]);
    const auto predicted = static_cast<std::size_t>(predictions.Predicted(i));
    const float score = predictions.Row(i)[predicted];
    table.Add({std::to_string(data->OriginalIndex(i)), data->info().class_names[label],
               predicted < data->info().class_names.size() ? data->info().class_names[predicted]
                                                           : std::to_string(predicted),
               fmt::format("{:.4f}", score)});
    rows.Append(Json::Object{{"sample", data->OriginalIndex(i)},
                             {"label", label},
                             {"predicted", predicted},
                             {"score", double{score}}});
  }
  session.Print(table.ToString(), Json::Object{{"predictions", rows}});
  return {};
}

}  // namespace cupel::cli
