// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/loop_operators.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace cupel::algorithm::gradient {
namespace {

struct Box {
  float y1, x1, y2, x2;
  float Area() const { return (y2 - y1) * (x2 - x1); }
};

// Corners come in either order; centre boxes are (x, y, width, height).
Box ReadBox(const float* data, bool centre) {
  if (centre)
    return {data[1] - data[3] / 2, data[0] - data[2] / 2, data[1] + data[3] / 2, data[0] + data[2] / 2};
  return {std::min(data[0], data[2]), std::min(data[1], data[3]), std::max(data[0], data[2]),
          std::max(data[1], data[3])};
}

float IntersectionOverUnion(const Box& a, const Box& b) {
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  if (height <= 0 || width <= 0) return 0;
  const float shared = height * width;
  return shared / (a.Area() + b.Area() - shared);
}

struct Limits {
  std::int64_t boxes = 0;
  float overlap = 0;
  bool has_score = false;
  float score = 0;
};

std::vector<std::int64_t> Select(const std::vector<Box>& boxes, const float* scores, const Limits& limits) {
  std::vector<std::int64_t> order(boxes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return scores[a] > scores[b]; });
  std::vector<std::int64_t> selected;
  for (const std::int64_t candidate : order) {
    if (static_cast<std::int64_t>(selected.size()) >= limits.boxes) break;
    if (limits.has_score && !(scores[candidate] > limits.score)) continue;
    const bool suppressed = std::any_of(selected.begin(), selected.end(), [&](std::int64_t kept) {
      return IntersectionOverUnion(boxes[static_cast<std::size_t>(candidate)],
                                   boxes[static_cast<std::size_t>(kept)]) > limits.overlap;
    });
    if (!suppressed) selected.push_back(candidate);
  }
  return selected;
}

Tensor AsFloats(const Tensor& tensor) { return tensor.detach().to(at::kCPU).to(at::kFloat).contiguous(); }

Tensor FromIntegers(const std::vector<std::int64_t>& values, const std::vector<std::int64_t>& shape,
                    at::Device device) {
  Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kLong));
  std::copy(values.begin(), values.end(), tensor.data_ptr<std::int64_t>());
  return tensor.to(device);
}

Limits ReadLimits(const OperatorCall& call) {
  Limits limits;
  if (call.Has(2)) limits.boxes = call.InputIntegers(2).at(0);
  if (call.Has(3)) limits.overlap = AsFloats(call.Input(3)).flatten()[0].item<float>();
  limits.has_score = call.Has(4);
  if (limits.has_score) limits.score = AsFloats(call.Input(4)).flatten()[0].item<float>();
  return limits;
}

// The pool of n-grams: each with its place in the output and its weight.
class TermPool {
 public:
  explicit TermPool(const graph::Node& node) {
    const auto counts = node.Integers("ngram_counts");
    const auto indexes = node.Integers("ngram_indexes");
    const auto pool = node.Integers("pool_int64s");
    const auto weights = node.Reals("weights");
    if (pool.empty()) throw OperatorError(ErrorCode::kUnsupported, "a pool of strings is not supported");
    CheckWithin("ngram_counts", counts, static_cast<std::int64_t>(pool.size()));
    CheckWithin("ngram_indexes", indexes, std::int64_t{1} << 31);
    longest_ = static_cast<std::int64_t>(counts.size());
    std::size_t term = 0;
    for (std::size_t length = 1; length <= counts.size(); ++length) {
      const auto begin = static_cast<std::size_t>(counts[length - 1]);
      const std::size_t end = length < counts.size() ? static_cast<std::size_t>(counts[length]) : pool.size();
      for (std::size_t at = begin; at + length <= std::min(end, pool.size()); at += length, ++term) {
        if (term >= indexes.size())
          throw OperatorError(ErrorCode::kInvalidArgument, "ngram_indexes is too short");
        const std::vector<std::int64_t> gram(pool.begin() + static_cast<std::ptrdiff_t>(at),
                                             pool.begin() + static_cast<std::ptrdiff_t>(at + length));
        terms_[gram] = {indexes[term], term < weights.size() ? weights[term] : 1.0f};
        width_ = std::max(width_, indexes[term] + 1);
      }
    }
  }
  struct Term {
    std::int64_t column;
    float weight;
  };
  const Term* Find(const std::vector<std::int64_t>& gram) const {
    const auto term = terms_.find(gram);
    return term == terms_.end() ? nullptr : &term->second;
  }
  std::int64_t width() const { return width_; }
  std::int64_t longest() const { return longest_; }  ///< Tokens in the longest n-grams there can be.

