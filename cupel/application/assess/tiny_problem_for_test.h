// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A problem of milliseconds, for tests only: grey pictures of 8 x 8 pixels in two classes, dark and light,
/// and a linear model that compares the mean with a threshold. A seventh of the labels is wrong on purpose.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/application/assess/assessment.h"
#include "cupel/application/assess/seal_report.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::application::assess {

inline constexpr int kTinySamples = 42;

/// NPY version 1 of unsigned bytes.
inline Bytes TinyNpy(const std::string& shape, const Bytes& values) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }\n";
  const std::string start =
      std::string("\x93NUMPY\x01", 7) + '\0' + static_cast<char>(header.size()) + '\0' + header;
  Bytes bytes(start.begin(), start.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

/// steepness: how far the scores of the two classes lie apart; another value is another model.
inline algorithm::graph::Graph TinyModel(float steepness) {
  namespace graph = algorithm::graph;
  std::vector<float> weights;
  for (int i = 0; i < 64; ++i) {
    weights.push_back(-steepness / 64);
    weights.push_back(steepness / 64);
  }
  const float threshold = 0.678F;
  graph::Graph model = graph::MakeGraph(
      {"N", "1", "8", "8"},
      {graph::MakeNode("Flatten", {"x"}, {"flat"}),
       graph::MakeNode("Gemm", {"flat", "weight", "bias"}, {"y"})},
      {{"weight", graph::TensorValue::FromFloats({64, 2}, weights)},
       {"bias", graph::TensorValue::FromFloats({2}, {steepness * threshold, -steepness * threshold})}});
  model.outputs[0].shape = std::vector<graph::Dimension>{{std::nullopt, "N"}, {2, ""}};
  return model;
}

inline constexpr const char* kTinyPlan = R"(
name = "tiny"
seed = 7
[model]
file = "model.onnx"
[data]
manifest = "dataset.toml"
[[check]]
id = "evaluate.accuracy"
require = ["accuracy >= 0.5"]
[[check]]
id = "evaluate.calibration"
[[check]]
id = "inspect.fgsm"
parameters = { epsilons = [0.05] }
[[check]]
id = "inspect.pgd"
subset = "first 21"
parameters = { epsilons = [0.05, 0.12], steps = 4, stored_inputs = 4 }
require = ["robust_accuracy >= 0.99"]
)";

class TinyProblem {
 public:
  TinyProblem() {
    WriteModel(12);
    Bytes pixels;
    Bytes labels;
    for (int i = 0; i < kTinySamples; ++i) {
      const int label = i % 2;
      labels.push_back(static_cast<std::uint8_t>(label));
      const bool light = (label == 1) != (i % 7 == 0);
      for (int j = 0; j < 64; ++j) {
        pixels.push_back(static_cast<std::uint8_t>((light ? 150 : 100) + (i * 37 + j * 11) % 97));
      }
    }
    const Bytes features = TinyNpy(fmt::format("({}, 1, 8, 8)", kTinySamples), pixels);
    const Bytes answers = TinyNpy(fmt::format("({},)", kTinySamples), labels);
    Write("x.npy", features);
    Write("y.npy", answers);
    Write("dataset.toml",
          AsBytes(fmt::format("name = \"tiny\"\nformat = \"npy\"\nclass_names = [\"dark\", \"light\"]\n"
                              "licence = \"MIT\"\nprovenance = \"a formula\"\nlawful_basis = \"made here\"\n"
                              "personal_data = false\n"
                              "[[files]]\nrole = \"features\"\npath = \"x.npy\"\nsha256 = \"{}\"\n"
                              "[[files]]\nrole = \"labels\"\npath = \"y.npy\"\nsha256 = \"{}\"\n",
                              crypto::Sha256(features).Hex(), crypto::Sha256(answers).Hex())));
    Write("plan.toml", AsBytes(kTinyPlan));
  }

  void Write(const std::string& name, BytesView bytes) const {
    const Status written = WriteFileAtomic(folder_ / name, bytes);
    CUPEL_CHECK(written.has_value());
  }

  void WriteModel(float steepness) const {
    const Result<Bytes> bytes = algorithm::onnx::WriteModel(TinyModel(steepness));
    CUPEL_CHECK(bytes.has_value());
    Write("model.onnx", *bytes);
  }

  std::filesystem::path Path(const std::string& name) const { return folder_ / name; }
  Result<Plan> ThePlan() const { return ReadPlan(folder_ / "plan.toml"); }

  /// Runs into the folder `name`, with keys of this problem.
  RunOptions Options(const std::string& name, int workers = 1) const {
    RunOptions options;
    options.out = folder_ / name;
    options.workers = workers;
    options.keys = KeyFiles::In(folder_ / "keys");
    return options;
  }

  /// A finished run: the assessment and a sealed report of one line.
  Result<Assessment> Finish(const RunOptions& options) const {
    CUPEL_TRY(const Plan plan, ThePlan());
    CUPEL_TRY(Assessment assessment, RunAssessment(plan, options));
    CUPEL_TRY_STATUS(SealReport(assessment, options.keys, {{"report.md", "# tiny\n"}}));
    return assessment;
  }

 private:
  cupel::testing::ScratchFolder folder_;
};

}  // namespace cupel::application::assess
