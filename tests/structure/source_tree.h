// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the project's own source tree, for the tests that hold it against the rules of the house.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cupel::structure {

struct SourceFile {
  std::string path;    ///< From the root: "cupel/ledger/merkle/tree.cc".
  std::string module;  ///< "ledger/merkle".
  std::vector<std::string> lines;
  bool IsTest() const {
    return path.find("_test.cc") != std::string::npos || path.ends_with("_for_test.h") || module == "testing";
  }
  bool IsHeader() const { return path.ends_with(".h"); }
};

/// Every .h and .cc under cupel/.
std::vector<SourceFile> ReadSources(const std::filesystem::path& root);

struct Layers {
  std::vector<std::string> order;                            ///< Modules as listed.
  std::map<std::string, std::set<std::string>> may_include;  ///< Module to modules.
  std::map<std::string, std::set<std::string>> walls;        ///< Module to big libraries it owns.
};

/// docs/layers.txt.
Layers ReadLayers(const std::filesystem::path& root);

/// What a file includes: modules of ours ("ledger/merkle") and others ("opencv2/core.hpp").
struct Include {
  int line = 0;
  std::string path;
  std::string module;  ///< Empty for a third-party or system header.
};
std::vector<Include> IncludesOf(const SourceFile& file);

}  // namespace cupel::structure
