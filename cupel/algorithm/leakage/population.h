// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Whom a membership attack is tried on: known members, known non-members, and what an attacker has besides.

#include <cstdint>
#include <memory>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::leakage {

/// Errors: kInvalidArgument for a label that the model does not answer.
Status CheckLabels(const executor::Classifier& model, const data::dataset::Dataset& data);

/// A sample of the training data (a member) or of the data (not).
struct PoolSample {
  bool member = false;
  std::int64_t index = 0;
};

/// Samples of both sets as one data set, in the order given. `OriginalIndex` is 2 i + 1 for the member whose
/// original index is i and 2 i for another, so that both keep random numbers of their own.
class Pool : public data::dataset::Dataset {
 public:
  /// Both sets must outlive the pool. Precondition: the indices are inside, and there is one.
  Pool(const data::dataset::Dataset& inside, const data::dataset::Dataset& outside,
       std::vector<PoolSample> samples);
  const data::dataset::DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(samples_.size()); }
  Status Read(std::span<const std::int64_t> indices, std::span<float> features) const override;
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<data::dataset::GroupAttribute>& group_attributes() const override { return no_groups_; }
  std::int64_t OriginalIndex(std::int64_t index) const override;

 private:
  const data::dataset::Dataset& Side(const PoolSample& sample) const {
    return sample.member ? inside_ : outside_;
  }
  const data::dataset::Dataset& inside_;
  const data::dataset::Dataset& outside_;
  std::vector<PoolSample> samples_;
  data::dataset::DatasetInfo info_;
  std::vector<std::int32_t> labels_;
  std::vector<data::dataset::GroupAttribute> no_groups_;
};

struct PopulationOptions {
  std::int64_t samples = 0;    ///< Audited on each side; 0: as many as the smaller side has.
  std::int64_t reference = 0;  ///< Non-members kept apart.
  std::int64_t further = 0;    ///< Samples of both sides beside the audited, for shadow models.
  std::uint64_t seed = 0;
  std::string stream;  ///< Names the draw.
};

struct Population {
  std::vector<PoolSample> members;    ///< Audited, rising.
  std::vector<PoolSample> others;     ///< As many.
  std::vector<PoolSample> reference;  ///< Non-members that no shadow model is trained on.
  std::vector<PoolSample> further;
};

/// Draws without replacement; depends on sizes, options and seed alone. Errors: kInvalidArgument when the two
/// data sets are one, differ in shape or have labels that the model does not answer, or nothing is left to
/// audit.
Result<Population> DrawPopulation(const check::Context& context, const PopulationOptions& options);

/// What a check says when the plan names no members.
check::Text NeedsTrainingData();

/// "samples": how many to audit on each side.
check::ParameterSpec SamplesSpec(std::int64_t fallback);

}  // namespace cupel::algorithm::leakage
