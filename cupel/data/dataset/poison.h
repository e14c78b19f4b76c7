// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A training set with a planted backdoor: some samples carry a trigger and the attacker's label.
///
/// For making models on which backdoor detectors are tested; `cupel fit --poison` uses it. All-to-one,
/// dirty-label poisoning: `rate` of all samples, drawn from those whose label is not the target, get the
/// trigger and the target's label (BadNets, Gu et al. 2017, section 4.2; blended, Chen et al. 2017).
/// Promises: which samples are drawn depends on (seed, original index) and on the labels alone, not on the
/// order of the samples; all others stay as they are, bit by bit; the digest depends on the whole set, the
/// trigger and the choice.

#include <memory>
#include <vector>

#include "cupel/data/dataset/subset.h"
#include "cupel/data/dataset/trigger.h"

namespace cupel::data::dataset {

struct PoisonOptions {
  TriggerSpec trigger;
  std::int32_t target = 0;  ///< Class that the trigger stands for.
  double rate = 0.1;        ///< Share of all samples that are poisoned, in (0, 1).
  std::uint64_t seed = 0;   ///< Of the choice of samples.

  Json ToJson() const;
};

struct Poisoned {
  std::unique_ptr<Dataset> data;
  std::vector<std::int64_t> samples;  ///< Original indices of the poisoned samples, rising.
};

/// Errors: kInvalidArgument for a target that is no class, a rate that is out of range, gives no sample or
/// more samples than there are outside the target class; those of Trigger::Create.
Result<Poisoned> MakePoisonedDataset(DatasetPointer whole, const PoisonOptions& options);

}  // namespace cupel::data::dataset
