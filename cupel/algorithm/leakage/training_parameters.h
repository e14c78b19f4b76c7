// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parameters of a training, alike in every check that trains networks of its own.

#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::leakage {

check::ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high,
                                 check::Text meaning, std::string unit = "");
check::ParameterSpec RealSpec(std::string name, double fallback, double low, double high, check::Text meaning,
                              std::string unit = "");
check::ParameterSpec ChoiceSpec(std::string name, std::string fallback, std::vector<std::string> choices,
                                check::Text meaning);
check::ParameterSpec BooleanSpec(std::string name, bool fallback, check::Text meaning);

/// architecture, epochs, batch_size, optimizer, learning_rate, weight_decay, train_flip, train_shift.
std::vector<check::ParameterSpec> TrainingSpecs(std::int64_t epochs);

/// Those parameters as options. seed: below 2^53.
train::TrainOptions TrainingFrom(const check::Parameters& parameters, std::uint64_t seed);

/// A training seed drawn for item `index` of what `stream` names; below 2^53.
std::uint64_t TrainingSeed(std::uint64_t seed, std::string_view stream, std::uint64_t index);

/// Trainings that report one bar together: passes Advance on and drops the rest.
class SharedProgress : public Progress {
 public:
  explicit SharedProgress(Progress& whole) : whole_(whole) {}
  void Begin(std::string_view, std::int64_t, std::string_view) override {}
  void Advance(std::int64_t count) override { whole_.Advance(count); }
  void Note(std::string_view) override {}
  void End() override {}

 private:
  Progress& whole_;
};

}  // namespace cupel::algorithm::leakage
