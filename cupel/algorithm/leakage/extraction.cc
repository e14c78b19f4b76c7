// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/leakage/answers.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/population.h"
#include "cupel/algorithm/leakage/training_parameters.h"
#include "cupel/algorithm/train/substitute.h"
#include "cupel/algorithm/train/untrained.h"
#include "cupel/base/parallel.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr const char* kId = "inspect.extraction";
constexpr double kLevel = 0.95;

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Model extraction (substitute at a query budget)",
                       "模型窃取（给定查询预算的替代模型）"};
  description.summary = {
      "Trains a copy on nothing but the model's answers, at several numbers of queries, and measures on data "
      "never "
      "asked about how often copy and model agree.",
      "仅用模型的回答训练替代模型（若干查询预算），并在从未查询过的数据上衡量二者回答一致的比例。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  check::ParameterSpec budgets;
  budgets.name = "budgets";
  budgets.type = check::ParameterType::kRealList;
  budgets.unit = "queries";
  budgets.fallback = Json::ArrayOf(std::vector<double>{100, 500, 2000});
  budgets.low = 2;
  budgets.high = 1e7;
  budgets.meaning = {"Numbers of queries, rising whole numbers", "查询次数（递增的整数）"};
  description.parameters = {
      std::move(budgets),
      ChoiceSpec(
          "queries", "data", {"data", "random"},
          {"What is asked: one half of the data, or inputs drawn uniformly from the box; the other half of "
           "the data is measured on",
           "查询来源：数据的一半，或在取值范围内均匀抽取的输入；在数据的另一半上衡量"}),
      ChoiceSpec("answers", "probabilities", {"probabilities", "labels"},
                 {"What the model gives with an answer", "模型每次回答所给出的内容"})};
  for (check::ParameterSpec& spec : TrainingSpecs(30)) description.parameters.push_back(std::move(spec));
  description.metrics = {
      {"fidelity",
       {"Agreement of copy and model at the largest budget", "最大预算下替代模型与模型的一致率"},
       "",
       false},
      {"substitute_accuracy", {"Accuracy of that copy", "该替代模型的准确率"}, "", false},
      {"target_accuracy",
       {"Accuracy of the model on the same samples", "模型在相同样本上的准确率"},
       "",
       true},
      {"fidelity.queries_*", {"Agreement at a budget", "给定预算下的一致率"}, "", false},
      {"substitute_accuracy.queries_*", {"Accuracy at a budget", "给定预算下的准确率"}, "", false}};
  description.source =
      "Tramer et al.: Stealing machine learning models via prediction APIs, USENIX Security 2016; Jagielski "
      "et "
      "al.: High accuracy and high fidelity extraction of neural networks, USENIX Security 2020";
  return description;
}

std::vector<std::int32_t> Predicted(const std::vector<float>& logits, std::size_t classes) {
  std::vector<std::int32_t> predicted;
  for (std::size_t start = 0; start < logits.size(); start += classes) {
    const auto row = std::span(logits).subspan(start, classes);
    predicted.push_back(static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin()));
  }
  return predicted;
}

std::int64_t Equal(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  std::int64_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal;
}

check::Metric Share(std::string name, std::int64_t count, std::int64_t n) {
  return {.name = std::move(name),
          .value = static_cast<double>(count) / static_cast<double>(n),
          .interval = stats::Wilson(count, n, kLevel),
          .n = n,
          .count = count};
}

struct Copy {
  std::int64_t queries = 0;
  std::int64_t agree = 0;
  std::int64_t right = 0;
};

Json Curve(const std::vector<Copy>& copies, std::int64_t n, std::int64_t target_right) {
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"How faithful a copy the answers buy", "查询次数与替代模型的一致率"});
  const auto series = [&](Text name, std::int64_t Copy::* count) {
    Json line;
    line["name"] = ToJson(name);
    for (const Copy& copy : copies) {
      const check::Metric share = Share("", copy.*count, n);
      line["x"].Append(copy.queries);
      line["y"].Append(share.value);
      line["low"].Append(share.interval->low);
      line["high"].Append(share.interval->high);
    }
    return line;
  };
  figure["series"] = Json::Array{series({"agreement with the model", "与模型的一致率"}, &Copy::agree),
                                 series({"accuracy of the copy", "替代模型的准确率"}, &Copy::right)};
  figure["caption"] =
      ToJson(Text{fmt::format("The model itself is right on {:.1f} %.",
                              100.0 * static_cast<double>(target_right) / static_cast<double>(n)),
                  fmt::format("模型自身的准确率为 {:.1f} %。",
                              100.0 * static_cast<double>(target_right) / static_cast<double>(n))});
  figure["xLabel"] = ToJson(Text{"queries", "查询次数"});
  figure["yLabel"] = ToJson(Text{"share of samples", "样本比例"});
  figure["yUnit"] = "fraction";
  figure["xLog"] = true;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

// The data in two halves at random: asked about, and measured on.
struct Sides {
  std::vector<PoolSample> asked;
  std::vector<PoolSample> measured;
};

Sides Split(const Dataset& data, std::uint64_t seed) {
  const std::vector<std::int64_t> order = ReproducibleStream(seed, kId).Permutation(data.size());
  Sides sides;
  for (std::size_t i = 0; i < order.size(); ++i)
    (i < order.size() / 2 ? sides.asked : sides.measured).push_back({false, order[i]});
  return sides;
}

