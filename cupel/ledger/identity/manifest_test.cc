// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/manifest.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/published_vectors_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class ManifestTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }

  std::vector<std::string> NamesIn(const ModelPaths& model, const Serialization& serialization = {}) const {
    std::vector<std::string> names;
    const auto manifest = BuildManifest(model, serialization);
    EXPECT_THAT(manifest, IsOk());
    if (manifest) {
      for (const Resource& resource : manifest->resources) names.push_back(resource.name);
    }
    return names;
  }

  /// The files that the reference implementation's tests are about.
  void WriteSampleModel() const {
    for (const auto& [name, text] : kSampleModelFiles) Write("sample_model/" + std::string(name), text);
  }

  const ScratchFolder folder_;
};

Bytes Sha(std::string_view text) {
  const Digest digest = crypto::Sha256(AsBytes(text));
  return {digest.bytes.begin(), digest.bytes.end()};
}

TEST_F(ManifestTest, HasThePublishedDigestsAndRootOfAFolder) {
  WriteSampleModel();
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest({folder_ / "sample_model"}));
  EXPECT_EQ(manifest.model_name, "sample_model");
  ASSERT_EQ(manifest.resources.size(), std::size(kSampleModelDigests));
  for (std::size_t i = 0; i < manifest.resources.size(); ++i) {
    EXPECT_EQ(manifest.resources[i].name, kSampleModelDigests[i].first);
    EXPECT_EQ(ToHex(manifest.resources[i].digest), kSampleModelDigests[i].second);
  }
  EXPECT_EQ(manifest.Root().Hex(), kSampleModelRoot);
}

TEST_F(ManifestTest, HasThePublishedRootOfASingleFile) {
  Write("file_model", kSampleFileText);
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest({folder_ / "file_model"}));
  EXPECT_THAT(manifest.resources, ElementsAre(Resource{"file_model", Sha(kSampleFileText)}));
  EXPECT_EQ(manifest.Root().Hex(), kSampleFileRoot);
  const Digest root = manifest.Root();
  EXPECT_NE(Bytes(root.bytes.begin(), root.bytes.end()), manifest.resources[0].digest);
  EXPECT_EQ(manifest.Root(), crypto::Sha256(manifest.resources[0].digest));
}

TEST_F(ManifestTest, HasThePublishedDigestsAndRootOfShards) {
  WriteSampleModel();
  CUPEL_ASSERT_OK(Manifest manifest,
                  BuildManifest({folder_ / "sample_model"}, {.method = Method::kShards, .shard_size = 8}));
  EXPECT_TRUE(std::is_sorted(manifest.resources.begin(), manifest.resources.end(),
                             [](const Resource& a, const Resource& b) { return a.name < b.name; }));
  // The reference implementation sorts shards of one file by offset, the specification by text ("8:16" after
  // "16:23"); the published root is of the former order.
  std::vector<Resource> by_offset;
  for (const auto& [name, hex] : kSampleModelShards) {
    const auto it = std::find_if(manifest.resources.begin(), manifest.resources.end(),
                                 [&](const Resource& resource) { return resource.name == name; });
    ASSERT_NE(it, manifest.resources.end()) << name;
    EXPECT_EQ(ToHex(it->digest), hex) << name;
    by_offset.push_back(*it);
  }
  EXPECT_EQ(by_offset.size(), manifest.resources.size());
  EXPECT_EQ(RootOf(by_offset).Hex(), kSampleModelShardsRoot);
}

TEST_F(ManifestTest, SortsByCodePointsOfTheWholePath) {
  for (const char* name :
       {"a/b", "a.b", "a-b", "B", "b", "a", "\xC3\xA9", "\xEF\xBF\xBD", "\xF0\x9F\x99\x82"}) {
    if (std::string_view(name) != "a") Write(std::string("m/") + name, name);
  }
  // '-' < '.' < '/': the separator is a character like others. U+00E9 < U+FFFD < U+1F642.
  EXPECT_THAT(NamesIn({folder_ / "m"}),
              ElementsAre("B", "a-b", "a.b", "a/b", "b", "\xC3\xA9", "\xEF\xBF\xBD", "\xF0\x9F\x99\x82"));
}

