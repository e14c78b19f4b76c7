// SPDX-License-Identifier: Apache-2.0
// Whole data sets through their manifests: the readers against each other, and everything that must be
// refused.
#include "cupel/data/dataset/open.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/image_folder.h"
#include "cupel/data/image/codec.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

namespace fs = std::filesystem;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kGovernance =
    "licence = \"MIT\"\nprovenance = \"p\"\nlawful_basis = \"l\"\npersonal_data = false\n";
// Three grey pictures of 2 x 2 with the classes b, a, b.
const Bytes kPixels = {0, 51, 255, 128, 1, 2, 3, 4, 9, 9, 200, 254};
const std::vector<std::uint8_t> kLabels = {1, 0, 1};

/// Writes files and manifests into a folder of its own.
class OpenTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const Bytes& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, bytes), IsOk());
  }
  void Write(const std::string& name, std::string_view text) {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }

  std::string FileEntry(const std::string& role, const std::string& name, const std::string& more = "") {
    const ManifestFile file{
        role == "images" ? FileRole::kImages : FileRole::kFeatures, folder_ / name, {}, "", ""};
    const auto digest = DigestOfFile(file);
    EXPECT_TRUE(digest.has_value()) << name;
    return fmt::format("[[files]]\nrole = \"{}\"\npath = \"{}\"\nsha256 = \"{}\"\n{}", role, name,
                       digest->Hex(), more);
  }

  Result<std::unique_ptr<Dataset>> Open(const std::string& format, const std::string& keys,
                                        const std::string& files, const OpenOptions& options = {}) {
    const std::string text = "name = \"n\"\nformat = \"" + format + "\"\n" + keys + kGovernance + files;
    CUPEL_TRY_STATUS(WriteFileAtomic(folder_ / "dataset.toml", text));
    return OpenDataset(folder_ / "dataset.toml", options);
  }

  void WriteIdx() {
    Bytes images = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2};
    images.insert(images.end(), kPixels.begin(), kPixels.end());
    Bytes labels = {0, 0, 8, 1, 0, 0, 0, 3};
    labels.insert(labels.end(), kLabels.begin(), kLabels.end());
    Write("images.idx", images);
    Write("labels.idx", labels);
  }

  void WriteNpy(const std::string& name, const std::string& descr, const std::string& shape,
                const Bytes& numbers) {
    const std::string header =
        "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
    Bytes bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<std::uint8_t>(header.size()), 0};
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.insert(bytes.end(), numbers.begin(), numbers.end());
    Write(name, bytes);
  }

  void WriteFloats(const std::string& name, const std::string& shape, const std::vector<float>& values) {
    Bytes numbers(values.size() * 4);
    std::memcpy(numbers.data(), values.data(), numbers.size());
    WriteNpy(name, "<f4", shape, numbers);
  }

  ScratchFolder folder_;
};

std::vector<float> All(const Dataset& dataset) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.size()));
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::int64_t>(i);
  std::vector<float> features(static_cast<std::size_t>(dataset.size() * dataset.info().SampleSize()));
  EXPECT_THAT(dataset.Read(indices, features), IsOk());
  return features;
}

std::vector<float> Expected() {
  std::vector<float> values;
  for (const std::uint8_t byte : kPixels) values.push_back(static_cast<float>(byte) / 255.0f);
  return values;
}

