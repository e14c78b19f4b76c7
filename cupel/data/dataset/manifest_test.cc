// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/manifest.h"

#include <fmt/format.h>

#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kGovernance =
    "licence = \"MIT\"\nprovenance = \"p\"\nlawful_basis = \"l\"\npersonal_data = false\n";
constexpr const char* kFiles =
    "[[files]]\nrole = \"features\"\npath = \"x.gz\"\n"
    "sha256 = \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"\n"
    "[[files]]\nrole = \"labels\"\npath = \"/abs/y\"\n";

Result<Manifest> Parse(const std::string& text) { return ParseManifest(text, "d.toml", "/data"); }

/// A good manifest with more lines before the governance keys.
std::string With(const std::string& lines) {
  return "name = \"n\"\nformat = \"idx\"\n" + lines + kGovernance + kFiles;
}

TEST(Manifest, ReadsEveryKey) {
  CUPEL_ASSERT_OK(const Manifest m, Parse(With("title = \"T\"\ntitle_zh = \"Z\"\nclass_names = [\"a\", "
                                               "\"b\"]\nshape = [1, 2, 2]\nlayout = \"hwc\"\n"
                                               "value_range = [-1, 2.5]\nsplit = \"test\"\npurposes = "
                                               "[\"research\"]\nknown_bias = \"none known\"\n")));
  EXPECT_EQ(m.name, "n");
  EXPECT_EQ(m.title, "T");
  EXPECT_EQ(m.title_zh, "Z");
  EXPECT_EQ(m.format, DataFormat::kIdx);
  EXPECT_THAT(m.class_names, ElementsAre("a", "b"));
  EXPECT_THAT(m.shape, ElementsAre(1, 2, 2));
  EXPECT_TRUE(m.channels_last);
  EXPECT_EQ(m.value_range->low, -1);
  EXPECT_EQ(m.value_range->high, 2.5f);
  EXPECT_EQ(m.split, "test");
  EXPECT_THAT(m.purposes, ElementsAre("research"));
  EXPECT_EQ(m.known_bias, "none known");
  EXPECT_EQ(m.licence, "MIT");
  EXPECT_EQ(m.provenance, "p");
  EXPECT_EQ(m.lawful_basis, "l");
  EXPECT_FALSE(m.personal_data);
  ASSERT_EQ(m.files.size(), 2u);
  EXPECT_EQ(m.files[0].path, "/data/x.gz");
  EXPECT_EQ(m.files[0].sha256->Hex().substr(0, 6), "001122");
  EXPECT_EQ(m.files[1].path, "/abs/y");
  EXPECT_FALSE(m.files[1].sha256.has_value());
  EXPECT_EQ(m.Find(FileRole::kLabels), &m.files[1]);
  EXPECT_EQ(m.Find(FileRole::kGroups), nullptr);
}

TEST(Manifest, NamesTheNearestKeyFileAndLine) {
  EXPECT_THAT(Parse(With("class_name = [\"a\"]\n")),
              HasError(ErrorCode::kInvalidArgument,
                       AllOf(HasSubstr("d.toml:3"), HasSubstr("did you mean \"class_names\""))));
  EXPECT_THAT(
      Parse("name = \"n\"\nformat = \"idxx\"\n"),
      HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("d.toml:2"), HasSubstr("did you mean \"idx\""))));
  EXPECT_THAT(Parse(With("") + "sha265 = \"\"\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean \"sha256\"")));
  EXPECT_THAT(Parse(With("") + "entry = \"x\"\n"), HasError(ErrorCode::kInvalidArgument, HasSubstr("npz")));
}

TEST(Manifest, RefusesTheSameKeyTwiceAndWhatIsNoToml) {
  EXPECT_THAT(Parse(With("name = \"again\"\n")), HasError(ErrorCode::kCorrupt, HasSubstr("d.toml:3")));
  EXPECT_THAT(Parse("name = "), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Parse(""), HasError(ErrorCode::kNotFound, HasSubstr("name")));
}

TEST(Manifest, RefusesValuesOutOfRange) {
  const auto refused = [](const std::string& line, const std::string& text) {
    EXPECT_THAT(Parse(With(line + "\n")),
                HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("d.toml:3"), HasSubstr(text))))
        << line;
  };
  refused("shape = []", "shape must be");
  refused("shape = [0]", "shape must be");
  refused("shape = [4294967296, 4294967296, 4294967296]", "shape must be");
  refused("layout = \"nchw\"", "layout must be");
  refused("value_range = [1, 0]", "low < high");
  refused("value_range = [0, nan]", "finite");
  refused("value_range = [0]", "low < high");
  refused("class_names = [\"a\", \"b\", \"a\"]", "\"a\" stands twice");
  refused("class_names = [\"\"]", "empty");
  refused("[table]", "csv");
}

TEST(Manifest, NeedsLicenceProvenanceAndLawfulBasis) {
  const std::string good = With("");
  for (const char* key : {"licence", "provenance", "lawful_basis", "personal_data", "name", "format"}) {
    std::string without = good;
    const std::size_t at = without.find(std::string(key) + " = ");
    without.erase(at, without.find('\n', at) + 1 - at);
    EXPECT_THAT(Parse(without), HasError(ErrorCode::kNotFound, HasSubstr(key))) << key;
  }
  std::string blank = good;
  blank.replace(blank.find("\"MIT\""), 5, "\"  \"");
  EXPECT_THAT(Parse(blank), HasError(ErrorCode::kInvalidArgument, HasSubstr("licence must not be empty")));
}

TEST(Manifest, PersonalDataNeedsPurposes) {
  std::string personal = With("");
  personal.replace(personal.find("false"), 5, "true");
  EXPECT_THAT(Parse(personal), HasError(ErrorCode::kInvalidArgument, HasSubstr("purposes")));
  EXPECT_TRUE(Parse("purposes = [\"quality control\"]\n" + personal).has_value());
}

TEST(Manifest, NeedsTheFilesOfItsFormat) {
  const std::string head = fmt::format("name = \"n\"\n{}", kGovernance);
  EXPECT_THAT(Parse(head + "format = \"idx\"\n"), HasError(ErrorCode::kNotFound, HasSubstr("files")));
  EXPECT_THAT(Parse(head + "format = \"csv\"\n" + kFiles),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("needs a file with role = \"table\"")));
  EXPECT_THAT(Parse(head + "format = \"idx\"\n" + kFiles + "[[files]]\nrole = \"table\"\npath = \"t\"\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("takes no file with role = \"table\"")));
  EXPECT_THAT(Parse(head + "format = \"idx\"\n" + kFiles + "[[files]]\nrole = \"labels\"\npath = \"t\"\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("takes one file with role = \"labels\"")));
  EXPECT_THAT(Parse(head + "format = \"csv\"\n[[files]]\nrole = \"table\"\npath = \"t\"\nsha256 = \"12\"\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("d.toml:10")));
}

TEST(Manifest, MissingFileIsNamed) {
  EXPECT_THAT(ReadManifest("/nonexistent/dataset.toml"),
              HasError(ErrorCode::kNotFound, HasSubstr("/nonexistent/dataset.toml")));
}

}  // namespace
}  // namespace cupel::data::dataset