TEST_F(ManifestTest, LeavesOutTheDefaultsAtTheTopAlone) {
  for (const char* name : {".git/config", ".gitignore", ".gitattributes", ".github/workflows/x.yml",
                           ".gitmodules", "sub/.git/config", "sub/.gitignore", "w.bin"}) {
    Write(std::string("m/") + name, "x");
  }
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest({folder_ / "m"}));
  EXPECT_THAT(NamesIn({folder_ / "m"}),
              ElementsAre(".gitmodules", "sub/.git/config", "sub/.gitignore", "w.bin"));
  EXPECT_THAT(manifest.serialization.ignore_paths,
              ElementsAre(".git", ".gitattributes", ".github", ".gitignore"));
}

TEST_F(ManifestTest, LeavesOutAndRecordsWhatTheUserIgnoresAndTheSignature) {
  for (const char* name : {"cache/a", "sub/cache/a", "w.bin", "model.sig"})
    Write(std::string("m/") + name, "x");
  Serialization serialization;
  serialization.ignore_paths = {"./cache/"};
  const ModelPaths model{folder_ / "m", {}, folder_ / "m" / "model.sig"};
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest(model, serialization));
  EXPECT_THAT(NamesIn(model, serialization), ElementsAre("sub/cache/a", "w.bin"));
  EXPECT_THAT(manifest.serialization.ignore_paths,
              ElementsAre(".git", ".gitattributes", ".github", ".gitignore", "cache", "model.sig"));
}

TEST_F(ManifestTest, FindsTheSignatureHoweverItIsGiven) {
  Write("m/w.bin", "x");
  Write("m/model.sig", "x");
  fs::create_directory_symlink(folder_ / "m", folder_ / "link");
  Write("outside.sig", "x");
  for (const fs::path& signature : {folder_ / "m/../m/./model.sig", folder_ / "link/model.sig"}) {
    EXPECT_THAT(NamesIn({folder_ / "m", {}, signature}), ElementsAre("w.bin")) << signature;
  }
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest({folder_ / "m", {}, folder_ / "outside.sig"}));
  EXPECT_EQ(manifest.serialization.ignore_paths.size(), 4u);
  EXPECT_EQ(manifest.resources.size(), 2u);
}

TEST_F(ManifestTest, RefusesLinksUnlessTheyAreAllowed) {
  Write("m/w.bin", "x");
  Write("outside/d/deep.bin", "y");
  fs::create_symlink(folder_ / "outside/d/deep.bin", folder_ / "m/link.bin");
  EXPECT_THAT(BuildManifest({folder_ / "m"}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("link.bin: the model holds a symbolic link")));
  fs::create_directory_symlink(folder_ / "outside", folder_ / "m/more");
  Serialization follow;
  follow.allow_symlinks = true;
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest({folder_ / "m"}, follow));
  EXPECT_THAT(manifest.resources,
              ElementsAre(Resource{"link.bin", Sha("y")}, Resource{"more/d/deep.bin", Sha("y")},
                          Resource{"w.bin", Sha("x")}));
  // An ignored link is no part of the model.
  Serialization ignore;
  ignore.ignore_paths = {"link.bin", "more"};
  EXPECT_THAT(NamesIn({folder_ / "m"}, ignore), ElementsAre("w.bin"));
}

TEST_F(ManifestTest, NamesWhatLinksBringInFromOutside) {
  Write("m/own.bin", "x");
  Write("elsewhere/w.bin", "y");
  fs::create_symlink("own.bin", folder_ / "m/inside.bin");
  fs::create_symlink("../elsewhere/w.bin", folder_ / "m/a:0:1");
  fs::create_directory_symlink("../elsewhere", folder_ / "m/more");
  for (const Method method : {Method::kFiles, Method::kShards}) {
    CUPEL_ASSERT_OK(const Manifest manifest,
                    BuildManifest({folder_ / "m"}, {.method = method, .allow_symlinks = true}));
    EXPECT_THAT(PathsOutside({folder_ / "m"}, manifest), ElementsAre("a:0:1", "more/w.bin"));
  }
  const ModelPaths file{folder_ / "m/own.bin", {"inside.bin", "a:0:1"}};
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest(file, {.allow_symlinks = true}));
  EXPECT_THAT(PathsOutside(file, manifest), ElementsAre("a:0:1"));
}

