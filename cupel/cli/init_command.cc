// SPDX-License-Identifier: Apache-2.0
// cupel init: a plan and a data manifest to start from.
#include <fmt/format.h>

#include "cupel/base/file.h"
#include "cupel/cli/command.h"

namespace cupel::cli {
namespace {

constexpr std::string_view kPlan =
    R"(# What to assess. `cupel checks` lists the checks, `cupel checks show ID` explains one.
name = "{name}"
seed = 1

[model]
file = "model.onnx"            # relative to this file
scale = 1.0                    # the network sees (x * scale - mean) / std
# mean = [0.485, 0.456, 0.406]
# std = [0.229, 0.224, 0.225]
layout = "channels-first"      # or "channels-last", "flat"
output = "logits"              # or "probabilities"

[data]
manifest = "dataset.toml"
subset = "all"                 # or "first 1000", "random 1000", "stratified 1000"

[[check]]
id = "evaluate.accuracy"
require = ["accuracy >= 0.90"] # tested against the lower confidence bound

[[check]]
id = "evaluate.calibration"

[[check]]
id = "inspect.pgd"
subset = "first 256"
)";

constexpr std::string_view kManifest =
    R"(# What the data are. `cupel data check dataset.toml` fills in and verifies the digests.
name = "{name}"
format = "idx"                 # or "npy", "npz", "csv", "images"
provenance = "where the data come from"
licence = "under which terms"
lawful_basis = "why they may be used for this"

[[files]]
role = "features"
path = "images-idx3-ubyte.gz"

[[files]]
role = "labels"
path = "labels-idx1-ubyte.gz"
)";

std::string Filled(std::string_view text, const std::string& name) {
  std::string out(text);
  out.replace(out.find("{name}"), 6, name);
  return out;
}

Status Init(Session& session, const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(MakeFolder(folder));
  const std::string name = std::filesystem::absolute(folder).lexically_normal().filename().string();
  Json written = Json::Array{};
  for (const auto& [file, text] : {std::pair("plan.toml", kPlan), std::pair("dataset.toml", kManifest)}) {
    const std::filesystem::path path = folder / file;
    if (std::filesystem::exists(path)) {
      return Fail(ErrorCode::kInvalidArgument, "the file exists", path.string(),
                  "give another folder, or remove it");
    }
    CUPEL_TRY_STATUS(WriteFileAtomic(path, Filled(text, name)));
    written.Append(path.string());
  }
  session.Print(
      fmt::format(
          "wrote {0}/plan.toml and {0}/dataset.toml\n"
          "next: fill them in, then `cupel data check {0}/dataset.toml` and `cupel assess {0}/plan.toml`\n",
          folder.string()),
      Json::Object{{"written", written}});
  return {};
}

}  // namespace

void AddInit(CLI::App& app, Session& session) {
  CLI::App* command =
      AddCommand(app, "init", "Writes a plan and a data manifest to start from.", "  cupel init my-model\n");
  auto folder = std::make_shared<std::string>();
  command->add_option("folder", *folder, "Where; created if missing")->required();
  OnRun(command, session, [&session, folder] { return Init(session, *folder); });
}

}  // namespace cupel::cli
