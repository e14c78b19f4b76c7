// SPDX-License-Identifier: Apache-2.0
// cupel physical: a sticker on paper, and photographs of it in front of the model.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/physical/captured.h"
#include "cupel/application/assess/check_runner.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/subset.h"
#include "cupel/data/image/codec.h"

namespace cupel::cli {
namespace {

using algorithm::check::Metric;
using algorithm::inspect::AttackTarget;
using algorithm::physical::CapturedPlan;
using algorithm::physical::Outline;
using algorithm::physical::Photograph;
using algorithm::physical::Sheet;
using data::image::Image;

constexpr std::string_view kCheck = "inspect.physical";

struct PrintArguments {
  std::string picture;
  std::string shape = "square";
  std::string out = "sheet";
  double size_mm = 60;
  double dpi = 300;
};

struct ScoreArguments {
  std::string sheet = "sheet";
  std::string captured;
  std::string model;
  std::string data;
  std::string subset = "first 100";
  double scale = 1;
  std::int64_t target = -1;
  std::int64_t label = -1;
  double area = 0.08;
  CapturedPlan plan;
  int jobs = 0;
};

/// The first sticker that a finished assessment made.
Result<std::filesystem::path> StickerOfRun(const std::filesystem::path& run) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(run / "results", error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().find(kCheck) == std::string::npos) continue;
    CUPEL_TRY(const std::string text, ReadTextFile(it->path()));
    CUPEL_TRY(const Json json, Json::Parse(text));
    CUPEL_TRY(const auto result, application::assess::ResultFromJson(json));
    for (std::size_t i = 0; i < result.result.artifacts.size(); ++i) {
      if (result.result.artifacts[i].extension == "png") return run / result.artifact_files[i];
    }
  }
  return Fail(ErrorCode::kNotFound, fmt::format("the folder holds no sticker of {}", kCheck), run.string(),
              "assess with that check first, or name a PNG");
}

Status Print(Session& session, const PrintArguments& arguments) {
  std::filesystem::path file = arguments.picture;
  if (std::filesystem::is_directory(file)) {
    CUPEL_TRY(file, StickerOfRun(file));
  }
  CUPEL_TRY(const Bytes bytes, ReadFile(file));
  auto picture = data::image::DecodeImage(bytes);
  if (!picture) return FailAt(file.string(), std::move(picture).error());
  CUPEL_TRY(const Outline outline, algorithm::physical::ParseOutline(arguments.shape));
  CUPEL_TRY(const Sheet sheet, algorithm::physical::MakeSheet(*picture, outline, arguments.size_mm));
  CUPEL_TRY(const Image page, algorithm::physical::DrawSheet(sheet, *picture, arguments.dpi));
  CUPEL_TRY(const Bytes page_png, data::image::EncodePng(page));
  CUPEL_TRY(const Bytes picture_png, data::image::EncodePng(*picture));
  const std::filesystem::path out = arguments.out;
  CUPEL_TRY_STATUS(MakeFolder(out));
  CUPEL_TRY_STATUS(WriteFileAtomic(out / "sheet.png", page_png));
  CUPEL_TRY_STATUS(WriteFileAtomic(out / "sheet.pdf", algorithm::physical::SheetPdf(sheet, *picture)));
  CUPEL_TRY_STATUS(WriteFileAtomic(out / "printed.png", picture_png));
  CUPEL_TRY_STATUS(WriteFileAtomic(out / "sheet.json", sheet.ToJson().Indented()));
  session.Print(fmt::format("{}  {:.1f} x {:.1f} mm on A4; print at its own size (100 %)\n"
                            "{}  the same page at {:g} dots per inch\n",
                            (out / "sheet.pdf").string(), sheet.width, sheet.height,
                            (out / "sheet.png").string(), arguments.dpi),
                sheet.ToJson());
  return {};
}

struct Printed {
  Sheet sheet;
  Image picture;
};

Result<Printed> ReadPrinted(const std::filesystem::path& folder) {
  CUPEL_TRY(const std::string text, ReadTextFile(folder / "sheet.json"));
  CUPEL_TRY(const Json json, Json::Parse(text));
  auto sheet = Sheet::FromJson(json);
  if (!sheet) return FailAt((folder / "sheet.json").string(), std::move(sheet).error());
  CUPEL_TRY(const Bytes bytes, ReadFile(folder / "printed.png"));
  CUPEL_TRY(Image picture, data::image::DecodeImage(bytes));
  if (picture.height != sheet->pixel_height || picture.width != sheet->pixel_width) {
    return Fail(ErrorCode::kCorrupt, "printed.png is not the sheet's picture", folder.string(),
                "print the sheet again");
  }
  return Printed{*std::move(sheet), std::move(picture)};
}

