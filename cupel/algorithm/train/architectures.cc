// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/architectures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/base/nearest.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/base/version.h"

namespace cupel::algorithm::train {
namespace {

using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::TensorValue;

/// Adds layers one after the other; every method returns the name of its output.
class Builder {
 public:
  Builder(std::string name, const Shape& sample_shape, std::uint64_t seed) : seed_(seed) {
    graph_.name = std::move(name);
    graph_.producer = std::string("cupel ") + kVersion;
    graph_.ir_version = 7;
    graph_.opsets[""] = 13;
    graph_.inputs.push_back({"x", graph::DataType::kFloat32, WithBatch(sample_shape)});
  }

  std::string Conv(const std::string& name, const std::string& x, std::int64_t in, std::int64_t out,
                   std::int64_t kernel, std::int64_t stride, std::int64_t pad, bool bias) {
    Normal(name + ".weight", {out, in, kernel, kernel}, in * kernel * kernel);
    std::vector<std::string> inputs = {x, name + ".weight"};
    if (bias) {
      Constant(name + ".bias", out, 0);
      inputs.push_back(name + ".bias");
    }
    return Add("Conv", name, std::move(inputs),
               {{"kernel_shape", std::vector<std::int64_t>{kernel, kernel}},
                {"strides", std::vector<std::int64_t>{stride, stride}},
                {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}}});
  }

  std::string BatchNorm(const std::string& name, const std::string& x, std::int64_t channels) {
    Constant(name + ".scale", channels, 1);
    Constant(name + ".bias", channels, 0);
    Constant(name + ".mean", channels, 0);
    Constant(name + ".var", channels, 1);
    return Add("BatchNormalization", name,
               {x, name + ".scale", name + ".bias", name + ".mean", name + ".var"},
               {{"epsilon", 1e-5F}, {"momentum", 0.9F}});
  }

  std::string Dense(const std::string& name, const std::string& x, std::int64_t in, std::int64_t out) {
    Normal(name + ".weight", {out, in}, in);
    Constant(name + ".bias", out, 0);
    return Add("Gemm", name, {x, name + ".weight", name + ".bias"}, {{"transB", std::int64_t{1}}});
  }

