// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

// One text, three sets of instructions. Not with sanitizers: the choice runs before they are set up.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__clang__)
#define CUPEL_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CUPEL_VECTORISED
#endif
#define CUPEL_INLINE inline __attribute__((always_inline))

namespace cupel::algorithm::compiled {
namespace {

using Bfloat16 = std::uint16_t;

CUPEL_INLINE float Load(float value) { return value; }
CUPEL_INLINE float Load(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}
CUPEL_INLINE void Store(float value, float* to) { *to = value; }
CUPEL_INLINE void Store(float value, Bfloat16* to) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  // Rounding would carry the upper bits of a NaN away.
  *to = static_cast<Bfloat16>(value == value ? rounded : 0x7FC0U);
}

template <typename T>
CUPEL_INLINE void SumLoop(const T* a, const T* b, float sign, T* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) Store(Load(a[i]) + sign * Load(b[i]), y + i);
}
CUPEL_VECTORISED void SumFloat(const float* a, const float* b, float sign, float* y, std::size_t count) {
  SumLoop(a, b, sign, y, count);
}
CUPEL_VECTORISED void SumBfloat(const Bfloat16* a, const Bfloat16* b, float sign, Bfloat16* y,
                                std::size_t count) {
  SumLoop(a, b, sign, y, count);
}

template <typename T>
CUPEL_INLINE void ReluLoop(T* y, float slope, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = Load(y[i]);
    Store(value > 0 ? value : slope * value, y + i);
  }
}
CUPEL_VECTORISED void ReluFloat(float* y, float slope, std::size_t count) { ReluLoop(y, slope, count); }
CUPEL_VECTORISED void ReluBfloat(Bfloat16* y, float slope, std::size_t count) { ReluLoop(y, slope, count); }

/// Two parts and a mask are by far the most frequent, and cost one pass over memory.
template <typename T>
CUPEL_INLINE void SettleLoop(const T* a, const T* b, const T* result, float slope, T* g, std::size_t count) {
  if (b != nullptr && result != nullptr) {
    for (std::size_t i = 0; i < count; ++i)
      Store((Load(a[i]) + Load(b[i])) * (Load(result[i]) > 0 ? 1.0F : slope), g + i);
  } else if (b != nullptr) {
    for (std::size_t i = 0; i < count; ++i) Store(Load(a[i]) + Load(b[i]), g + i);
  } else if (result != nullptr) {
    for (std::size_t i = 0; i < count; ++i) Store(Load(a[i]) * (Load(result[i]) > 0 ? 1.0F : slope), g + i);
  } else {
    for (std::size_t i = 0; i < count; ++i) g[i] = a[i];
  }
}
CUPEL_VECTORISED void SettleFloat(const float* a, const float* b, const float* result, float slope, float* g,
                                  std::size_t count) {
  SettleLoop(a, b, result, slope, g, count);
}
CUPEL_VECTORISED void SettleBfloat(const Bfloat16* a, const Bfloat16* b, const Bfloat16* result, float slope,
                                   Bfloat16* g, std::size_t count) {
  SettleLoop(a, b, result, slope, g, count);
}

template <typename T, typename Pass>
void Settle(std::span<const void* const> parts, const void* result, float slope, void* g, std::size_t count,
            Pass pass) {
  auto* const out = static_cast<T*>(g);
  const auto* const mask = static_cast<const T*>(result);
  const auto part = [&](std::size_t i) { return static_cast<const T*>(parts[i]); };
  if (parts.size() <= 2) return pass(part(0), parts.size() == 2 ? part(1) : nullptr, mask, slope, out, count);
  // The part that g overwrites, if any, must be read first.
  std::vector<const T*> order;
  for (std::size_t i = 0; i < parts.size(); ++i) order.push_back(part(i));
  std::stable_partition(order.begin(), order.end(), [&](const T* p) { return p == out; });
  pass(order[0], order[1], nullptr, 1.0F, out, count);
  for (std::size_t i = 2; i < order.size(); ++i)
    pass(out, order[i], i + 1 == order.size() ? mask : nullptr, slope, out, count);
}

template <typename T>
CUPEL_INLINE void AffineLoop(const AffineLayout& layout, const float* scale, const float* shift, const T* x,
                             T* y) {
  for (std::size_t i = 0; i < layout.n * layout.blocks; ++i) {
    const std::size_t block = i % layout.blocks;
    const T* const from = x + i * layout.inner * layout.lanes;
    T* const to = y + i * layout.inner * layout.lanes;
    if (layout.lanes == 1) {
      const float s = scale[block], t = shift != nullptr ? shift[block] : 0;
      for (std::size_t p = 0; p < layout.inner; ++p) Store(Load(from[p]) * s + t, to + p);
      continue;
    }
    const float* const s = scale + block * layout.lanes;
    for (std::size_t p = 0; p < layout.inner; ++p) {
      const T* const a = from + p * layout.lanes;
      T* const b = to + p * layout.lanes;
      if (shift != nullptr) {
        const float* const t = shift + block * layout.lanes;
        for (std::size_t l = 0; l < layout.lanes; ++l) Store(Load(a[l]) * s[l] + t[l], b + l);
      } else {
        for (std::size_t l = 0; l < layout.lanes; ++l) Store(Load(a[l]) * s[l], b + l);
      }
    }
  }
}
CUPEL_VECTORISED void AffineFloat(const AffineLayout& layout, const float* scale, const float* shift,
                                  const float* x, float* y) {
  AffineLoop(layout, scale, shift, x, y);
}
CUPEL_VECTORISED void AffineBfloat(const AffineLayout& layout, const float* scale, const float* shift,
                                   const Bfloat16* x, Bfloat16* y) {
  AffineLoop(layout, scale, shift, x, y);
}

