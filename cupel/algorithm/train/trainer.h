// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Trains the weights of a graph by gradient descent on a data set: what `cupel fit` does.
///
/// Promises: the same graph, data, options and seed give the same bytes, also when the training was
/// interrupted and resumed (one thread; shuffling and augmentation are drawn from (seed, epoch, sample)).
/// Batch-normalisation statistics are updated with the batches' (momentum of the node) and exported. Does not
/// promise the same bytes on another processor or build of the tensor library.
///
/// Objective: mean cross-entropy against the labels (or against given probabilities) with label smoothing,
/// plus weight decay on weights of rank >= 2. SGD: v = m v + g + d w;  w -= lr (g + d w + m v) with Nesterov,
/// lr v without.  Adam: Kingma and Ba 2015, algorithm 1, with decoupled decay (Loshchilov and Hutter 2019).
/// Rate: linear warm-up, then half a cosine to zero.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/json.h"
#include "cupel/base/progress.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::algorithm::train {

enum class Optimizer { kSgd, kAdam };

struct TrainOptions {
  int epochs = 10;       ///< >= 1
  int batch_size = 128;  ///< >= 2; the last, smaller batch of an epoch is left out.
  Optimizer optimizer = Optimizer::kSgd;
  double learning_rate = 0.05;  ///< Peak; > 0.
  double momentum = 0.9;        ///< [0, 1); Adam: beta1.
  bool nesterov = true;
  double weight_decay = 5e-4;  ///< >= 0
  double warmup = 0.1;         ///< Share of all steps, [0, 1).
  double label_smoothing = 0;  ///< [0, 1)
  bool flip = false;           ///< Mirror images left-right with probability 1/2.
  int shift = 0;               ///< Move images by up to this many pixels each way, zeros enter.
  std::uint64_t seed = 0;

  Json ToJson() const;
  /// Errors: kInvalidArgument for the first value out of its range.
  Status Validate() const;
};

struct EpochRecord {
  int epoch = 0;                   ///< From 1.
  double loss = 0;                 ///< Mean training loss over the epoch.
  double training_accuracy = 0;    ///< On the augmented batches, while training.
  double validation_accuracy = 0;  ///< After the epoch; 0 without validation data.
};

/// The learning curve as checkpoints and manifests hold it: one object an epoch, with the fields' names.
Json CurveToJson(const std::vector<EpochRecord>& curve);

struct TrainJob {
  graph::Graph graph;  ///< One input [N, ...sample], one output [N, classes].
  const data::dataset::Dataset* data = nullptr;
  const data::dataset::Dataset* validation = nullptr;  ///< May be null.
  /// [n, classes] probabilities to be answered in place of the labels (Hinton et al. 2015); empty: the
  /// labels.
  std::span<const float> targets{};
  TrainOptions options;
  std::optional<std::filesystem::path> checkpoint;  ///< Written after every epoch.
  bool resume = false;                              ///< Continue from the checkpoint if it is there.
  Progress* progress = &SilentProgress();
};

struct Trained {
  graph::Graph graph;  ///< The same nodes with the new weights.
  std::vector<EpochRecord> curve;
};

/// Errors: kInvalidArgument (options, shapes, a checkpoint of another job), kUnsupported (operators),
/// kInterrupted (the checkpoint of the last whole epoch is kept), kInternal when the loss is not finite.
Result<Trained> Train(const TrainJob& job);

/// The share of samples whose largest logit is their label.
Result<double> Accuracy(const graph::Graph& graph, const data::dataset::Dataset& data);

}  // namespace cupel::algorithm::train
