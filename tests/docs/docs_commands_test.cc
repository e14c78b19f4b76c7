// SPDX-License-Identifier: Apache-2.0
// Runs every command in the ```sh blocks of docs/tasks/*.md, page by page, in a folder where examples/ is
// the project's: `cupel`, and what a page needs beside it. Each must end with 0, or with 1 (a requirement
// does not hold, which is a result).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

/// Other programs that the pages may use; what begins otherwise is not run.
bool IsRun(const std::string& line) {
  for (const char* program : {"cupel ", "openssl ", "printf ", "cp "}) {
    if (line.starts_with(program)) return true;
  }
  return false;
}

std::vector<std::string> CommandsOf(const std::string& page) {
  std::vector<std::string> commands;
  std::istringstream in(page);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = line == "```sh";
    } else if (inside && IsRun(line)) {
      commands.push_back(line);
    }
  }
  return commands;
}

class DocsPage : public ::testing::TestWithParam<std::string> {};

TEST_P(DocsPage, CommandsWork) {
  const std::filesystem::path root = CUPEL_SOURCE_DIR;
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "needs dataset-fashion-mnist";
  CUPEL_ASSERT_OK(const std::string page, ReadTextFile(root / "docs/tasks" / (GetParam() + ".md")));
  const std::vector<std::string> commands = CommandsOf(page);
  ASSERT_FALSE(commands.empty());
  const cupel::testing::ScratchFolder folder;
  std::filesystem::create_directory_symlink(root / "examples", folder / "examples");

  for (const std::string& command : commands) {
    const std::string line = fmt::format(
        "cd '{0}' && export CUPEL_HOME='{0}/home' && cupel() {{ '{1}' \"$@\"; }} && {{ {2}\n}} >'{0}/out' "
        "2>'{0}/err'",
        folder.path().string(), CUPEL_PROGRAM, command);
    const int status = std::system(line.c_str());
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1)
        << command << "\n"
        << ReadTextFile(folder / "out").value_or("") << ReadTextFile(folder / "err").value_or("");
  }
}

std::vector<std::string> Pages() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(CUPEL_SOURCE_DIR) / "docs/tasks")) {
    if (entry.path().filename() != "README.md") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Tasks, DocsPage, ::testing::ValuesIn(Pages()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace cupel