TEST_F(OpenTest, IdxNpyCsvAndPngGiveIdenticalTensors) {
  WriteIdx();
  WriteNpy("images.npy", "|u1", "(3, 2, 2)", kPixels);
  WriteNpy("labels.npy", "|u1", "(3,)", Bytes(kLabels.begin(), kLabels.end()));
  WriteFloats("floats.npy", "(3, 1, 2, 2)", Expected());
  std::string csv = "y,p0,p1,p2,p3\n";
  for (std::size_t i = 0; i < 3; ++i) {
    csv += kLabels[i] == 0 ? "a" : "b";
    for (std::size_t j = 0; j < 4; ++j) csv += fmt::format(",{:.9g}", Expected()[4 * i + j]);
    csv += "\n";
  }
  Write("table.csv", csv);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<float> all = Expected();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(4 * i);
    CUPEL_ASSERT_OK(const Bytes picture, image::EncodePng({2, 2, 1, {begin, begin + 4}}));
    Write(fmt::format("pets/{}/{}.png", kLabels[i] == 0 ? "a" : "b", i), picture);
  }

  const std::string classes = "class_names = [\"a\", \"b\"]\n";
  CUPEL_ASSERT_OK(
      const auto idx,
      Open("idx", classes, FileEntry("features", "images.idx") + FileEntry("labels", "labels.idx")));
  CUPEL_ASSERT_OK(
      const auto npy,
      Open("npy", classes, FileEntry("features", "images.npy") + FileEntry("labels", "labels.npy")));
  CUPEL_ASSERT_OK(const auto floats,
                  Open("npy", classes + "value_range = [0, 1]\n",
                       FileEntry("features", "floats.npy") + FileEntry("labels", "labels.npy")));
  CUPEL_ASSERT_OK(const auto table, Open("csv", classes + "shape = [1, 2, 2]\nvalue_range = [0, 1]\n",
                                         "[table]\nlabel = \"y\"\n" + FileEntry("table", "table.csv")));
  CUPEL_ASSERT_OK(const auto pictures, Open("images", "", FileEntry("images", "pets")));
  for (const Dataset* dataset : {idx.get(), npy.get(), floats.get(), table.get()}) {
    EXPECT_THAT(dataset->info().sample_shape, ElementsAre(1, 2, 2));
    EXPECT_THAT(dataset->info().class_names, ElementsAre("a", "b"));
    EXPECT_THAT(dataset->labels(), ElementsAre(1, 0, 1));
    EXPECT_EQ(All(*dataset), Expected());
    EXPECT_EQ(dataset->info().box_low, 0);
    EXPECT_EQ(dataset->info().box_high, 1);
  }
  // Pictures are in the order of their paths: a/1, b/0, b/2.
  EXPECT_THAT(pictures->labels(), ElementsAre(0, 1, 1));
  std::vector<float> in_order(12);
  ASSERT_THAT(pictures->Read(std::vector<std::int64_t>{1, 0, 2}, in_order), IsOk());
  EXPECT_EQ(in_order, Expected());
}

TEST_F(OpenTest, ChannelsLastBecomesChannelsFirst) {
  WriteNpy("x.npy", "|u1", "(1, 2, 1, 3)", {10, 20, 30, 40, 50, 60});
  WriteNpy("y.npy", "|u1", "(1,)", {0});
  const std::string files = FileEntry("features", "x.npy") + FileEntry("labels", "y.npy");
  CUPEL_ASSERT_OK(const auto dataset, Open("npy", "layout = \"hwc\"\n", files));
  EXPECT_THAT(dataset->info().sample_shape, ElementsAre(3, 2, 1));
  EXPECT_THAT(All(*dataset),
              ElementsAre(10 / 255.0f, 40 / 255.0f, 20 / 255.0f, 50 / 255.0f, 30 / 255.0f, 60 / 255.0f));
  EXPECT_THAT(Open("npy", "layout = \"hwc\"\nshape = [2, 1, 3]\n", files),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("channels last")));
  EXPECT_THAT(Open("npy", "shape = [5]\n", files),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("shape [5]")));
}