TEST_F(ManifestTest, HasThePublishedRootOfALinkedFile) {
  Write("external", kSampleFileText);
  fs::create_directories(folder_ / "symlink_model");
  fs::create_symlink(folder_ / "external", folder_ / "symlink_model/symlink_file");
  CUPEL_ASSERT_OK(const Manifest manifest,
                  BuildManifest({folder_ / "symlink_model"}, {.allow_symlinks = true}));
  EXPECT_EQ(manifest.resources[0].name, "symlink_file");
  EXPECT_EQ(manifest.Root().Hex(), kSampleFileRoot);
}

TEST_F(ManifestTest, RefusesLinksThatLeadInACircleOrNowhere) {
  Write("m/a/w.bin", "x");
  fs::create_directory_symlink(folder_ / "m", folder_ / "m/a/up");
  EXPECT_THAT(BuildManifest({folder_ / "m"}, {.allow_symlinks = true}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("leads back")));
  fs::remove(folder_ / "m/a/up");
  fs::create_symlink(folder_ / "nothing", folder_ / "m/dangling");
  EXPECT_THAT(BuildManifest({folder_ / "m"}, {.allow_symlinks = true}),
              HasError(ErrorCode::kNotFound, HasSubstr("dangling")));
}

TEST_F(ManifestTest, RefusesModelsWithoutContent) {
  fs::create_directories(folder_ / "m/sub");
  EXPECT_THAT(BuildManifest({folder_ / "m"}), HasError(ErrorCode::kInvalidArgument, HasSubstr("no files")));
  EXPECT_THAT(BuildManifest({folder_ / "absent"}), HasError(ErrorCode::kNotFound, HasSubstr("absent")));
  Write("m/empty", "");
  EXPECT_THAT(NamesIn({folder_ / "m"}), ElementsAre("empty"));
  EXPECT_THAT(BuildManifest({folder_ / "m"}, {.method = Method::kShards}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(BuildManifest({folder_ / "m"}, {.method = Method::kShards, .shard_size = 0}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("got 0")));
}

TEST_F(ManifestTest, RefusesWhatIsNoFileAndNamesThatJsonCannotCarry) {
  Write("m/w.bin", "x");
  ASSERT_EQ(::mkfifo((folder_ / "m/pipe").c_str(), 0600), 0);
  EXPECT_THAT(BuildManifest({folder_ / "m"}), HasError(ErrorCode::kUnsupported, HasSubstr("pipe")));
  fs::remove(folder_ / "m/pipe");
  Write("m/bad\xFFname", "x");
  EXPECT_THAT(BuildManifest({folder_ / "m"}), HasError(ErrorCode::kInvalidArgument, HasSubstr("UTF-8")));
}

TEST_F(ManifestTest, CoversExternalDataByItsPathFromTheModelsFolder) {
  Write("m/model.onnx", "graph");
  Write("m/weights/a.bin", "weights");
  Write("m/notes.txt", "not part of the model");
  CUPEL_ASSERT_OK(const Manifest manifest,
                  BuildManifest({folder_ / "m/model.onnx", {"./weights//a.bin", "weights/a.bin"}}));
  EXPECT_EQ(manifest.model_name, "model.onnx");
  EXPECT_THAT(manifest.resources,
              ElementsAre(Resource{"model.onnx", Sha("graph")}, Resource{"weights/a.bin", Sha("weights")}));
  EXPECT_TRUE(manifest.serialization.ignore_paths.empty());
  EXPECT_THAT(BuildManifest({folder_ / "m/model.onnx", {"../secret"}}),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(BuildManifest({folder_ / "m/model.onnx", {"/etc/passwd"}}),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(BuildManifest({folder_ / "m/model.onnx", {"absent"}}),
              HasError(ErrorCode::kNotFound, HasSubstr("absent")));
}

TEST_F(ManifestTest, NamesTheModelByTheLastPartOfItsPath) {
  Write("m/w.bin", "x");
  EXPECT_EQ(BuildManifest({folder_ / "m/"})->model_name, "m");
  EXPECT_EQ(BuildManifest({folder_ / "m/."})->model_name, "m");
  EXPECT_EQ(BuildManifest({folder_ / "m/../m"})->model_name, "m");
}

TEST_F(ManifestTest, DoesNotDependOnWorkers) {
  WriteSampleModel();
  for (const Method method : {Method::kFiles, Method::kShards}) {
    const Serialization serialization{.method = method, .shard_size = 5};
    CUPEL_ASSERT_OK(const Manifest one, BuildManifest({folder_ / "sample_model"}, serialization, 1));
    CUPEL_ASSERT_OK(const Manifest many, BuildManifest({folder_ / "sample_model"}, serialization, 7));
    EXPECT_EQ(one, many);
  }
}

/// A second way to the same answer: everything in memory, by the specification's words.
std::map<std::string, Bytes> Twin(const std::map<std::string, std::string>& files, std::size_t shard) {
  std::map<std::string, Bytes> resources;
  for (const auto& [name, text] : files) {
    if (shard == 0) resources[name] = Sha(text);
    for (std::size_t start = 0; shard != 0 && start < text.size(); start += shard) {
      const std::string piece = text.substr(start, shard);
      resources[fmt::format("{}:{}:{}", name, start, start + piece.size())] = Sha(piece);
    }
  }
  return resources;
}

TEST_F(ManifestTest, AgreesWithATwinOnRandomModels) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    ReproducibleStream random(seed, "manifest", 0, 0);
    std::map<std::string, std::string> files;
    const auto count = 1 + random.Below(12);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string name;
      for (std::uint64_t depth = random.Below(3); depth > 0; --depth)
        name += fmt::format("d{}/", random.Below(3));
      name += fmt::format("f{}{}", random.Below(5), random.Below(2) == 0 ? ".bin" : ":7:9");
      std::string text(1 + random.Below(40), ' ');
      for (char& c : text) c = static_cast<char>(random.Below(256));
      files[name] = text;
      Write(fmt::format("r{}/{}", seed, name), text);
    }
    const std::size_t shard = random.Below(2) == 0 ? 0 : 1 + random.Below(16);
    const Serialization serialization{.method = shard == 0 ? Method::kFiles : Method::kShards,
                                      .shard_size = shard};
    CUPEL_ASSERT_OK(const Manifest manifest,
                    BuildManifest({folder_ / fmt::format("r{}", seed)}, serialization, 2));
    std::vector<Resource> expected;
    for (const auto& [name, digest] : Twin(files, shard)) expected.push_back({name, digest});
    EXPECT_EQ(manifest.resources, expected) << "seed " << seed;
  }
}

/// Digests by Python's hashlib.blake2b; no vector of the specification uses this hash.
TEST_F(ManifestTest, HashesWithBlake2bWhenAsked) {
  Write("file_model", kSampleFileText);
  CUPEL_ASSERT_OK(const Manifest whole,
                  BuildManifest({folder_ / "file_model"}, {.hash = HashType::kBlake2b}));
  EXPECT_EQ(ToHex(whole.resources[0].digest),
            "20e68afc59075f50f66f399d2cc590f2a93f58349dd6626c0f93bfa19d142b17"
            "41029b102cbc7ec0b36ad8dc771d66e904ca9a874c76fcc242fee0bea557463f");
  EXPECT_EQ(whole.Root().Hex(), "145cbf762bd716dcbf86e41c19f30dab169850fd750e28bb6591bf85b0b1324d")
      << "SHA-256";
  CUPEL_ASSERT_OK(const Manifest shards,
                  BuildManifest({folder_ / "file_model"},
                                {.method = Method::kShards, .shard_size = 8, .hash = HashType::kBlake2b}));
  EXPECT_EQ(shards.resources.size(), 3u);
  EXPECT_EQ(shards.Root().Hex(), "128e73220be9022f4c7a3b2bebe448aa2c0f5d5c0d53519814347d3100132fd0")
      << "0:8, 16:22, 8:16: names are in order of code points";
}

TEST(RootOf, DependsOnEveryDigestAndOnTheirOrder) {
  const std::vector<Resource> resources = {{"a", Sha("1")}, {"b", Sha("2")}, {"c", Sha("3")}};
  const Digest root = RootOf(resources);
  for (std::size_t i = 0; i < resources.size(); ++i) {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      auto changed = resources;
      changed[i].digest[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_NE(RootOf(changed), root);
    }
    auto fewer = resources;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(RootOf(fewer), root);
  }
  auto other = resources;
  std::swap(other[0], other[1]);
  EXPECT_NE(RootOf(other), root);
  EXPECT_EQ(RootOf({}), crypto::Sha256({}));
}

}  // namespace
}  // namespace cupel::ledger::identity
