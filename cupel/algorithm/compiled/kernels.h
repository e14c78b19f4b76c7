// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Loops of our own, where oneDNN has no kernel, a slow one, or one call too many. Private to the module.
///
/// Elements are float32 or bfloat16 (rounded to nearest even); arithmetic is float32. Compiled for AVX-512,
/// AVX2 and the plain instruction set, chosen when the program starts.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::compiled {

enum class Element { kFloat32, kBfloat16 };

inline std::size_t ElementBytes(Element element) { return element == Element::kFloat32 ? 4 : 2; }

/// y = a + sign * b.
void Sum(Element element, const void* a, const void* b, float sign, void* y, std::size_t count);

/// y = y > 0 ? y : slope * y, in place.
void ReluInPlace(Element element, void* y, float slope, std::size_t count);

/// g = parts[0] + parts[1] + ... (1 to 4 at a time), times 1 where result > 0 and `slope` elsewhere; without
/// `result` (nullptr) just the sum. g may be one of the parts.
void SettleGradient(Element element, std::span<const void* const> parts, const void* result, float slope,
                    void* g, std::size_t count);

/// How the elements of a tile lie around the axis that scale and shift follow: [n, blocks, inner, lanes],
/// with one number for each (block, lane).
struct AffineLayout {
  std::size_t n = 0, blocks = 0, inner = 0, lanes = 0;
};
/// y = x * scale + shift; without `shift` (empty) just the product.
void Affine(Element element, const AffineLayout& layout, std::span<const float> scale,
            std::span<const float> shift, const void* x, void* y);

/// The input gradient of a convolution with few input channels, for which oneDNN has its reference loop only.
///
/// gradient: [n, output channels, out_h, out_w] in blocks of 16 channels: element (i, block, y, x, lane) at
/// i * sample_stride + block * block_stride + (y * out_w + x) * pixel_stride + lane.
/// weights: [channels, blocks, kernel_h, kernel_w, 16], zero in lanes beyond the last channel.
/// Writes [n, channels, in_h, in_w], row-major float32.
struct SmallChannelShape {
  std::int64_t n = 0, channels = 0, blocks = 0;
  std::int64_t in_h = 0, in_w = 0, out_h = 0, out_w = 0;
  std::int64_t kernel_h = 0, kernel_w = 0, stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0;
  std::int64_t sample_stride = 0, block_stride = 0, pixel_stride = 0;
};
void SmallChannelBackward(Element element, const SmallChannelShape& s, const void* gradient,
                          const float* weights, float* input_gradient);
/// weights [m, channels, kernel_h, kernel_w] as SmallChannelBackward wants them.
std::vector<float> SmallChannelWeights(std::span<const float> weights, std::int64_t m, std::int64_t channels,
                                       std::int64_t kernel_h, std::int64_t kernel_w);

/// Along the middle axis of [outer, size, inner].
void Softmax(bool logarithm, std::size_t outer, std::size_t size, std::size_t inner, const float* x,
             float* y);
/// g: gradient of the result y.
void SoftmaxBackward(bool logarithm, std::size_t outer, std::size_t size, std::size_t inner, const float* y,
                     const float* g, float* input_gradient);

}  // namespace cupel::algorithm::compiled
