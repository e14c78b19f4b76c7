// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small training that ends in a second: for this module's tests only.

#include <vector>

#include "cupel/algorithm/onnx/writer.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/algorithm/train/trainer.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::train {

/// Images of two classes: bright above or bright below, with noise.
class Halves : public data::dataset::Dataset {
 public:
  explicit Halves(std::int64_t n, std::int64_t side = 16) {
    info_.name = "halves";
    info_.sample_shape = {1, side, side};
    info_.class_names = {"above", "below"};
    for (std::int64_t i = 0; i < n; ++i) labels_.push_back(static_cast<std::int32_t>(i % 2));
  }
  const data::dataset::DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  Status Read(std::span<const std::int64_t> indices, std::span<float> out) const override {
    const std::int64_t size = info_.SampleSize();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      ReproducibleStream stream(1, "halves", static_cast<std::uint64_t>(indices[i]));
      for (std::int64_t p = 0; p < size; ++p) {
        const bool below = p >= size / 2;
        const bool bright = below == (labels_[static_cast<std::size_t>(indices[i])] == 1);
        out[i * static_cast<std::size_t>(size) + static_cast<std::size_t>(p)] =
            stream.Uniform() * 0.6F + (bright ? 0.4F : 0.0F);
      }
    }
    return {};
  }
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<data::dataset::GroupAttribute>& group_attributes() const override { return groups_; }
  std::int64_t OriginalIndex(std::int64_t index) const override { return index; }
  void SetLabel(std::size_t index, std::int32_t label) { labels_[index] = label; }

 private:
  data::dataset::DatasetInfo info_;
  std::vector<std::int32_t> labels_;
  std::vector<data::dataset::GroupAttribute> groups_;
};

inline TrainJob SmallJob(const Halves& data, const char* architecture) {
  TrainJob job;
  job.graph = MakeArchitecture(architecture, data.info().sample_shape, 2, 5).value();
  job.data = &data;
  job.validation = &data;
  job.options.epochs = 3;
  job.options.batch_size = 16;
  job.options.learning_rate = 0.02;
  job.options.seed = 5;
  return job;
}

inline Bytes Exported(const Trained& trained) { return onnx::WriteModel(trained.graph).value(); }

/// Asks for a stop when the given batch is done, as SIGINT would.
struct StopAfter : Progress {
  explicit StopAfter(int batch) : last(batch) {}
  ~StopAfter() override { Interrupt::SetRequested(false); }
  void Begin(std::string_view, std::int64_t, std::string_view) override {}
  void Advance(std::int64_t) override { Interrupt::SetRequested(++batches == last); }
  void Note(std::string_view) override {}
  void End() override { ++ends; }
  int last;
  int batches = 0;
  int ends = 0;
};

}  // namespace cupel::algorithm::train