constexpr std::int64_t kLanes = 16;
// Sixteen channels at once; on processors with narrower vectors the compiler splits them.
using Lanes = float __attribute__((vector_size(4 * kLanes)));
using WordLanes = std::uint32_t __attribute__((vector_size(4 * kLanes)));
using HalfLanes = std::uint16_t __attribute__((vector_size(2 * kLanes)));

/// Kernel positions first, first + stride, ..., last that reach an input position, and the output position
/// that the first of them reaches it from; each further one, from the position before.
struct Reach {
  std::int64_t first = 0, last = -1, out = 0;
};

std::vector<Reach> Reaches(std::int64_t in, std::int64_t pad, std::int64_t stride, std::int64_t kernel,
                           std::int64_t out) {
  std::vector<Reach> reaches;
  for (std::int64_t at = pad; at < in + pad; ++at) {
    const std::int64_t least = std::max<std::int64_t>(0, at - (out - 1) * stride);
    const std::int64_t first = least + (at - least) % stride;
    reaches.push_back({first, std::min(kernel - 1, at), (at - first) / stride});
  }
  return reaches;
}

/// One pixel: the sums over kernel positions and channel blocks, 16 channels at a time.
template <typename T>
CUPEL_INLINE void SmallChannelPixel(const SmallChannelShape& s, const T* gradient, const float* weights,
                                    const Reach& rows, const Reach& columns, Lanes& to) {
  Lanes sums = {};
  for (std::int64_t block = 0; block < s.blocks; ++block) {
    const T* const plane = gradient + block * s.block_stride;
    const float* const kernel = weights + block * s.kernel_h * s.kernel_w * kLanes;
    std::int64_t out_y = rows.out;
    for (std::int64_t kh = rows.first; kh <= rows.last; kh += s.stride_h, --out_y) {
      const T* from = plane + (out_y * s.out_w + columns.out) * s.pixel_stride;
      for (std::int64_t kw = columns.first; kw <= columns.last; kw += s.stride_w, from -= s.pixel_stride) {
        Lanes g, w;
        std::memcpy(&w, kernel + (kh * s.kernel_w + kw) * kLanes, sizeof(w));
        if constexpr (sizeof(T) == sizeof(float)) {
          std::memcpy(&g, from, sizeof(g));
        } else {
          HalfLanes halves;
          std::memcpy(&halves, from, sizeof(halves));
          const WordLanes words = __builtin_convertvector(halves, WordLanes) << 16;
          std::memcpy(&g, &words, sizeof(g));
        }
        sums += g * w;
      }
    }
  }
  to = sums;
}

