// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/sanity.h"

#include <algorithm>

#include "cupel/algorithm/explain/rank_correlation.h"
#include "cupel/algorithm/graph/random_weights.h"

namespace cupel::algorithm::explain {

Result<Cascade> Cascade::Create(const executor::Classifier& classifier, const MethodSettings& settings,
                                std::uint64_t seed, std::int64_t stages) {
  Cascade cascade;
  const std::int64_t layers = graph::CountWeightLayers(classifier.graph());
  for (std::int64_t s = 1; s <= stages; ++s) {
    Stage stage;
    const std::int64_t random = (layers * s + stages - 1) / stages;
    if (s == stages) {
      CUPEL_TRY(stage.classifier, classifier.WithRandomisedWeights(seed));
    } else {
      CUPEL_TRY(stage.classifier,
                executor::Classifier::Create(graph::RandomiseLastLayers(classifier.graph(), seed, random),
                                             classifier.options()));
    }
    stage.executor = std::make_unique<ClassifierExecutor>(*stage.classifier);
    CUPEL_TRY(stage.methods, MakeReady(settings, stage.executor->model(), nullptr));
    cascade.stages_.push_back(std::move(stage));
  }
  return cascade;
}

Result<std::vector<double>> Cascade::Correlations(const std::vector<ReadyMethod>& methods,
                                                  const Question& question) const {
  std::vector<double> correlations;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    CUPEL_TRY(const Explanation original, methods[m].attribution->Explain(question));
    const std::vector<double> absolute = Absolute(original.values);
    for (const Stage& stage : stages_) {
      CUPEL_TRY(const Explanation random, stage.methods[m].attribution->Explain(question));
      correlations.push_back(RankCorrelation(original.values, random.values));
      correlations.push_back(RankCorrelation(absolute, Absolute(random.values)));
    }
  }
  return correlations;
}

}  // namespace cupel::algorithm::explain
