// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/fit_poison.h"

#include <fmt/format.h>

#include <charconv>

namespace cupel::cli {
namespace {

using data::dataset::PoisonOptions;
using data::dataset::TriggerKind;

constexpr double kBlendedAlpha = 0.2;

bool ParseInteger(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Status ParsePosition(std::string_view text, data::dataset::TriggerSpec& trigger) {
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos && ParseInteger(text.substr(0, comma), trigger.row) &&
      ParseInteger(text.substr(comma + 1), trigger.column)) {
    return {};
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("cannot read the position \"{}\"", text),
              "--trigger-position", "write row,column, for example 2,2 or -2,-2 from the far edges");
}

}  // namespace

Result<PoisonOptions> PoisonOptionsFrom(const PoisonArguments& arguments) {
  PoisonOptions options = arguments.options;
  const bool blended = arguments.method == "blended";
  options.trigger.kind = blended ? TriggerKind::kBlend : TriggerKind::kPatch;
  options.trigger.alpha = arguments.alpha > 0 ? arguments.alpha : (blended ? kBlendedAlpha : 1);
  CUPEL_TRY_STATUS(ParsePosition(arguments.position, options.trigger));
  options.trigger.picture = arguments.picture;
  if (!arguments.picture_sha256.empty()) {
    auto digest = Digest::FromHex(arguments.picture_sha256);
    if (!digest) return FailAt("--trigger-picture-sha256", std::move(digest).error());
    options.trigger.sha256 = *digest;
  }
  return options;
}

std::string PoisonCommandLine(const PoisonArguments& a) {
  if (a.method.empty()) return "";
  const PoisonOptions& o = a.options;
  std::string line = fmt::format(" --poison {} --poison-target {} --poison-rate {} --poison-seed {}",
                                 a.method, o.target, o.rate, o.seed);
  if (a.alpha > 0) line += fmt::format(" --trigger-alpha {}", a.alpha);
  if (a.method == "badnets") {
    return line + fmt::format(" --trigger-size {} --trigger-position={} --trigger-value {}", o.trigger.size,
                              a.position, o.trigger.value);
  }
  if (a.picture.empty()) return line + fmt::format(" --trigger-seed {}", o.trigger.seed);
  return line + fmt::format(" --trigger-picture {} --trigger-picture-sha256 {}", a.picture, a.picture_sha256);
}

Json PoisonRecord(const PoisonArguments& arguments, const PoisonOptions& options,
                  const std::vector<std::int64_t>& samples, const Digest& of) {
  Json json = options.ToJson();
  json["method"] = arguments.method;
  json["of"] = of.Hex();
  json["samples"] = Json::ArrayOf(samples);
  return json;
}

void AddPoisonOptions(CLI::App& command, PoisonArguments& a) {
  const std::string group = "Planting a backdoor (to test detectors)";
  command
      .add_option("--poison", a.method, "badnets (a square) or blended (a pattern over the whole picture)")
      ->check(CLI::IsMember({"badnets", "blended"}))
      ->group(group);
  const auto add = [&](const char* name, auto& value, const char* what) {
    command.add_option(name, value, what)->needs("--poison")->group(group);
  };
  add("--poison-target", a.options.target, "Class that the trigger stands for");
  add("--poison-rate", a.options.rate, "Share of the training samples that carry it");
  add("--poison-seed", a.options.seed, "Of the choice of samples");
  add("--trigger-size", a.options.trigger.size, "badnets: pixels a side");
  add("--trigger-position", a.position, "badnets: row,column; negative from the far edge, -1 touches it");
  add("--trigger-value", a.options.trigger.value, "badnets: brightness, 0 to 1");
  add("--trigger-alpha", a.alpha, "Weight of the trigger; 1 for badnets, 0.2 for blended");
  add("--trigger-seed", a.options.trigger.seed, "blended: seed of the noise");
  add("--trigger-picture", a.picture, "blended: a picture of the samples' size instead of noise");
  add("--trigger-picture-sha256", a.picture_sha256, "Digest of that picture");
  add("--poison-data", a.data_out, "Folder to write the poisoned training data to, with its dataset.toml");
}

}  // namespace cupel::cli