/// v[0] becomes the sums over the lanes of each of 16 vectors, halving the lanes of two at a time: the first
/// half of a group of lanes is then one vector's, the second the other's.
CUPEL_INLINE void SumLanes(Lanes (&v)[kLanes]) {
  for (int i = 0; i < 8; ++i) {
    const Lanes a = v[i], b = v[i + 8];
    v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
           __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  for (int i = 0; i < 4; ++i) {
    const Lanes a = v[i], b = v[i + 4];
    v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  for (int i = 0; i < 2; ++i) {
    const Lanes a = v[i], b = v[i + 2];
    v[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
           __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  v[0] = __builtin_shufflevector(v[0], v[1], 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
         __builtin_shufflevector(v[0], v[1], 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
}

template <typename T>
CUPEL_INLINE void SmallChannelLoop(const SmallChannelShape& s, const Reach* rows, const Reach* columns,
                                   const T* gradient, const float* weights, float* input_gradient) {
  for (std::int64_t plane = 0; plane < s.n * s.channels; ++plane) {
    const T* const sample = gradient + plane / s.channels * s.sample_stride;
    const float* const kernel = weights + plane % s.channels * s.blocks * s.kernel_h * s.kernel_w * kLanes;
    for (std::int64_t y = 0; y < s.in_h; ++y) {
      float* const to = input_gradient + (plane * s.in_h + y) * s.in_w;
      for (std::int64_t x = 0; x < s.in_w; x += kLanes) {
        Lanes pixels[kLanes] = {};
        const std::int64_t count = std::min(kLanes, s.in_w - x);
        for (std::int64_t i = 0; i < count; ++i)
          SmallChannelPixel(s, sample, kernel, rows[y], columns[x + i], pixels[i]);
        SumLanes(pixels);
        std::memcpy(to + x, &pixels[0], static_cast<std::size_t>(count) * sizeof(float));
      }
    }
  }
}
CUPEL_VECTORISED void SmallChannelFloat(const SmallChannelShape& s, const Reach* rows, const Reach* columns,
                                        const float* gradient, const float* weights, float* input_gradient) {
  SmallChannelLoop(s, rows, columns, gradient, weights, input_gradient);
}
CUPEL_VECTORISED void SmallChannelBfloat(const SmallChannelShape& s, const Reach* rows, const Reach* columns,
                                         const Bfloat16* gradient, const float* weights,
                                         float* input_gradient) {
  SmallChannelLoop(s, rows, columns, gradient, weights, input_gradient);
}

}  // namespace

void Sum(Element element, const void* a, const void* b, float sign, void* y, std::size_t count) {
  if (element == Element::kFloat32)
    return SumFloat(static_cast<const float*>(a), static_cast<const float*>(b), sign, static_cast<float*>(y),
                    count);
  SumBfloat(static_cast<const Bfloat16*>(a), static_cast<const Bfloat16*>(b), sign, static_cast<Bfloat16*>(y),
            count);
}

void ReluInPlace(Element element, void* y, float slope, std::size_t count) {
  if (element == Element::kFloat32) return ReluFloat(static_cast<float*>(y), slope, count);
  ReluBfloat(static_cast<Bfloat16*>(y), slope, count);
}

void SettleGradient(Element element, std::span<const void* const> parts, const void* result, float slope,
                    void* g, std::size_t count) {
  if (element == Element::kFloat32) return Settle<float>(parts, result, slope, g, count, SettleFloat);
  Settle<Bfloat16>(parts, result, slope, g, count, SettleBfloat);
}

void Affine(Element element, const AffineLayout& layout, std::span<const float> scale,
            std::span<const float> shift, const void* x, void* y) {
  const float* const t = shift.empty() ? nullptr : shift.data();
  if (element == Element::kFloat32)
    return AffineFloat(layout, scale.data(), t, static_cast<const float*>(x), static_cast<float*>(y));
  AffineBfloat(layout, scale.data(), t, static_cast<const Bfloat16*>(x), static_cast<Bfloat16*>(y));
}

void SmallChannelBackward(Element element, const SmallChannelShape& s, const void* gradient,
                          const float* weights, float* input_gradient) {
  const std::vector<Reach> rows = Reaches(s.in_h, s.pad_h, s.stride_h, s.kernel_h, s.out_h);
  const std::vector<Reach> columns = Reaches(s.in_w, s.pad_w, s.stride_w, s.kernel_w, s.out_w);
  if (element == Element::kFloat32)
    return SmallChannelFloat(s, rows.data(), columns.data(), static_cast<const float*>(gradient), weights,
                             input_gradient);
  SmallChannelBfloat(s, rows.data(), columns.data(), static_cast<const Bfloat16*>(gradient), weights,
                     input_gradient);
}

std::vector<float> SmallChannelWeights(std::span<const float> weights, std::int64_t m, std::int64_t channels,
                                       std::int64_t kernel_h, std::int64_t kernel_w) {
  const std::int64_t blocks = (m + kLanes - 1) / kLanes, area = kernel_h * kernel_w;
  std::vector<float> result(static_cast<std::size_t>(channels * blocks * area * kLanes), 0.0F);
  for (std::int64_t output = 0; output < m; ++output) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t k = 0; k < area; ++k) {
        const std::int64_t to = ((c * blocks + output / kLanes) * area + k) * kLanes + output % kLanes;
        result[static_cast<std::size_t>(to)] =
            weights[static_cast<std::size_t>((output * channels + c) * area + k)];
      }
    }
  }
  return result;
}

void Softmax(bool logarithm, std::size_t outer, std::size_t size, std::size_t inner, const float* x,
             float* y) {
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      const float* const from = x + o * size * inner + i;
      float* const to = y + o * size * inner + i;
      float largest = -std::numeric_limits<float>::infinity();
      for (std::size_t k = 0; k < size; ++k) largest = std::max(largest, from[k * inner]);
      double sum = 0;
      for (std::size_t k = 0; k < size; ++k) sum += std::exp(double{from[k * inner]} - largest);
      const double log_sum = std::log(sum) + largest;
      for (std::size_t k = 0; k < size; ++k) {
        const double logit = from[k * inner] - log_sum;
        to[k * inner] = static_cast<float>(logarithm ? logit : std::exp(logit));
      }
    }
  }
}

void SoftmaxBackward(bool logarithm, std::size_t outer, std::size_t size, std::size_t inner, const float* y,
                     const float* g, float* input_gradient) {
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      const std::size_t start = o * size * inner + i;
      double sum = 0;
      for (std::size_t k = 0; k < size; ++k) {
        const std::size_t at = start + k * inner;
        sum += logarithm ? double{g[at]} : double{g[at]} * y[at];
      }
      for (std::size_t k = 0; k < size; ++k) {
        const std::size_t at = start + k * inner;
        input_gradient[at] =
            static_cast<float>(logarithm ? g[at] - std::exp(double{y[at]}) * sum : y[at] * (g[at] - sum));
      }
    }
  }
}

}  // namespace cupel::algorithm::compiled