TEST_F(OpenTest, WrongDigestIsAFailedVerificationThatShowsBoth) {
  WriteIdx();
  const std::string files = FileEntry("features", "images.idx") + FileEntry("labels", "labels.idx");
  Write("labels.idx", Bytes{0, 0, 8, 1, 0, 0, 0, 3, 0, 0, 0});
  const std::string was = crypto::Sha256(Bytes{0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1}).Hex();
  const std::string is = crypto::Sha256(Bytes{0, 0, 8, 1, 0, 0, 0, 3, 0, 0, 0}).Hex();
  EXPECT_THAT(Open("idx", "", files),
              HasError(ErrorCode::kVerificationFailed,
                       AllOf(HasSubstr("labels.idx"), HasSubstr(was), HasSubstr(is))));
  CUPEL_ASSERT_OK(const Manifest manifest, ReadManifest(folder_ / "dataset.toml"));
  CUPEL_ASSERT_OK(const auto checks, CheckFiles(manifest));
  EXPECT_TRUE(checks[0].Matches());
  EXPECT_FALSE(checks[1].Matches());
}

TEST_F(OpenTest, MissingDigestIsNamedOrAllowed) {
  WriteIdx();
  const std::string files =
      FileEntry("features", "images.idx") + "[[files]]\nrole = \"labels\"\npath = \"labels.idx\"\n";
  EXPECT_THAT(Open("idx", "", files), HasError(ErrorCode::kInvalidArgument, HasSubstr("add sha256 = \"")));
  OpenOptions options;
  options.allow_missing_digests = true;
  EXPECT_THAT(Open("idx", "", files, options), IsOk());
}

TEST_F(OpenTest, DigestDependsOnContentAndNotOnTheFolder) {
  WriteIdx();
  Write("again/images", ReadFile(folder_ / "images.idx").value());
  const std::string labels = FileEntry("labels", "labels.idx");
  CUPEL_ASSERT_OK(const auto first, Open("idx", "", FileEntry("features", "images.idx") + labels));
  CUPEL_ASSERT_OK(const auto moved, Open("idx", "", FileEntry("features", "again/images") + labels));
  CUPEL_ASSERT_OK(const auto shaped,
                  Open("idx", "shape = [4]\n", FileEntry("features", "images.idx") + labels));
  EXPECT_EQ(first->info().digest, moved->info().digest);
  EXPECT_NE(first->info().digest, shaped->info().digest);
}

TEST_F(OpenTest, LabelsOutsideTheClassesAreNamed) {
  WriteIdx();
  const std::string images = FileEntry("features", "images.idx");
  EXPECT_THAT(Open("idx", "class_names = [\"a\"]\n", images + FileEntry("labels", "labels.idx")),
              HasError(ErrorCode::kCorrupt,
                       AllOf(HasSubstr("labels.idx"), HasSubstr("label 1 of sample 0 is outside 0 .. 0"))));
  Write("two.idx", Bytes{0, 0, 8, 1, 0, 0, 0, 2, 0, 0});
  EXPECT_THAT(Open("idx", "", images + FileEntry("labels", "two.idx")),
              HasError(ErrorCode::kCorrupt, HasSubstr("2 labels for 3 samples")));
  Write("minus.idx", Bytes{0, 0, 9, 1, 0, 0, 0, 3, 0, 0xff, 0});
  EXPECT_THAT(Open("idx", "", images + FileEntry("labels", "minus.idx")),
              HasError(ErrorCode::kCorrupt, HasSubstr("label -1 of sample 1")));
}

TEST_F(OpenTest, FloatsMustDeclareTheirBoxAndStayInIt) {
  WriteFloats("x.npy", "(2, 2)", {-1.5f, 0, 1, 2.5f});
  WriteNpy("y.npy", "|u1", "(2,)", {0, 1});
  const std::string files = FileEntry("features", "x.npy") + FileEntry("labels", "y.npy");
  EXPECT_THAT(Open("npy", "", files),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the file's values are in [-1.5, 2.5]")));
  EXPECT_THAT(Open("npy", "value_range = [-1, 3]\n", files),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[-1.5, 2.5]")));
  CUPEL_ASSERT_OK(const auto dataset, Open("npy", "value_range = [-1.5, 3]\n", files));
  EXPECT_EQ(dataset->info().box_low, -1.5f);
  WriteFloats("x.npy", "(2, 2)", {0, NAN, 1, 2});
  EXPECT_THAT(
      Open("npy", "value_range = [-2, 3]\n", FileEntry("features", "x.npy") + FileEntry("labels", "y.npy")),
      HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("x.npy"), HasSubstr("value 1 of sample 0 is nan"))));
}

