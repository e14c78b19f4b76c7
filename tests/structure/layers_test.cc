// SPDX-License-Identifier: Apache-2.0
// Holds every #include against docs/layers.txt: edges between modules, and walls around big libraries.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <regex>

#include "tests/structure/source_tree.h"

namespace cupel::structure {
namespace {

/// Which headers belong to a walled library.
const std::map<std::string, std::regex>& WalledHeaders() {
  static const std::map<std::string, std::regex> headers = {
      {"openssl", std::regex("openssl/.*")},
      {"sodium", std::regex("sodium.*")},
      {"opencv", std::regex("opencv2/.*")},
      {"zlib", std::regex("zlib\\.h")},
      {"torch", std::regex("(ATen|torch|c10)/.*")},
      {"dnnl", std::regex("(oneapi/dnnl/|dnnl).*")},
      {"onnx", std::regex("onnx/.*")},
      {"protobuf", std::regex("google/protobuf/.*")},
      {"CLI", std::regex("CLI/.*")},
      {"httplib", std::regex("httplib\\.h")},
      {"archive", std::regex("archive(_entry)?\\.h")},
  };
  return headers;
}

std::vector<std::string> Violations(const std::vector<SourceFile>& files, const Layers& layers) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    const auto allowed = layers.may_include.find(file.module);
    for (const Include& include : IncludesOf(file)) {
      const bool own = include.module == file.module || (file.IsTest() && include.module == "testing");
      if (!include.module.empty() && !own &&
          (allowed == layers.may_include.end() || !allowed->second.contains(include.module))) {
        found.push_back(fmt::format("{}:{}: {} must not include {}", file.path, include.line, file.module,
                                    include.module));
      }
      for (const auto& [library, pattern] : WalledHeaders()) {
        const auto walls = layers.walls.find(file.module);
        const bool owner = walls != layers.walls.end() && walls->second.contains(library);
        // The tensor gateway lends libtorch's narrow headers to the modules that may include it.
        const bool lent = library == "torch" && allowed != layers.may_include.end() &&
                          allowed->second.contains("algorithm/tensor");
        if (!owner && !lent && std::regex_match(include.path, pattern)) {
          found.push_back(fmt::format("{}:{}: {} stays behind its wall", file.path, include.line, library));
        }
      }
      if (include.path == "torch/torch.h" || include.path == "ATen/ATen.h") {
        found.push_back(fmt::format("{}:{}: use narrow per-operator headers", file.path, include.line));
      }
    }
  }
  return found;
}

TEST(Layers, EveryIncludeFollowsTheList) {
  EXPECT_THAT(Violations(ReadSources(CUPEL_SOURCE_DIR), ReadLayers(CUPEL_SOURCE_DIR)), testing::IsEmpty());
}

TEST(Layers, ListIsAcyclicBecauseEdgesOnlyPointUpThePage) {
  const Layers layers = ReadLayers(CUPEL_SOURCE_DIR);
  ASSERT_GT(layers.order.size(), 15u);
  std::set<std::string> above;
  for (const std::string& module : layers.order) {
    const auto edges = layers.may_include.find(module);
    if (edges != layers.may_include.end()) {
      for (const std::string& target : edges->second) {
        EXPECT_TRUE(above.contains(target)) << module << " names " << target << ", which is not above it";
      }
    }
    above.insert(module);
  }
}

TEST(Layers, EveryFolderWithSourcesIsListed) {
  const Layers layers = ReadLayers(CUPEL_SOURCE_DIR);
  for (const SourceFile& file : ReadSources(CUPEL_SOURCE_DIR)) {
    EXPECT_THAT(layers.order, testing::Contains(file.module)) << file.path;
  }
}

TEST(Layers, ForbiddenIncludesAreCaught) {
  const Layers layers = ReadLayers(CUPEL_SOURCE_DIR);
  const std::vector<SourceFile> broken = {
      {"cupel/ledger/merkle/x.cc", "ledger/merkle", {"#include \"cupel/application/assess/plan.h\""}},
      {"cupel/stats/y.cc", "stats", {"#include <openssl/evp.h>"}},
      {"cupel/algorithm/inspect/z.cc", "algorithm/inspect", {"#include <torch/torch.h>"}},
      {"cupel/algorithm/check/w.h", "algorithm/check", {"#include <ATen/core/Tensor.h>"}},
  };
  EXPECT_EQ(Violations(broken, layers).size(), 4u);
}

}  // namespace
}  // namespace cupel::structure
