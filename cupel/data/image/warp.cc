// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/warp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "cupel/data/image/opencv_call.h"

namespace cupel::data::image {
namespace {

// Headers over planes that we own; OpenCV allocates nothing through them. `from` is only read.
cv::Mat PlaneMat(const Image& from, std::int64_t channel) {
  return {static_cast<int>(from.height), static_cast<int>(from.width), CV_32F,
          const_cast<float*>(from.Plane(channel).data())};
}

cv::Mat PlaneMat(Image& to, std::int64_t channel) {
  return {static_cast<int>(to.height), static_cast<int>(to.width), CV_32F, to.Plane(channel).data()};
}

Status CheckSize(std::int64_t height, std::int64_t width) {
  if (height > 0 && width > 0 && height <= kMaxPixels && width <= kMaxPixels && height * width <= kMaxPixels)
    return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("a picture has 1 to {} pixels, got {} x {}", kMaxPixels, height, width));
}

// cos and sin that are exact at multiples of 90 degrees, where the library's are off by 1e-16.
std::pair<double, double> CosSin(double degrees) {
  const double turned = std::remainder(degrees, 360.0);
  if (turned == 0) return {1, 0};
  if (turned == 90) return {0, 1};
  if (turned == -90) return {0, -1};
  if (std::abs(turned) == 180) return {-1, 0};
  const double radians = turned * std::numbers::pi / 180.0;
  return {std::cos(radians), std::sin(radians)};
}

// The value of a plane at a point between pixels.
class Sampler {
 public:
  Sampler(const Image& image, std::int64_t channel, Border border, float fill)
      : image_(image), channel_(channel), border_(border), fill_(fill) {}

  float At(double y, double x) const {
    const double top = std::floor(y), left = std::floor(x);
    const auto down = static_cast<float>(y - top), right = static_cast<float>(x - left);
    const auto row = static_cast<std::int64_t>(top), column = static_cast<std::int64_t>(left);
    const float above = Mix(Pixel(row, column), Pixel(row, column + 1), right);
    const float below = Mix(Pixel(row + 1, column), Pixel(row + 1, column + 1), right);
    return Mix(above, below, down);
  }

 private:
  // Exactly `a` at share 0, whatever b is.
  static float Mix(float a, float b, float share) { return share == 0 ? a : a + share * (b - a); }

  float Pixel(std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && x >= 0 && y < image_.height && x < image_.width;
    if (!inside && border_ == Border::kConstant) return fill_;
    return image_.At(channel_, std::clamp<std::int64_t>(y, 0, image_.height - 1),
                     std::clamp<std::int64_t>(x, 0, image_.width - 1));
  }

  const Image& image_;
  std::int64_t channel_;
  Border border_;
  float fill_;
};

}  // namespace

Result<Image> GaussianBlur(const Image& image, double sigma) {
  if (!(sigma > 0 && sigma <= 100)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("sigma must be > 0 and <= 100 pixels, got {}", sigma));
  }
  return CallOpenCv("blurring a picture", ErrorCode::kInternal, [&]() -> Result<Image> {
    const int taps = 2 * static_cast<int>(std::ceil(4 * sigma)) + 1;
    Image blurred = FilledImage(image.channels, image.height, image.width, 0.0f);
    for (std::int64_t channel = 0; channel < image.channels; ++channel) {
      cv::Mat to = PlaneMat(blurred, channel);
      cv::GaussianBlur(PlaneMat(image, channel), to, {taps, taps}, sigma, sigma, cv::BORDER_REPLICATE);
    }
    return blurred;
  });
}

// By hand: OpenCV's warpAffine rounds positions to 1/32 of a pixel.
Result<Image> Rotate(const Image& image, double degrees, Border border, float fill) {
  if (!std::isfinite(degrees)) return Fail(ErrorCode::kInvalidArgument, "degrees must be finite");
  const auto [cosine, sine] = CosSin(degrees);
  const double middle_x = static_cast<double>(image.width - 1) / 2,
               middle_y = static_cast<double>(image.height - 1) / 2;
  Image turned = FilledImage(image.channels, image.height, image.width, 0.0f);
  for (std::int64_t channel = 0; channel < image.channels; ++channel) {
    const Sampler sampler(image, channel, border, fill);
    for (std::int64_t y = 0; y < image.height; ++y) {
      for (std::int64_t x = 0; x < image.width; ++x) {
        const double dx = static_cast<double>(x) - middle_x, dy = static_cast<double>(y) - middle_y;
        // Rows grow downwards, so a counter-clockwise turn takes its value from (cos dx - sin dy, sin dx +
        // cos dy).
        turned.At(channel, y, x) =
            sampler.At(middle_y + sine * dx + cosine * dy, middle_x + cosine * dx - sine * dy);
      }
    }
  }
  return turned;
}

Result<Image> Resize(const Image& image, std::int64_t height, std::int64_t width) {
  CUPEL_TRY_STATUS(CheckSize(height, width));
  if (height == image.height && width == image.width) return image;
  return CallOpenCv("resizing a picture", ErrorCode::kInternal, [&]() -> Result<Image> {
    const bool shrinks = height <= image.height && width <= image.width;
    Image resized = FilledImage(image.channels, height, width, 0.0f);
    for (std::int64_t channel = 0; channel < image.channels; ++channel) {
      cv::Mat to = PlaneMat(resized, channel);
      cv::resize(PlaneMat(image, channel), to, to.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    return resized;
  });
}

Result<Image> Enlarge(const Image& image, int factor) {
  if (factor < 1 || factor > 64) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("factor must be in 1 .. 64, got {}", factor));
  }
  CUPEL_TRY_STATUS(CheckSize(image.height * factor, image.width * factor));
  Image large = FilledImage(image.channels, image.height * factor, image.width * factor, 0.0f);
  for (std::int64_t channel = 0; channel < image.channels; ++channel) {
    for (std::int64_t y = 0; y < large.height; ++y) {
      for (std::int64_t x = 0; x < large.width; ++x) {
        large.At(channel, y, x) = image.At(channel, y / factor, x / factor);
      }
    }
  }
  return large;
}

}  // namespace cupel::data::image
