// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A model's answers to samples and to mirrored and moved copies of them.

#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/base/progress.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::algorithm::leakage {

/// How each sample is asked about. The first query is the sample itself.
struct Queries {
  bool mirror = false;  ///< Ask about the mirror image, too.
  int shift = 0;        ///< Ask also moved by so many pixels, in the eight directions.

  int Count() const { return (mirror ? 2 : 1) * (shift > 0 ? 9 : 1); }
};

/// Logits [n, Count(), classes] of all samples. Results do not depend on workers.
/// Errors: kInvalidArgument for queries other than the plain one when the samples are no images, or a logit
/// that is not finite; those of the data set and the model.
Result<std::vector<float>> AskAll(const executor::Classifier& model, const data::dataset::Dataset& data,
                                  const Queries& queries, int workers, Progress& progress);

/// The log-odds of the true class in every answer: [n, Count()].
Result<std::vector<double>> LogOddsOf(const executor::Classifier& model, const data::dataset::Dataset& data,
                                      const Queries& queries, int workers, Progress& progress);

}  // namespace cupel::algorithm::leakage