TEST_F(OpenTest, EmptyAndMissingFilesAreRefused) {
  WriteIdx();
  Write("empty", Bytes{});
  Write("none.idx", Bytes{0, 0, 8, 1, 0, 0, 0, 0});
  const std::string labels = FileEntry("labels", "labels.idx");
  EXPECT_THAT(Open("idx", "", FileEntry("features", "empty") + labels),
              HasError(ErrorCode::kCorrupt, HasSubstr("empty")));
  EXPECT_THAT(Open("idx", "", FileEntry("features", "none.idx") + FileEntry("labels", "none.idx")),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Open("idx", "", "[[files]]\nrole = \"features\"\npath = \"gone\"\n" + labels),
              HasError(ErrorCode::kNotFound, HasSubstr("gone")));
}

TEST_F(OpenTest, BadGzipNamesTheFile) {
  WriteIdx();
  Write("bad.gz", Bytes{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff});
  EXPECT_THAT(Open("idx", "", FileEntry("features", "bad.gz") + FileEntry("labels", "labels.idx")),
              HasError(ErrorCode::kCorrupt, HasSubstr("bad.gz: the compressed data is")));
}

TEST_F(OpenTest, FilesBeyondTheMemoryLimitReadTheSame) {
  WriteIdx();
  OpenOptions options;
  options.limits.memory_bytes = 4;
  const std::string files = FileEntry("features", "images.idx") + FileEntry("labels", "labels.idx");
  CUPEL_ASSERT_OK(const auto dataset, Open("idx", "", files, options));
  EXPECT_EQ(All(*dataset), Expected());
  options.limits.total_bytes = 20;
  EXPECT_THAT(Open("idx", "", files, options), HasError(ErrorCode::kResourceLimit, HasSubstr("images.idx")));
}

TEST_F(OpenTest, TablesHaveFeaturesLabelsAndGroups) {
  Write("t.csv", "age,sex,income,note,label\n30,m,1.5,x,yes\n40,f,-2,y,no\n50,,0,z,yes\n");
  const std::string keys = "class_names = [\"no\", \"yes\"]\nvalue_range = [-100, 100]\n";
  const std::string table = "[table]\nfeatures = [\"income\", \"age\"]\ngroups = [\"sex\"]\n";
  CUPEL_ASSERT_OK(const auto dataset, Open("csv", keys, table + FileEntry("table", "t.csv")));
  EXPECT_THAT(dataset->info().sample_shape, ElementsAre(2));
  EXPECT_THAT(All(*dataset), ElementsAre(1.5f, 30, -2, 40, 0, 50));
  EXPECT_THAT(dataset->labels(), ElementsAre(1, 0, 1));
  ASSERT_EQ(dataset->group_attributes().size(), 1u);
  EXPECT_THAT(dataset->group_attributes()[0].group_names, ElementsAre("f", "m"));
  EXPECT_THAT(dataset->group_attributes()[0].group_of, ElementsAre(1, 0, -1));
  EXPECT_THAT(Open("csv", keys, "[table]\ngroups = [\"sex\"]\n" + FileEntry("table", "t.csv")),
              HasError(ErrorCode::kCorrupt,
                       AllOf(HasSubstr("t.csv:2"),
                             HasSubstr("column \"note\" must hold a finite number, got \"x\""))));
  EXPECT_THAT(Open("csv", keys, "[table]\ngroups = [\"sexx\"]\n" + FileEntry("table", "t.csv")),
              HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("t.csv:1"), HasSubstr("did you mean \"sex\""))));
}

