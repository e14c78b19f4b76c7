// SPDX-License-Identifier: Apache-2.0
// Reshape, Concat, Pad, and the soft maxima.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "cupel/algorithm/compiled/builder.h"

namespace cupel::algorithm::compiled {
namespace {

std::size_t Product(const Dims& dims, std::size_t first, std::size_t last) {
  return static_cast<std::size_t>(std::accumulate(dims.begin() + static_cast<std::ptrdiff_t>(first),
                                                  dims.begin() + static_cast<std::ptrdiff_t>(last),
                                                  std::int64_t{1}, std::multiplies<>()));
}

/// Another name for the same row-major elements: no work.
class ReshapeLayer : public Layer {
 public:
  explicit ReshapeLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const int input = operation_.inputs[0];
    const Type type = TypeOf(builder.Value(input).desc);
    const Place plain = builder.As(input, Plain(builder.DimsOf(input), type));
    builder.Define(operation_.output, {plain.buffer, Plain(builder.DimsOf(operation_.output), type)});
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const int input = operation_.inputs[0];
    builder.Contribute(input, {gradient.buffer, Plain(builder.DimsOf(input), TypeOf(gradient.desc))}, false);
  }

 private:
  const Operation& operation_;
};

/// Inputs become runs of bytes in every outer position: row-major, or along the channels of blocked layouts.
class ConcatLayer : public Layer {
 public:
  explicit ConcatLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Dims result_dims = builder.DimsOf(operation_.output);
    const bool blocked = StaysBlocked(builder);
    const Type type = blocked ? TypeOf(builder.Value(operation_.inputs[0]).desc) : Type::f32;
    outer_ = blocked ? static_cast<std::size_t>(result_dims[0])
                     : Product(result_dims, 0, static_cast<std::size_t>(operation_.axis));
    for (const int input : operation_.inputs) {
      places_.push_back(blocked ? builder.Value(input) : builder.AsPlainFloats(input));
      runs_.push_back(places_.back().desc.get_size() / outer_);
    }
    const Place result =
        builder.program().New(blocked ? Blocked16(result_dims, type) : Plain(result_dims, type));
    std::vector<Place> places = places_;
    places.push_back(result);
    builder.program().Run(
        [outer = outer_, runs = runs_](std::span<void* const> at) {
          auto* to = static_cast<std::byte*>(at.back());
          for (std::size_t o = 0; o < outer; ++o) {
            for (std::size_t i = 0; i < runs.size(); to += runs[i++])
              std::memcpy(to, static_cast<const std::byte*>(at[i]) + o * runs[i], runs[i]);
          }
        },
        places);
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    std::vector<Place> parts;
    for (const Place& place : places_) parts.push_back(builder.program().New(place.desc));
    std::vector<Place> places = parts;
    places.push_back(gradient);
    builder.program().Run(
        [outer = outer_, runs = runs_](std::span<void* const> at) {
          const auto* from = static_cast<const std::byte*>(at.back());
          for (std::size_t o = 0; o < outer; ++o) {
            for (std::size_t i = 0; i < runs.size(); from += runs[i++])
              std::memcpy(static_cast<std::byte*>(at[i]) + o * runs[i], from, runs[i]);
          }
        },
        places);
    for (std::size_t i = 0; i < parts.size(); ++i) builder.Contribute(operation_.inputs[i], parts[i]);
  }

 private:
  bool StaysBlocked(const Builder& builder) const {
    return operation_.axis == 1 && std::ranges::all_of(operation_.inputs, [&](int input) {
             const Dims dims = builder.DimsOf(input);
             const Desc& desc = builder.Value(input).desc;
             return dims.size() >= 3 && dims.size() <= 5 && dims[1] % 16 == 0 &&
                    desc == Blocked16(dims, TypeOf(builder.Value(operation_.inputs[0]).desc));
           });
  }

  const Operation& operation_;
  std::size_t outer_ = 0;
  std::vector<std::size_t> runs_;
  std::vector<Place> places_;
};

