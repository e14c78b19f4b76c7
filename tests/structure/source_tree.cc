// SPDX-License-Identifier: Apache-2.0
#include "tests/structure/source_tree.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace cupel::structure {
namespace {

std::vector<std::string> ReadLines(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string ModuleOf(const std::string& path_from_cupel) {
  const auto slash = path_from_cupel.rfind('/');
  return slash == std::string::npos ? "" : path_from_cupel.substr(0, slash);
}

}  // namespace

std::vector<SourceFile> ReadSources(const std::filesystem::path& root) {
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "cupel")) {
    const std::string extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
    const std::string relative = std::filesystem::relative(entry.path(), root / "cupel").generic_string();
    files.push_back({"cupel/" + relative, ModuleOf(relative), ReadLines(entry.path())});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

Layers ReadLayers(const std::filesystem::path& root) {
  static const std::regex kLine(R"(^([a-z/]+)\s*:([^\[]*)(?:\[wall:([^\]]*)\])?.*$)");
  Layers layers;
  for (const std::string& line : ReadLines(root / "docs/layers.txt")) {
    std::smatch match;
    if (line.empty() || line[0] == '#' || !std::regex_match(line, match, kLine)) continue;
    const std::string module = match[1];
    layers.order.push_back(module);
    std::istringstream allowed(match[2]);
    for (std::string name; allowed >> name;) layers.may_include[module].insert(name);
    std::istringstream walls(match[3]);
    for (std::string name; walls >> name;) layers.walls[module].insert(name);
  }
  return layers;
}

std::vector<Include> IncludesOf(const SourceFile& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)re");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_match(file.lines[i], match, kInclude)) continue;
    const std::string path = match[1];
    const std::string module = path.starts_with("cupel/") ? ModuleOf(path.substr(6)) : "";
    includes.push_back({static_cast<int>(i) + 1, path, module});
  }
  return includes;
}

}  // namespace cupel::structure