std::string Percent(const Metric& metric) {
  return fmt::format("{:.1f} % [{:.1f}, {:.1f}]", 100 * metric.value, 100 * metric.interval->low,
                     100 * metric.interval->high);
}

Json MetricJson(const Metric& metric) {
  return Json::Object{{"name", metric.name},
                      {"value", metric.value},
                      {"low", metric.interval->low},
                      {"high", metric.interval->high},
                      {"views", metric.n}};
}

/// Photographed pictures as the model's input.
Status ScoreAsInput(Session& session, const ScoreArguments& arguments, const Printed& printed,
                    const algorithm::executor::Classifier& model, const data::dataset::DatasetInfo& info) {
  const auto& shape = model.sample_shape();
  const std::unique_ptr<AttackTarget> target = algorithm::inspect::TargetOf(model);
  CUPEL_TRY(
      const std::vector<Photograph> photographs,
      algorithm::physical::ReadPhotographs(arguments.captured, printed.sheet, shape[0], shape[1], shape[2]));
  const algorithm::inspect::Goal goal{static_cast<std::int32_t>(arguments.label),
                                      static_cast<std::int32_t>(arguments.target)};
  TextTable table({"photograph", "predicted", "margin of the goal"});
  Json rows = Json::Array{};
  for (const Photograph& photograph : photographs) {
    std::vector<float> input = photograph.straight.values;
    for (float& value : input) value = info.box_low + value * (info.box_high - info.box_low);
    CUPEL_TRY(const auto answer, algorithm::inspect::ConfirmExactly(*target, input, goal));
    table.Add({photograph.file, std::to_string(answer.predicted), fmt::format("{:+.4f}", answer.margin)});
    rows.Append(Json::Object{{"photograph", photograph.file},
                             {"predicted", std::int64_t{answer.predicted}},
                             {"margin", answer.margin},
                             {"reached", answer.margin > 0}});
  }
  session.Print(table.ToString(), Json::Object{{"photographs", rows}});
  return {};
}

/// Photographed stickers put into pictures of the data set.
Status ScoreInPictures(Session& session, ScoreArguments& arguments, const Printed& printed,
                       const algorithm::executor::Classifier& model, const data::dataset::Dataset& data) {
  const auto& info = data.info();
  CUPEL_TRY(const std::vector<Photograph> photographs,
            algorithm::physical::ReadPhotographs(arguments.captured, printed.sheet, info.sample_shape[0],
                                                 printed.sheet.pixel_height, printed.sheet.pixel_width));
  CapturedPlan& plan = arguments.plan;
  plan.how.placement.area = arguments.area;
  plan.how.ranges.blur = plan.how.ranges.brightness = plan.how.ranges.contrast = plan.how.ranges.noise = 0;
  plan.how.stream = "physical.score";
  plan.how.box_low = info.box_low;
  plan.how.box_high = info.box_high;
  plan.target_class = arguments.target;
  plan.workers = arguments.jobs > 0 ? arguments.jobs : AvailableProcessors();
  plan.progress = &session.progress();
  const std::unique_ptr<AttackTarget> target = algorithm::inspect::TargetOf(model);
  CUPEL_TRY(const auto result,
            algorithm::physical::TryPhotographs(*target, data, photographs, printed.sheet, plan));
  const Image shown = info.sample_shape[0] == 3 ? ToColour(printed.picture) : ToGrey(printed.picture);
  TextTable table({"photograph", "colour error", "success"});
  Json rows = Json::Array{};
  for (std::size_t i = 0; i < photographs.size(); ++i) {
    const double error = algorithm::physical::ColourError(photographs[i].straight, shown, printed.sheet);
    table.Add({photographs[i].file, fmt::format("{:.3f}", error), Percent(result.by_photograph[i])});
    rows.Append(MetricJson(result.by_photograph[i]));
    rows.AsArray().back()["colourError"] = error;
  }
  std::string text = table.ToString() + "\n";
  Json metrics = Json::Array{};
  for (const Metric& metric : result.metrics) {
    text += fmt::format("{:<22} {}\n", metric.name, Percent(metric));
    metrics.Append(MetricJson(metric));
  }
  session.Print(
      text, Json::Object{{"photographs", rows}, {"metrics", metrics}, {"pictures", result.trials.size()}});
  return {};
}