TEST_F(OpenTest, GroupsOfPicturesAreMatchedByName) {
  CUPEL_ASSERT_OK(const Bytes png, image::EncodePng(image::FilledImage(1, 2, 2, 0.5f)));
  CUPEL_ASSERT_OK(const Bytes colour, image::EncodePng(image::FilledImage(3, 4, 4, 0.5f)));
  Write("p/cat/1.png", png);
  Write("p/dog/2.png", png);
  Write("p/.hidden", "x");
  Write("g.csv", "file,skin\ndog/2.png,light\ncat/1.png,dark\n");
  CUPEL_ASSERT_OK(const auto dataset,
                  Open("images", "", FileEntry("images", "p") + FileEntry("groups", "g.csv")));
  EXPECT_THAT(dataset->info().class_names, ElementsAre("cat", "dog"));
  EXPECT_THAT(dataset->group_attributes()[0].group_of, ElementsAre(0, 1));
  Write("g.csv", "file,skin\ndog/2.png,light\ncat/9.png,dark\n");
  EXPECT_THAT(Open("images", "", FileEntry("images", "p") + FileEntry("groups", "g.csv")),
              HasError(ErrorCode::kCorrupt, HasSubstr("no row for \"cat/1.png\"")));

  Write("p/dog/3.png", colour);
  EXPECT_THAT(Open("images", "", FileEntry("images", "p")),
              HasError(ErrorCode::kCorrupt, AllOf(HasSubstr("3.png"), HasSubstr("declare shape"))));
  CUPEL_ASSERT_OK(const auto resized, Open("images", "shape = [3, 2, 2]\n", FileEntry("images", "p")));
  EXPECT_EQ(resized->size(), 3);
  EXPECT_EQ(All(*resized), std::vector<float>(36, 128 / 255.0f));
  EXPECT_THAT(Open("images", "class_names = [\"cat\", \"dogs\"]\n", FileEntry("images", "p")),
              HasError(ErrorCode::kCorrupt));

  Write("p/dog/3.png", "no picture");
  EXPECT_THAT(Open("images", "", FileEntry("images", "p")),
              HasError(ErrorCode::kUnsupported, HasSubstr("3.png")));
  Write("p/dog/readme.txt", "x");
  const auto stray = ListImages(folder_ / "p");
  EXPECT_THAT(stray, HasError(ErrorCode::kUnsupported, HasSubstr("readme.txt")));
}

TEST_F(OpenTest, APictureThatChangesIsNoticed) {
  CUPEL_ASSERT_OK(const Bytes png, image::EncodePng(image::FilledImage(1, 2, 2, 0.5f)));
  Write("p/cat/1.png", png);
  CUPEL_ASSERT_OK(const auto dataset, Open("images", "", FileEntry("images", "p")));
  CUPEL_ASSERT_OK(const Bytes other, image::EncodePng(image::FilledImage(1, 2, 2, 0.25f)));
  Write("p/cat/1.png", other);
  std::vector<float> features(4);
  EXPECT_THAT(dataset->Read(std::vector<std::int64_t>{0}, features),
              HasError(ErrorCode::kCorrupt, HasSubstr("changed")));
}

TEST_F(OpenTest, PredictionsHaveADoorOfTheirOwn) {
  Write("p.csv", "label,score\n1,0.5\n");
  const std::string files = FileEntry("predictions", "p.csv");
  EXPECT_THAT(Open("predictions", "", files),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("predictions")));
  CUPEL_ASSERT_OK(const Manifest manifest, ReadManifest(folder_ / "dataset.toml"));
  CUPEL_ASSERT_OK(const Predictions predictions, OpenPredictions(manifest));
  EXPECT_EQ(predictions.n, 1);
}

}  // namespace
}  // namespace cupel::data::dataset
