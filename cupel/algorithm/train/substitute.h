// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A substitute: a network trained on nothing but a model's answers to chosen inputs. With it an attacker
/// copies the model (extraction), or finds adversarial inputs that carry over (transfer).
///
/// Promises: every query is one input, asked once, so `queries` is the budget spent; the same model, queries,
/// options and seed give the same weights; labels of the query set are not looked at.
/// Sources: Tramer et al., "Stealing machine learning models via prediction APIs", USENIX Security 2016;
/// Papernot et al., "Practical black-box attacks against machine learning", AsiaCCS 2017; Orekondy et al.,
/// "Knockoff nets", CVPR 2019.
///
///     CUPEL_TRY(const auto queries, RandomQueries(data.info(), 500, seed));
///     CUPEL_TRY(const Substitute substitute, TrainSubstitute(target, *queries, {.training = options}));
///     substitute.classifier->LogitsGradient(...);

#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::train {

/// What the model gives away with each answer.
enum class Answers { kProbabilities, kLabels };

/// "probabilities", "labels". Errors: kInvalidArgument.
Result<Answers> ParseAnswers(std::string_view text);

struct SubstituteOptions {
  std::string architecture = "target";  ///< As UntrainedGraph takes it.
  Answers answers = Answers::kProbabilities;
  /// The weights are drawn from its seed. A batch larger than the number of queries is cut to it.
  TrainOptions training{};
  Progress* progress = &SilentProgress();
};

struct Substitute {
  graph::Graph graph;  ///< From raw samples to logits.
  std::unique_ptr<executor::Classifier> classifier;
  std::int64_t queries = 0;        ///< Inputs asked of the target.
  std::vector<EpochRecord> curve;  ///< Training accuracy is agreement with the target.
};

/// queries: the inputs, in the target's sample shape; at least two.
/// Errors: those of UntrainedGraph, Train and the target; kInvalidArgument for the queries' shape or number.
Result<Substitute> TrainSubstitute(const executor::Classifier& target, const data::dataset::Dataset& queries,
                                   const SubstituteOptions& options);

/// `count` inputs drawn uniformly from the box of `like`, from ReproducibleStream(seed, "fit.queries", i).
/// Errors: kInvalidArgument unless count >= 1 and the box is finite and not empty.
Result<std::unique_ptr<data::dataset::Dataset>> RandomQueries(const data::dataset::DatasetInfo& like,
                                                              std::int64_t count, std::uint64_t seed);

}  // namespace cupel::algorithm::train