  std::string Relu(const std::string& x) { return Add("Relu", x + ".relu", {x}, {}); }
  std::string Sum(const std::string& name, const std::string& a, const std::string& b) {
    return Add("Add", name, {a, b}, {});
  }
  std::string Flatten(const std::string& x) {
    return Add("Flatten", x + ".flat", {x}, {{"axis", std::int64_t{1}}});
  }
  std::string GlobalPool(const std::string& x) { return Add("GlobalAveragePool", x + ".pool", {x}, {}); }
  std::string MaxPool(const std::string& x) {
    return Add(
        "MaxPool", x + ".pool", {x},
        {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
  }

  Graph Finish(const std::string& logits, std::int64_t classes) && {
    graph_.nodes.back().outputs[0] = "logits";
    CUPEL_CHECK(logits == graph_.nodes.back().name);
    graph_.outputs.push_back({"logits", graph::DataType::kFloat32, WithBatch({classes})});
    return std::move(graph_);
  }

 private:
  static std::vector<graph::Dimension> WithBatch(const Shape& shape) {
    std::vector<graph::Dimension> dimensions = {{std::nullopt, "N"}};
    for (std::int64_t size : shape) dimensions.push_back({size, ""});
    return dimensions;
  }

  std::string Add(std::string op_type, const std::string& name, std::vector<std::string> inputs,
                  std::map<std::string, graph::Attribute, std::less<>> attributes) {
    graph_.nodes.push_back({name, std::move(op_type), "", std::move(inputs), {name}, std::move(attributes)});
    return name;
  }

  void Normal(const std::string& name, const Shape& shape, std::int64_t fan_in) {
    ReproducibleStream stream(seed_, "fit.initial." + name);
    const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
    std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
    for (float& value : values) value = static_cast<float>(deviation * stream.Normal());
    graph_.initializers[name] = TensorValue::FromFloats(shape, values);
  }

  void Constant(const std::string& name, std::int64_t size, float value) {
    graph_.initializers[name] =
        TensorValue::FromFloats({size}, std::vector<float>(static_cast<std::size_t>(size), value));
  }

  std::uint64_t seed_;
  Graph graph_;
};

Result<Graph> LeNet(const Shape& shape, std::int64_t classes, std::uint64_t seed) {
  const std::int64_t height = ((shape[1] - 4) / 2 - 4) / 2;
  const std::int64_t width = ((shape[2] - 4) / 2 - 4) / 2;
  if (height < 1 || width < 1) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("lenet needs images of at least 16x16, got {}x{}", shape[1], shape[2]));
  }
  Builder b("lenet", shape, seed);
  std::string x = b.MaxPool(b.Relu(b.Conv("conv1", "x", shape[0], 16, 5, 1, 0, true)));
  x = b.MaxPool(b.Relu(b.Conv("conv2", x, 16, 32, 5, 1, 0, true)));
  x = b.Relu(b.Dense("dense1", b.Flatten(x), 32 * height * width, 128));
  x = b.Dense("dense2", x, 128, classes);
  return std::move(b).Finish(x, classes);
}

std::string ResidualBlock(Builder& b, const std::string& name, const std::string& x, std::int64_t in,
                          std::int64_t out, std::int64_t stride) {
  std::string y =
      b.Relu(b.BatchNorm(name + ".norm1", b.Conv(name + ".conv1", x, in, out, 3, stride, 1, false), out));
  y = b.BatchNorm(name + ".norm2", b.Conv(name + ".conv2", y, out, out, 3, 1, 1, false), out);
  std::string skip = x;
  if (stride != 1 || in != out) {
    skip = b.BatchNorm(name + ".norm3", b.Conv(name + ".project", x, in, out, 1, stride, 0, false), out);
  }
  return b.Relu(b.Sum(name + ".sum", y, skip));
}

Result<Graph> ResNetSmall(const Shape& shape, std::int64_t classes, std::uint64_t seed) {
  Builder b("resnet-small", shape, seed);
  std::string x = b.Relu(b.BatchNorm("stem.norm", b.Conv("stem", "x", shape[0], 16, 3, 1, 1, false), 16));
  x = ResidualBlock(b, "block1", x, 16, 16, 1);
  x = ResidualBlock(b, "block2", x, 16, 32, 2);
  x = ResidualBlock(b, "block3", x, 32, 64, 2);
  x = b.Dense("dense", b.Flatten(b.GlobalPool(x)), 64, classes);
  return std::move(b).Finish(x, classes);
}

Result<Graph> Mlp(const Shape& shape, std::int64_t classes, std::uint64_t seed) {
  Builder b("mlp", shape, seed);
  const std::string flat = shape.size() == 1 ? "x" : b.Flatten("x");
  std::string x = b.Relu(b.Dense("dense1", flat, graph::ElementCount(shape), 128));
  x = b.Dense("dense2", x, 128, classes);
  return std::move(b).Finish(x, classes);
}

}  // namespace

std::vector<std::string> ArchitectureNames() { return {"lenet", "resnet-small", "mlp"}; }

Result<Graph> MakeArchitecture(std::string_view name, const Shape& sample_shape, std::int64_t classes,
                               std::uint64_t seed) {
  const std::vector<std::string> names = ArchitectureNames();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("no architecture is called \"{}\"", name), "",
                NearestRemedy(name, names));
  }
  if (classes < 2)
    return Fail(ErrorCode::kInvalidArgument, fmt::format("classes must be >= 2, got {}", classes));
  if (name == "mlp") return Mlp(sample_shape, classes, seed);
  if (sample_shape.size() != 3) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} needs images [c, h, w], got samples of rank {}", name, sample_shape.size()),
                "", "use the architecture mlp");
  }
  return name == "lenet" ? LeNet(sample_shape, classes, seed) : ResNetSmall(sample_shape, classes, seed);
}

}  // namespace cupel::algorithm::train
