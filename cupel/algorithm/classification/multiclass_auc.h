// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The area under the ROC curve of more than two classes (scikit-learn's two ways; Hand and Till 2001).

#include <span>
#include <vector>

#include "cupel/algorithm/classification/labelled.h"

namespace cupel::algorithm::classification {

/// Sorts every class's scores once, so that resamples only sum again.
class MulticlassAuc {
 public:
  /// pairs: one against one, else one against the rest. weighted: the mean's weights are true weights (rest)
  /// or the pair's share of the samples. Precondition: the input has scores and labels; it must outlive this.
  MulticlassAuc(const Labelled& input, bool pairs, bool weighted);

  /// weights: [n]. NaN when a class has no sample, or no weight unless the mean is by true weight, which then
  /// leaves it out.
  double Of(std::span<const double> weights) const;

 private:
  double RestArea(std::size_t label, std::span<const double> weights) const;
  /// Areas of every class's scores within its pair with `label`, by the other class.
  std::vector<double> PairAreas(std::size_t label, std::span<const double> weights) const;

  const Labelled& input_;
  bool pairs_;
  bool weighted_;
  std::vector<std::uint8_t> occurs_;                ///< By class: whether it has a sample.
  std::vector<std::vector<std::uint32_t>> orders_;  ///< By class: samples by falling score.
};

}  // namespace cupel::algorithm::classification