 private:
  static void CheckWithin(std::string_view name, const std::vector<std::int64_t>& values,
                          std::int64_t limit) {
    for (const std::int64_t value : values) {
      if (value < 0 || value > limit) {
        throw OperatorError(ErrorCode::kInvalidArgument,
                            fmt::format("{} must be in [0, {}], got {}", name, limit, value));
      }
    }
  }

  std::map<std::vector<std::int64_t>, Term> terms_;
  std::int64_t width_ = 0;
  std::int64_t longest_ = 0;
};

// Adds up the occurrences, in one row, of the terms of `length` tokens that lie `stride` apart.
void CountTerms(const TermPool& pool, std::span<const std::int64_t> row, std::size_t length,
                std::size_t stride, std::vector<float>& counts, std::vector<float>& weights) {
  for (std::size_t start = 0; start + (length - 1) * stride < row.size(); ++start) {
    std::vector<std::int64_t> gram;
    for (std::size_t i = 0; i < length; ++i) gram.push_back(row[start + i * stride]);
    if (const auto* term = pool.Find(gram)) {
      counts[static_cast<std::size_t>(term->column)] += 1;
      weights[static_cast<std::size_t>(term->column)] = term->weight;
    }
  }
}

}  // namespace

std::vector<Tensor> NonMaxSuppression(const OperatorCall& call) {
  const Tensor boxes = AsFloats(call.Input(0));
  const Tensor scores = AsFloats(call.Input(1));
  if (boxes.dim() != 3 || scores.dim() != 3 || boxes.size(2) != 4 || boxes.size(1) != scores.size(2) ||
      boxes.size(0) != scores.size(0)) {
    throw OperatorError(ErrorCode::kInvalidArgument, "boxes must be [n, b, 4] and scores [n, c, b]");
  }
  const Limits limits = ReadLimits(call);
  const bool centre = call.node.Integer("center_point_box", 0) != 0;
  std::vector<std::int64_t> rows;
  for (std::int64_t n = 0; n < boxes.size(0); ++n) {
    std::vector<Box> candidates;
    for (std::int64_t b = 0; b < boxes.size(1); ++b) {
      candidates.push_back(ReadBox(boxes.data_ptr<float>() + (n * boxes.size(1) + b) * 4, centre));
    }
    for (std::int64_t c = 0; c < scores.size(1); ++c) {
      const float* of_class = scores.data_ptr<float>() + (n * scores.size(1) + c) * scores.size(2);
      for (const std::int64_t box : Select(candidates, of_class, limits))
        rows.insert(rows.end(), {n, c, box});
    }
  }
  return {FromIntegers(rows, {static_cast<std::int64_t>(rows.size()) / 3, 3}, call.device)};
}

std::vector<Tensor> TfIdfVectorizer(const OperatorCall& call) {
  const TermPool pool(call.node);
  const Tensor tokens = call.Input(0).to(at::kCPU).to(at::kLong).contiguous();
  const std::int64_t rows = tokens.dim() < 2 ? 1 : tokens.size(0);
  const std::int64_t width = tokens.numel() / std::max<std::int64_t>(1, rows);
  const std::string mode = call.node.Text("mode", "TF");
  const std::int64_t shortest = std::max<std::int64_t>(1, call.node.Integer("min_gram_length", 1));
  const std::int64_t longest = std::min(call.node.Integer("max_gram_length", 1), pool.longest());
  const std::int64_t skips = std::clamp<std::int64_t>(call.node.Integer("max_skip_count", 0), 0, width);
  Tensor result = at::zeros({rows, pool.width()}, at::TensorOptions().dtype(at::kFloat));
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<float> counts(static_cast<std::size_t>(pool.width()), 0);
    std::vector<float> weights(counts.size(), 1);
    const std::span<const std::int64_t> of_row(tokens.data_ptr<std::int64_t>() + row * width,
                                               static_cast<std::size_t>(width));
    for (std::int64_t length = shortest; length <= longest; ++length) {
      const std::int64_t strides = length == 1 ? 1 : skips + 1;  // a single token has no gap to skip
      for (std::int64_t stride = 1; stride <= strides; ++stride) {
        CountTerms(pool, of_row, static_cast<std::size_t>(length), static_cast<std::size_t>(stride), counts,
                   weights);
      }
    }
    float* out = result.data_ptr<float>() + row * pool.width();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const float term = mode == "TF" ? counts[i] : static_cast<float>(counts[i] > 0);
      out[i] = mode == "TF" ? term : term * (mode == "IDF" ? weights[i] : counts[i] * weights[i]);
    }
  }
  return {(tokens.dim() < 2 ? result.squeeze(0) : result).to(call.device)};
}

}  // namespace cupel::algorithm::gradient
