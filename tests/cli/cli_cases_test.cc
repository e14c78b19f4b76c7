// SPDX-License-Identifier: Apache-2.0
// Runs every tests/cli/cases/*.txt: a shell command in an empty folder, compared with what the file says.
//
//   # what the case shows
//   $ cupel checks show nope
//   exit 2
//   --- stdout
//   --- stderr
//   cupel: no check is called "nope" ...
//
// "[..]" in an expected line stands for any text. SRC is the project's root, SHARED the folder of shared test
// data (a case that names $SHARED skips where it is absent). CUPEL_UPDATE_GOLDEN=1 rewrites the files
// (refused when CI is set).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel {
namespace {

struct Case {
  std::string description;
  std::string command;
  int exit_code = 0;
  std::vector<std::string> out;
  std::vector<std::string> err;
};

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

Case ParseCase(const std::string& text) {
  Case result;
  std::vector<std::string>* section = nullptr;
  for (const std::string& line : SplitLines(text)) {
    if (line == "--- stdout") {
      section = &result.out;
    } else if (line == "--- stderr") {
      section = &result.err;
    } else if (section != nullptr) {
      section->push_back(line);
    } else if (line.starts_with("$ ")) {
      result.command += (result.command.empty() ? "" : "\n") + line.substr(2);
    } else if (line.starts_with("exit ")) {
      result.exit_code = std::stoi(line.substr(5));
    } else {
      result.description += line + "\n";
    }
  }
  return result;
}

std::string FormatCase(const Case& c) {
  std::string text = c.description;
  for (const std::string& line : SplitLines(c.command)) text += "$ " + line + "\n";
  text += fmt::format("exit {}\n--- stdout\n", c.exit_code);
  for (const std::string& line : c.out) text += line + "\n";
  text += "--- stderr\n";
  for (const std::string& line : c.err) text += line + "\n";
  return text;
}

bool Matches(const std::string& expected, const std::string& actual) {
  std::string pattern;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected.compare(i, 4, "[..]") == 0) {
      pattern += ".*";
      i += 3;
    } else {
      if (std::string_view("\\^$.|?*+()[]{}").find(expected[i]) != std::string_view::npos) pattern += '\\';
      pattern += expected[i];
    }
  }
  return std::regex_match(actual, std::regex(pattern));
}

void ExpectLines(const char* name, const std::vector<std::string>& expected,
                 const std::vector<std::string>& actual) {
  EXPECT_EQ(expected.size(), actual.size()) << name << " has another number of lines";
  for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    EXPECT_TRUE(Matches(expected[i], actual[i]))
        << name << " line " << i + 1 << "\n  expected: " << expected[i] << "\n  actual:   " << actual[i];
  }
}

std::filesystem::path SharedFolder() {
  if (const char* given = std::getenv("CUPEL_SHARED")) return given;
  return std::filesystem::path(CUPEL_SOURCE_DIR).parent_path() / "shared";
}

Case RunCommand(const Case& given, const std::filesystem::path& folder) {
  const std::string script = fmt::format(
      "cd '{0}' && mkdir -p work && cd work && export HOME='{0}' CUPEL_HOME='{0}/keys' NO_COLOR=1 SRC='{1}' "
      "SHARED='{2}' PROGRAM='{3}' && "
      "cupel() {{ '{3}' \"$@\"; }} && {{ {4}\n}} >'{0}/out' 2>'{0}/err'",
      folder.string(), CUPEL_SOURCE_DIR, SharedFolder().string(), CUPEL_PROGRAM, given.command);
  Case actual = given;
  const int status = std::system(("bash -c " +
                                  [&] {
                                    std::string quoted =
                                        "\"$(cat <<'CUPEL_SCRIPT'\n" + script + "\nCUPEL_SCRIPT\n)\"";
                                    return quoted;
                                  }())
                                     .c_str());
  actual.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  actual.out = SplitLines(ReadTextFile(folder / "out").value_or(""));
  actual.err = SplitLines(ReadTextFile(folder / "err").value_or(""));
  return actual;
}

class CliCase : public ::testing::TestWithParam<std::string> {};

TEST_P(CliCase, SaysWhatTheFileSays) {
  const std::filesystem::path path =
      std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/cli/cases" / (GetParam() + ".txt");
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(path));
  const Case expected = ParseCase(text);
  if (text.find("$SHARED") != std::string::npos && !std::filesystem::exists(SharedFolder())) {
    GTEST_SKIP() << "needs the shared test data beside the project";
  }
  if (text.find("mount -t tmpfs") != std::string::npos && !cupel::testing::SmallDisk("size=4k").IsThere()) {
    GTEST_SKIP() << "needs root to mount a small disk";
  }
  const cupel::testing::ScratchFolder folder;

  Case actual = RunCommand(expected, folder.path());

  if (std::getenv("CUPEL_UPDATE_GOLDEN") != nullptr) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "golden files are not rewritten in CI";
    ASSERT_THAT(WriteFileAtomic(path, FormatCase(actual)), cupel::testing::IsOk());
    return;
  }
#ifdef __SANITIZE_ADDRESS__
  std::erase_if(actual.err, [](const std::string& line) {
    return line.find("==WARNING: AddressSanitizer failed to allocate") != std::string::npos;
  });
#endif
  EXPECT_EQ(expected.exit_code, actual.exit_code) << fmt::format("{}", FormatCase(actual));
  ExpectLines("stdout", expected.out, actual.out);
  ExpectLines("stderr", expected.err, actual.err);
}

std::vector<std::string> CaseNames() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/cli/cases")) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Cases, CliCase, ::testing::ValuesIn(CaseNames()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CliCaseMatcher, SeesADifference) {
  EXPECT_TRUE(Matches("took [..] s", "took 0.3 s"));
  EXPECT_FALSE(Matches("took [..] s", "took 0.3 ms "));
  EXPECT_FALSE(Matches("a.b", "aXb"));
}

}  // namespace
}  // namespace cupel
