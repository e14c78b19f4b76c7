// SPDX-License-Identifier: Apache-2.0
// cupel doctor: what this machine has, what is missing, and what to do about it.
#include <fmt/format.h>

#include <filesystem>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/application/assess/engine.h"
#include "cupel/application/assess/assessment.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/crypto/key_file.h"

namespace cupel::cli {
namespace {

struct Finding {
  std::string what;
  bool good = true;
  std::string detail;
};

Finding KeyFinding() {
  const std::filesystem::path key = application::assess::KeyFiles::OfUser().evidence;
  if (!std::filesystem::exists(key))
    return {"signing key", true, "none yet; made on the first `cupel assess`"};
  const auto loaded = crypto::LoadSigningKey(key);
  if (!loaded) return {"signing key", false, loaded.error().ToString()};
  return {"signing key", true, fmt::format("{} (id {})", key.string(), loaded->Public().Id().substr(0, 16))};
}

Finding ExampleDataFinding() {
  const std::filesystem::path file = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";
  if (std::filesystem::exists(file)) return {"example data", true, "dataset-fashion-mnist"};
  return {"example data", false, "not installed: apt-get install dataset-fashion-mnist"};
}

Status Doctor(Session& session) {
  CUPEL_TRY(const application::assess::Engine engine, application::assess::ThisEngine());
  const auto cuda = algorithm::tensor::ParseDevice("cuda");
  const std::vector<Finding> findings = {
      {"engine", true,
       fmt::format("cupel {} built by {}, digest {}", engine.version, engine.compiler,
                   engine.executable.Hex().substr(0, 16))},
      {"tensors", true, fmt::format("{} ({})", engine.tensor_library, engine.instruction_set)},
      {"processors", true, std::to_string(AvailableProcessors())},
      {"GPU", true, cuda ? "usable: --device cuda" : "none usable; everything runs on the CPU"},
      KeyFinding(),
      ExampleDataFinding(),
  };
  TextTable table({"part", "state", "detail"});
  Json list = Json::Array{};
  for (const Finding& finding : findings) {
    table.Add({finding.what,
               session.Styled(finding.good ? "ok" : "attention", finding.good ? "green" : "yellow"),
               finding.detail});
    list.Append(Json::Object{{"part", finding.what}, {"ok", finding.good}, {"detail", finding.detail}});
  }
  session.Print(table.ToString(), Json::Object{{"findings", list}, {"engine", engine.ToJson()}});
  return {};
}

}  // namespace

void AddDoctor(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "doctor", "Says what this machine has and what is missing.", "  cupel doctor\n");
  OnRun(command, session, [&session] { return Doctor(session); });
}

}  // namespace cupel::cli
