// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/corruption_kinds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::image::FilledImage;
using data::image::Image;

/// A picture with edges, away from black and white.
Image Checkered(std::int64_t channels, std::int64_t side) {
  Image image = FilledImage(channels, side, side, 0.3F);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y < side; ++y) {
      for (std::int64_t x = 0; x < side; ++x) {
        if ((x / 4 + y / 4 + c) % 2 == 0) image.At(c, y, x) = 0.6F;
      }
    }
  }
  return image;
}

Image Worse(const Image& image, CorruptionKind kind, int strength, std::uint64_t sample = 0) {
  ReproducibleStream stream(1, "corruption_kinds_test", sample);
  return Corrupted(image, kind, strength, stream).value();
}

double MeanSquare(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::pow(a.values[i] - b.values[i], 2);
  return sum / static_cast<double>(a.values.size());
}

TEST(CorruptionTest, EveryKindKeepsShapeAndRangeAndChangesThePicture) {
  for (const std::int64_t channels : {1, 3}) {
    const Image image = Checkered(channels, 32);
    for (const std::string& name : CorruptionNames()) {
      for (int strength = 1; strength <= kStrengths; ++strength) {
        const Image worse = Worse(image, CorruptionOf(name), strength);
        EXPECT_EQ(worse.channels, channels) << name;
        EXPECT_EQ(worse.height, 32) << name;
        for (const float value : worse.values) ASSERT_TRUE(value >= 0 && value <= 1) << name;
        EXPECT_GT(MeanSquare(image, worse), 0) << name << strength;
      }
    }
  }
}

TEST(CorruptionTest, DamageGrowsWithStrength) {
  const Image image = Checkered(3, 32);
  for (const std::string& name : CorruptionNames()) {
    // A periodic picture turned further need not differ more, and JPEG's error on one picture is not
    // monotone.
    if (name == "rotation" || name == "jpeg") continue;
    for (int strength = 2; strength <= kStrengths; ++strength) {
      EXPECT_GT(MeanSquare(image, Worse(image, CorruptionOf(name), strength)),
                MeanSquare(image, Worse(image, CorruptionOf(name), strength - 1)))
          << name << strength;
    }
  }
}

// Averaged over pictures without a period, every kind does more harm at every further strength.
TEST(CorruptionTest, MeanDamageOfEveryKindGrowsWithStrength) {
  for (const std::string& name : CorruptionNames()) {
    double last = 0;
    for (int strength = 1; strength <= kStrengths; ++strength) {
      double damage = 0;
      for (std::uint64_t sample = 0; sample < 12; ++sample) {
        ReproducibleStream stream(4, "blobs", sample);
        Image image = FilledImage(3, 32, 32, 0);
        const double x0 = 32 * stream.UniformDouble(), y0 = 32 * stream.UniformDouble();
        for (std::int64_t c = 0; c < 3; ++c) {
          for (std::int64_t y = 0; y < 32; ++y) {
            for (std::int64_t x = 0; x < 32; ++x) {
              const double r = std::hypot(static_cast<double>(x) - x0, 2 * (static_cast<double>(y) - y0));
              image.At(c, y, x) =
                  0.3F + 0.4F * static_cast<float>(std::exp(-r / 12) + 0.2 * stream.UniformDouble());
            }
          }
        }
        damage += MeanSquare(image, Worse(image, CorruptionOf(name), strength, sample));
      }
      EXPECT_GT(damage, last) << name << " " << strength;
      last = damage;
    }
  }
}

// Only what is drawn depends on the sample; the rest is a function of the picture.
TEST(CorruptionTest, OnlyNoiseAndRotationDependOnTheSample) {
  const Image image = Checkered(3, 32);
  for (const std::string& name : CorruptionNames()) {
    bool differs = false;
    for (std::uint64_t sample = 1; sample < 20; ++sample)
      differs =
          differs || !(Worse(image, CorruptionOf(name), 3, sample) == Worse(image, CorruptionOf(name), 3, 0));
    EXPECT_EQ(differs, name == "noise" || name == "rotation") << name;
  }
}

TEST(CorruptionTest, NoiseHasTheDocumentedDeviation) {
  const Image image = FilledImage(1, 90, 90, 0.5F);
  const Image worse = Worse(image, CorruptionKind::kNoise, 3);
  EXPECT_NEAR(std::sqrt(MeanSquare(image, worse)), 0.08, 0.08 * 0.03);
  const double mean = std::accumulate(worse.values.begin(), worse.values.end(), 0.0) / 8100;
  EXPECT_NEAR(mean, 0.5, 4 * 0.08 / 90);
}

TEST(CorruptionTest, ContrastKeepsEachChannelsMeanAndScalesItsDeviation) {
  const Image image = Checkered(3, 32);
  const Image worse = Worse(image, CorruptionKind::kContrast, 2);
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto before = image.Plane(c);
    const auto after = worse.Plane(c);
    const double mean =
        std::accumulate(before.begin(), before.end(), 0.0) / static_cast<double>(before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      EXPECT_NEAR(after[i] - mean, 0.5 * (before[i] - mean), 1e-6);
  }
}

TEST(CorruptionTest, BrightnessRaisesTheHsvValueAndKeepsTheHue) {
  Image image = FilledImage(3, 2, 2, 0);
  for (std::int64_t pixel = 0; pixel < 3; ++pixel) {
    image.At(0, pixel / 2, pixel % 2) = 0.4F;
    image.At(1, pixel / 2, pixel % 2) = 0.2F;
    image.At(2, pixel / 2, pixel % 2) = 0.1F;
  }
  const Image worse = Worse(image, CorruptionKind::kBrightness, 4);  // + 0.2
  EXPECT_NEAR(worse.At(0, 0, 0), 0.6, 1e-6);
  EXPECT_NEAR(worse.At(1, 0, 0), 0.3, 1e-6);
  EXPECT_NEAR(worse.At(2, 0, 0), 0.15, 1e-6);
  for (std::int64_t c = 0; c < 3; ++c) EXPECT_NEAR(worse.At(c, 1, 1), 0.2, 1e-6);  // black becomes grey
}

TEST(CorruptionTest, RotationTurnsBothWaysAcrossSamples) {
  const Image image = Checkered(1, 32);
  const Image first = Worse(image, CorruptionKind::kRotation, 1, 0);
  bool another = false;
  for (std::uint64_t sample = 1; sample < 20; ++sample) {
    another = another || !(Worse(image, CorruptionKind::kRotation, 1, sample) == first);
  }
  EXPECT_TRUE(another);
  EXPECT_EQ(Worse(image, CorruptionKind::kRotation, 1, 0), first);
}

TEST(CorruptionTest, ConstantsFollowThePicturesSize) {
  const Image small = FilledImage(1, 32, 40, 0);
  const Image large = FilledImage(1, 224, 300, 0);
  EXPECT_DOUBLE_EQ(CorruptionConstant(CorruptionKind::kNoise, 1, small), 0.04);
  EXPECT_DOUBLE_EQ(CorruptionConstant(CorruptionKind::kNoise, 5, large), 0.38);
  EXPECT_DOUBLE_EQ(CorruptionConstant(CorruptionKind::kBlur, 5, small), 1.0);
  EXPECT_DOUBLE_EQ(CorruptionConstant(CorruptionKind::kBlur, 5, large), 6.0);
  EXPECT_DOUBLE_EQ(CorruptionConstant(CorruptionKind::kBlur, 5, FilledImage(1, 28, 28, 0)), 28.0 / 32);
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
