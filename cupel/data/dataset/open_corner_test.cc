// SPDX-License-Identifier: Apache-2.0
// Opening what is not as it should be: folders, names, permissions; and the same numbers in any batches and
// from any storage.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "cupel/base/file.h"
#include "cupel/data/dataset/array_bytes_for_test.h"
#include "cupel/data/dataset/image_folder.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/image/codec.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

namespace fs = std::filesystem;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using cupel::testing::Unprivileged;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OpenCornerTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const Bytes& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, bytes), IsOk());
  }

  /// files: {role, path}.
  Result<std::unique_ptr<Dataset>> Open(const std::string& keys,
                                        const std::vector<std::pair<std::string, std::string>>& files,
                                        StorageLimits limits = {}) {
    std::string text =
        keys +
        "name = \"n\"\nlicence = \"MIT\"\nprovenance = \"p\"\nlawful_basis = \"l\"\npersonal_data = false\n";
    for (const auto& [role, path] : files)
      text += fmt::format("[[files]]\nrole = \"{}\"\npath = \"{}\"\n", role, path);
    CUPEL_TRY_STATUS(WriteFileAtomic(folder_ / "d.toml", text));
    OpenOptions options;
    options.allow_missing_digests = true;
    options.limits = limits;
    return OpenDataset(folder_ / "d.toml", options);
  }

  Result<std::unique_ptr<Dataset>> OpenPictures(const std::string& keys = "") {
    return Open("format = \"images\"\n" + keys, {{"images", "p"}});
  }

  static Bytes Picture(float value, std::int64_t channels = 1) {
    auto bytes = image::EncodePng(image::FilledImage(channels, 2, 2, value));
    CUPEL_CHECK(bytes.has_value());
    return *bytes;
  }

  ScratchFolder folder_;
};

TEST_F(OpenCornerTest, FoldersWithoutPicturesAreRefused) {
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kNotFound, HasSubstr("/p")));
  ASSERT_THAT(MakeFolder(folder_ / "p"), IsOk());
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kInvalidArgument, HasSubstr("no picture")));
  ASSERT_THAT(MakeFolder(folder_ / "p/cat"), IsOk());
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kInvalidArgument, HasSubstr("no picture")));
  Write("p/cat/1.png", Picture(0.5f));
  ASSERT_THAT(MakeFolder(folder_ / "p/dog"), IsOk());
  CUPEL_ASSERT_OK(const auto one_class, OpenPictures());
  EXPECT_THAT(one_class->info().class_names, ElementsAre("cat")) << "an empty folder is no class";
  CUPEL_ASSERT_OK(const auto named, OpenPictures("class_names = [\"dog\", \"cat\"]\n"));
  EXPECT_THAT(named->labels(), ElementsAre(1)) << "unless the manifest names it";
}

TEST_F(OpenCornerTest, WhatIsNoPictureIsNamed) {
  Write("p/cat/1.png", Picture(0.5f));
  Write("p/cat/2.gif", Text("GIF89a"));
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported, HasSubstr("2.gif")));
  fs::rename(folder_ / "p/cat/2.gif", folder_ / "p/cat/2.png");
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported,
                                       AllOf(HasSubstr("2.png"), HasSubstr("neither PNG nor JPEG"))));
  fs::remove(folder_ / "p/cat/2.png");
  Write("p/top.png", Picture(0.5f));
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported, HasSubstr("top.png")));
  fs::remove(folder_ / "p/top.png");
  ASSERT_THAT(MakeFolder(folder_ / "p/cat/deep.png"), IsOk());
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported, HasSubstr("deep.png")));
  fs::remove(folder_ / "p/cat/deep.png");
  Write("p/cat/2.png", {});
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported, HasSubstr("2.png")));
  fs::remove(folder_ / "p/cat/2.png");
  ASSERT_EQ(::mkfifo((folder_ / "p/cat/3.png").c_str(), 0600), 0);
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kUnsupported, HasSubstr("3.png"))) << "would wait for ever";
  fs::remove(folder_ / "p/cat/3.png");
  Write("p/cat/a\nb.png", Picture(0.5f));
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kInvalidArgument, HasSubstr("line break")));
}

TEST_F(OpenCornerTest, TheEndingDoesNotSayTheFormat) {
  auto jpeg = image::EncodeJpeg(image::FilledImage(1, 2, 2, 0.5f), 90);
  ASSERT_THAT(jpeg, IsOk());
  Write("p/cat/1.PNG", *jpeg);
  Write("p/cat/2.JpEg", Picture(0.5f));
  CUPEL_ASSERT_OK(const auto dataset, OpenPictures());
  EXPECT_EQ(dataset->size(), 2);
  std::vector<float> features(8);
  EXPECT_THAT(dataset->Read(std::array<std::int64_t, 2>{0, 1}, features), IsOk());
}

TEST_F(OpenCornerTest, PicturesAreOrderedAsBytesAcrossFolders) {
  // "a-b/1" comes before "a/1" ('-' < '/'), although the folder "a" comes before "a-b".
  for (const char* name : {"p/a/1.png", "p/a-b/1.png", "p/a/10.png", "p/a/2.png", "p/B/1.png"})
    Write(name, Picture(0.5f));
  CUPEL_ASSERT_OK(const auto images, ListImages(folder_ / "p"));
  std::vector<std::string> names;
  for (const ImageFile& file : images) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("B/1.png", "a-b/1.png", "a/1.png", "a/10.png", "a/2.png"));
}