class Extraction : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    std::vector<Text> notes;
    CUPEL_TRY(const std::vector<std::int64_t> budgets, Budgets(context, notes));
    const Sides sides = Split(*context.data, context.seed);
    const Pool measured(*context.data, *context.data, sides.measured);
    const auto classes = static_cast<std::size_t>(context.model->class_count());
    CUPEL_TRY(const std::vector<float> logits,
              AskAll(*context.model, measured, {}, context.workers, SilentProgress()));
    const std::vector<std::int32_t> target = Predicted(logits, classes);

    std::vector<Copy> copies(budgets.size());
    CUPEL_TRY(const graph::Graph graph,
              train::UntrainedGraph(context.parameters.Text("architecture"), *context.model, 0));
    const int workers = train::DrawsWhileTraining(graph) ? 1 : context.workers;
    context.progress->Begin(kId, static_cast<std::int64_t>(budgets.size()), "substitutes");
    // The largest first: it takes longest.
    const Status done = ForEachPiece(
        static_cast<std::int64_t>(budgets.size()), workers, [&](std::int64_t piece, int) -> Status {
          const std::size_t i = budgets.size() - 1 - static_cast<std::size_t>(piece);
          CUPEL_TRY(copies[i], CopyAt(context, budgets[i], sides.asked, measured, target));
          context.progress->Advance(1);
          return {};
        });
    context.progress->End();
    CUPEL_TRY_STATUS(done);
    check::CheckResult result = Report(copies, measured, target);
    result.notes = std::move(notes);
    return result;
  }

 private:
  // Those that the half of the data allows; a note names the others.
  static Result<std::vector<std::int64_t>> Budgets(const check::Context& context, std::vector<Text>& notes) {
    std::vector<std::int64_t> budgets;
    std::int64_t last = 0;
    const std::int64_t most = context.parameters.Text("queries") == "data"
                                  ? context.data->size() / 2
                                  : std::numeric_limits<std::int64_t>::max();
    for (const double value : context.parameters.Reals("budgets")) {
      const auto budget = static_cast<std::int64_t>(value);
      if (value != std::floor(value) || budget <= last) {
        return Fail(ErrorCode::kInvalidArgument,
                    fmt::format("budgets must be rising whole numbers, got {:g}", value), kId);
      }
      last = budget;
      if (budget <= most) {
        budgets.push_back(budget);
        continue;
      }
      notes.push_back(
          {fmt::format("{} queries were not tried: one half of the data, which may be asked about, has {}.",
                       budget, most),
           fmt::format("未尝试 {} 次查询：可供查询的一半数据只有 {} 个样本。", budget, most)});
    }
    if (!budgets.empty()) return budgets;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("every budget exceeds the half of the data that may be asked about, {}", most),
                kId, "give smaller budgets, more data, or queries = \"random\"");
  }

  static Result<Copy> CopyAt(const check::Context& context, std::int64_t budget,
                             const std::vector<PoolSample>& asked, const Pool& measured,
                             const std::vector<std::int32_t>& target) {
    const std::string key = fmt::format("queries={}", budget);
    Copy copy{.queries = budget};
    if (const std::optional<Json> piece = context.journal->Load(key)) {
      const Result<std::int64_t> agree = piece->IntegerAt("agree");
      const Result<std::int64_t> right = piece->IntegerAt("right");
      if (agree && right) return Copy{budget, *agree, *right};
    }
    CUPEL_TRY(const std::vector<std::int32_t> answers, Train(context, budget, asked, measured));
    copy.agree = Equal(answers, target);
    copy.right = Equal(answers, measured.labels());
    Json piece;
    piece["agree"] = copy.agree;
    piece["right"] = copy.right;
    CUPEL_TRY_STATUS(context.journal->Save(key, piece));
    return copy;
  }

  // The answers of a substitute to the measured samples.
  static Result<std::vector<std::int32_t>> Train(const check::Context& context, std::int64_t budget,
                                                 const std::vector<PoolSample>& asked, const Pool& measured) {
    const check::Parameters& parameters = context.parameters;
    train::SubstituteOptions options;
    options.architecture = parameters.Text("architecture");
    CUPEL_TRY(options.answers, train::ParseAnswers(parameters.Text("answers")));
    options.training =
        TrainingFrom(parameters, TrainingSeed(context.seed, kId, static_cast<std::uint64_t>(budget)));
    std::unique_ptr<Dataset> queries;
    if (parameters.Text("queries") == "random") {
      CUPEL_TRY(queries, train::RandomQueries(context.data->info(), budget, context.seed));
    } else {
      queries = std::make_unique<Pool>(*context.data, *context.data,
                                       std::vector<PoolSample>(asked.begin(), asked.begin() + budget));
    }
    CUPEL_TRY(const train::Substitute substitute, train::TrainSubstitute(*context.model, *queries, options));
    CUPEL_TRY(const std::vector<float> logits,
              AskAll(*substitute.classifier, measured, {}, 1, SilentProgress()));
    return Predicted(logits, static_cast<std::size_t>(context.model->class_count()));
  }

  static check::CheckResult Report(const std::vector<Copy>& copies, const Pool& measured,
                                   const std::vector<std::int32_t>& target) {
    const std::int64_t n = measured.size();
    const std::int64_t target_right = Equal(target, measured.labels());
    check::CheckResult result;
    result.metrics.push_back(Share("fidelity", copies.back().agree, n));
    result.metrics.push_back(Share("substitute_accuracy", copies.back().right, n));
    result.metrics.push_back(Share("target_accuracy", target_right, n));
    for (const Copy& copy : copies) {
      result.metrics.push_back(Share(fmt::format("fidelity.queries_{}", copy.queries), copy.agree, n));
      result.metrics.push_back(
          Share(fmt::format("substitute_accuracy.queries_{}", copy.queries), copy.right, n));
    }
    result.figures.push_back(Curve(copies, n, target_right));
    return result;
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& ExtractionCheck() {
  static const Extraction check;
  return check;
}

}  // namespace cupel::algorithm::leakage