Status Score(Session& session, ScoreArguments& arguments) {
  CUPEL_TRY(const Printed printed, ReadPrinted(arguments.sheet));
  CUPEL_TRY(data::dataset::DatasetPointer data, data::dataset::OpenDataset(arguments.data));
  CUPEL_TRY(const data::dataset::Subset subset, data::dataset::Subset::Parse(arguments.subset));
  if (subset.kind != data::dataset::SubsetKind::kAll) {
    CUPEL_TRY(data, data::dataset::TakeSubset(data, subset));
  }
  if (!data->info().IsImage()) {
    return Fail(ErrorCode::kInvalidArgument, "the data are no pictures", arguments.data);
  }
  CUPEL_TRY(const auto graph, algorithm::onnx::ReadModel(arguments.model));
  algorithm::executor::ClassifierOptions options;
  options.sample_shape = data->info().sample_shape;
  options.preprocessing.scale = static_cast<float>(arguments.scale);
  auto model = algorithm::executor::Classifier::Create(graph, options);
  if (!model) return FailAt(arguments.model, std::move(model).error());
  if (std::max(arguments.target, arguments.label) >= (*model)->class_count()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the model has classes 0 to {}", (*model)->class_count() - 1),
                "--target, --label");
  }
  if (arguments.label >= 0) return ScoreAsInput(session, arguments, printed, **model, data->info());
  return ScoreInPictures(session, arguments, printed, **model, *data);
}

void AddPrint(CLI::App& physical, Session& session) {
  CLI::App* print =
      AddCommand(physical, "print", "Makes a page to print: the sticker and registration marks.",
                 "  cupel physical print run --out trial\n"
                 "  cupel physical print sticker.png --size-mm 80 --out trial\n");
  auto arguments = std::make_shared<PrintArguments>();
  print
      ->add_option("picture", arguments->picture,
                   "A PNG or JPEG, or the folder of a run with inspect.physical")
      ->required();
  print->add_option("--size-mm", arguments->size_mm, "Length of the longer side on paper");
  print->add_option("--shape", arguments->shape, "square or disc: what is cut out")
      ->check(CLI::IsMember({"square", "disc"}));
  print->add_option("--dpi", arguments->dpi, "Dots per inch of sheet.png");
  print->add_option("--out,-o", arguments->out,
                    "Folder for sheet.pdf, sheet.png, sheet.json and printed.png");
  OnRun(print, session, [&session, arguments] { return Print(session, *arguments); });
}

void AddScore(CLI::App& physical, Session& session) {
  CLI::App* score = AddCommand(
      physical, "score", "Puts photographs of a printed page straight and shows them to the model.",
      "  cupel physical score --sheet trial --captured photos -m model.onnx -d test.toml --target 3\n"
      "  cupel physical score --sheet trial --captured photos -m model.onnx -d test.toml --label 5\n");
  auto arguments = std::make_shared<ScoreArguments>();
  score->add_option("--sheet", arguments->sheet, "Folder that `cupel physical print` wrote")->required();
  score->add_option("--captured", arguments->captured, "Photographs: a folder, or one PNG or JPEG")
      ->required();
  score->add_option("--model,-m", arguments->model, "ONNX file")->required();
  score->add_option("--data,-d", arguments->data, "Manifest of the pictures that the sticker is put into")
      ->required();
  score->add_option("--subset", arguments->subset, "Which pictures");
  score->add_option("--scale", arguments->scale, "The network sees x * scale");
  score->add_option("--target", arguments->target, "The class wanted; without it any wrong answer");
  score->add_option("--label", arguments->label,
                    "The photographs are inputs of this class themselves, not stickers");
  score->add_option("--area", arguments->area, "Share of the picture that a sticker covers")
      ->check(CLI::Range(0.001, 0.5));
  score->add_option("--placements", arguments->plan.placements, "For each photograph and picture")
      ->check(CLI::Range(1, 10000));
  score->add_option("--rotation", arguments->plan.how.ranges.rotation, "Degrees, plus or minus")
      ->check(CLI::Range(0.0, 180.0));
  score->add_option("--tilt", arguments->plan.how.ranges.tilt, "Degrees, plus or minus")
      ->check(CLI::Range(0.0, 60.0));
  score->add_option("--seed", arguments->plan.how.seed, "Of the placements");
  score->add_option("--jobs,-j", arguments->jobs, "Workers")->check(CLI::Range(1, 1024));
  OnRun(score, session, [&session, arguments] { return Score(session, *arguments); });
}

}  // namespace

void AddPhysical(CLI::App& app, Session& session) {
  CLI::App* physical =
      AddCommand(app, "physical", "A print-and-photograph trial of a sticker made by inspect.physical.",
                 "  cupel physical print run --out trial\n"
                 "  cupel physical score --sheet trial --captured photos -m model.onnx -d test.toml\n");
  physical->require_subcommand(1);
  AddPrint(*physical, session);
  AddScore(*physical, session);
}

}  // namespace cupel::cli