class SoftmaxLayer : public Layer {
 public:
  explicit SoftmaxLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Dims dims = builder.DimsOf(operation_.output);
    const auto axis = static_cast<std::size_t>(operation_.axis);
    outer_ = Product(dims, 0, axis);
    size_ = Product(dims, axis, axis + 1);
    inner_ = Product(dims, axis + 1, dims.size());
    const Place source = builder.AsPlainFloats(operation_.inputs[0]);
    result_ = builder.program().New(source.desc);
    builder.program().Run(
        [logarithm = operation_.logarithm, outer = outer_, size = size_,
         inner = inner_](std::span<void* const> at) {
          Softmax(logarithm, outer, size, inner, static_cast<const float*>(at[0]),
                  static_cast<float*>(at[1]));
        },
        {source, result_});
    builder.Define(operation_.output, result_);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const Place to = builder.program().New(result_.desc);
    builder.program().Run(
        [logarithm = operation_.logarithm, outer = outer_, size = size_,
         inner = inner_](std::span<void* const> at) {
          SoftmaxBackward(logarithm, outer, size, inner, static_cast<const float*>(at[0]),
                          static_cast<const float*>(at[1]), static_cast<float*>(at[2]));
        },
        {result_, gradient, to});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  const Operation& operation_;
  std::size_t outer_ = 0, size_ = 0, inner_ = 0;
  Place result_;
};

/// For every element of a sample of the result, the element of the input's sample that it copies; -1: none.
std::vector<std::int32_t> PadMap(const Dims& input, const Dims& output,
                                 const std::vector<std::int64_t>& pads) {
  std::vector<std::int32_t> map(Product(output, 1, output.size()));
  for (std::size_t i = 0; i < map.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t stride = 1, index = 0;
    bool inside = true;
    for (std::size_t axis = output.size(); axis-- > 1;) {
      const std::int64_t at = rest % output[axis] - pads[axis];
      rest /= output[axis];
      inside = inside && at >= 0 && at < input[axis];
      index += at * stride;
      stride *= input[axis];
    }
    map[i] = inside ? static_cast<std::int32_t>(index) : -1;
  }
  return map;
}

class PadLayer : public Layer {
 public:
  explicit PadLayer(const Operation& operation) : operation_(operation) {}

  void Forward(Builder& builder) override {
    const Dims input = builder.DimsOf(operation_.inputs[0]), output = builder.DimsOf(operation_.output);
    map_ = PadMap(input, output, operation_.pads);
    n_ = static_cast<std::size_t>(input[0]);
    source_ = builder.AsPlainFloats(operation_.inputs[0]);
    const Place result = builder.program().New(Plain(output, Type::f32));
    builder.program().Run(
        [map = map_, n = n_, row = ElementsOf(source_.desc) / n_](std::span<void* const> at) {
          for (std::size_t i = 0; i < n * map.size(); ++i) {
            const std::int32_t from = map[i % map.size()];
            static_cast<float*>(at[1])[i] =
                from < 0
                    ? 0
                    : static_cast<const float*>(at[0])[i / map.size() * row + static_cast<std::size_t>(from)];
          }
        },
        {source_, result});
    builder.Define(operation_.output, result);
  }

  void Backward(Builder& builder, const Place& gradient) override {
    const Place to = builder.program().New(source_.desc);
    builder.program().Run(
        [map = map_, n = n_, row = ElementsOf(source_.desc) / n_](std::span<void* const> at) {
          std::fill_n(static_cast<float*>(at[1]), n * row, 0.0F);  // Rows that the padding crops get nothing.
          for (std::size_t i = 0; i < n * map.size(); ++i) {
            const std::int32_t into = map[i % map.size()];
            if (into >= 0)
              static_cast<float*>(at[1])[i / map.size() * row + static_cast<std::size_t>(into)] =
                  static_cast<const float*>(at[0])[i];
          }
        },
        {gradient, to});
    builder.Contribute(operation_.inputs[0], to);
  }

 private:
  const Operation& operation_;
  std::vector<std::int32_t> map_;
  std::size_t n_ = 0;
  Place source_;
};

}  // namespace

std::unique_ptr<Layer> MakeMovementLayer(const Operation& operation) {
  if (operation.kind == Kind::kReshape) return std::make_unique<ReshapeLayer>(operation);
  if (operation.kind == Kind::kConcat) return std::make_unique<ConcatLayer>(operation);
  if (operation.kind == Kind::kSoftmax) return std::make_unique<SoftmaxLayer>(operation);
  return std::make_unique<PadLayer>(operation);
}

}  // namespace cupel::algorithm::compiled