TEST_F(OpenCornerTest, MixedPicturesNeedAShape) {
  Write("p/cat/1.png", Picture(0.5f));
  Write("p/cat/2.png", Picture(0.5f, 3));
  CUPEL_ASSERT_OK(const auto mixed, OpenPictures());  // Channels show only when a picture is decoded.
  std::vector<float> features(4);
  EXPECT_THAT(mixed->Read(std::array<std::int64_t, 1>{1}, features),
              HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("2.png"), HasSubstr("[3, 2, 2]"))));
  for (const char* shape : {"[1, 2, 2]", "[3, 4, 1]"})
    EXPECT_THAT(OpenPictures(fmt::format("shape = {}\n", shape)), IsOk());
  for (const char* shape : {"[2, 2, 2]", "[4]", "[2, 2]"}) {
    EXPECT_THAT(OpenPictures(fmt::format("shape = {}\n", shape)),
                HasError(ErrorCode::kInvalidArgument, HasSubstr("[1, h, w]")))
        << shape;
  }
}

TEST_F(OpenCornerTest, UnreadableFilesSaySo) {
  Write("p/cat/1.png", Picture(0.5f));
  Write("x.npy", Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1)}", {1}));
  fs::permissions(folder_ / "x.npy", fs::perms::none);
  fs::permissions(folder_ / "p/cat/1.png", fs::perms::none);
  const auto array = [&] { return Open("format = \"npy\"\n", {{"features", "x.npy"}, {"labels", "x.npy"}}); };
  fs::permissions(folder_.path(), fs::perms::all);
  fs::permissions(folder_ / "p", fs::perms::all);
  fs::permissions(folder_ / "p/cat", fs::perms::all);
  const Unprivileged user;
  if (!user.IsThere()) GTEST_SKIP() << "needs a user whom permissions stop";
  EXPECT_THAT(array(), HasError(ErrorCode::kPermission, HasSubstr("x.npy")));
  EXPECT_THAT(OpenPictures(), HasError(ErrorCode::kPermission, HasSubstr("1.png")));
}

TEST_F(OpenCornerTest, FoldersAndPipesAreNoArrays) {
  ASSERT_THAT(MakeFolder(folder_ / "x.npy"), IsOk());
  EXPECT_FALSE(Open("format = \"npy\"\n", {{"features", "x.npy"}, {"labels", "x.npy"}}).has_value());
}

/// The first bytes of numbers 0, 1, 2, ... as one array file a format.
TEST_F(OpenCornerTest, EveryFormatReadsTheSameInAnyBatchesFromAnyStorage) {
  constexpr std::int64_t kSamples = 37;
  Bytes pixels, labels;
  for (std::int64_t i = 0; i < kSamples * 6; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 7));
  for (std::int64_t i = 0; i < kSamples; ++i) labels.push_back(static_cast<std::uint8_t>(i % 3));
  const auto header = [](const std::string& shape) {
    return "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }\n";
  };
  const Bytes x = Npy(header("(37, 2, 3)"), pixels), y = Npy(header("(37,)"), labels, 2);
  Write("x.idx.gz", Deflate(Join({{0, 0, 8, 3, 0, 0, 0, 37, 0, 0, 0, 2, 0, 0, 0, 3}, pixels}), 31));
  Write("y.idx", Join({{0, 0, 8, 1, 0, 0, 0, 37}, labels}));
  Write("x.npy", x);
  Write("y.npy.gz", Deflate(y, 31));
  Write("both.npz", Zip({{"x.npy", x, true}, {"y.npy", y, false}}));
  std::string csv = "a,b,c,d,e,f,label\r\n";
  for (std::int64_t i = 0; i < kSamples; ++i) {
    for (std::int64_t j = 0; j < 6; ++j)
      csv += fmt::format("{:.9g},", static_cast<float>(pixels[static_cast<std::size_t>(6 * i + j)]) / 255.0f);
    csv += fmt::format("{}\r\n", i % 3);
  }
  Write("t.csv", Text(csv));
  const auto open = [&](int format, StorageLimits limits) {
    if (format == 0)
      return Open("format = \"idx\"\n", {{"features", "x.idx.gz"}, {"labels", "y.idx"}}, limits);
    if (format == 1)
      return Open("format = \"npy\"\n", {{"features", "x.npy"}, {"labels", "y.npy.gz"}}, limits);
    if (format == 3)
      return Open("format = \"csv\"\nshape = [1, 2, 3]\nvalue_range = [0, 1]\n", {{"table", "t.csv"}},
                  limits);
    return Open("format = \"npz\"\n",
                {{"features", "both.npz\"\nentry = \"x"}, {"labels", "both.npz\"\nentry = \"y.npy"}}, limits);
  };
  std::vector<float> expected;
  for (const std::uint8_t byte : pixels) expected.push_back(static_cast<float>(byte) / 255.0f);
  for (int format = 0; format < 4; ++format) {
    for (const StorageLimits limits : {StorageLimits{}, StorageLimits{16, 1 << 20}}) {
      CUPEL_ASSERT_OK(const auto dataset, open(format, limits));
      EXPECT_THAT(dataset->info().sample_shape, ElementsAre(1, 2, 3));
      EXPECT_THAT(dataset->labels().first(4), ElementsAre(0, 1, 2, 0));
      for (const std::size_t batch : {1u, 5u, 37u}) {
        std::vector<float> all;
        std::vector<std::int64_t> indices(kSamples);
        std::iota(indices.begin(), indices.end(), std::int64_t{0});
        for (std::size_t at = 0; at < indices.size(); at += batch) {
          const auto part = std::span(indices).subspan(at, std::min(batch, indices.size() - at));
          std::vector<float> features(part.size() * 6);
          ASSERT_THAT(dataset->Read(part, features), IsOk());
          all.insert(all.end(), features.begin(), features.end());
        }
        EXPECT_EQ(all, expected) << "format " << format << ", batches of " << batch;
      }
    }
  }
}

}  // namespace
}  // namespace cupel::data::dataset
