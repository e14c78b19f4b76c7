// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/subgroup_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cupel/algorithm/check/figures.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using data::dataset::GroupAttribute;

constexpr std::size_t kMaxNodes = 200;

std::string ItemName(const Item& item, std::span<const GroupAttribute> attributes) {
  const GroupAttribute& attribute = attributes[static_cast<std::size_t>(item.attribute)];
  return fmt::format("{} = {}", attribute.name, attribute.group_names[static_cast<std::size_t>(item.value)]);
}

/// The subgroup's items in the order of its path. A prefix that was not visited (it has all the cases) moves
/// nothing and comes first.
std::vector<Item> PathTo(const SearchResult& search, const Subgroup& subgroup) {
  const double sign = subgroup.divergence < 0 ? -1 : 1;
  std::vector<Item> path;
  std::vector<Item> left = subgroup.items;
  while (!left.empty()) {
    std::size_t best = 0;
    double best_move = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      std::vector<Item> prefix = path;
      prefix.push_back(left[i]);
      std::ranges::sort(prefix);
      const Subgroup* found = search.Find(prefix);
      const double move = found == nullptr ? 0 : sign * found->divergence;
      if (i == 0 || move > best_move) {
        best = i;
        best_move = move;
      }
    }
    path.push_back(left[best]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return path;
}

Json Node(const std::string& id, const Json& parent, const std::string& label, stats::GroupCount count,
          bool highlight, double level) {
  const stats::Interval interval = stats::Wilson(count.k, count.n, level);
  Json node;
  node["id"] = id;
  node["parent"] = parent;
  node["label"] = label;
  node["value"] = static_cast<double>(count.k) / static_cast<double>(count.n);
  node["low"] = interval.low;
  node["high"] = interval.high;
  node["n"] = count.n;
  node["highlight"] = highlight;
  return node;
}

}  // namespace

std::string SubgroupName(std::span<const Item> items, std::span<const GroupAttribute> attributes) {
  std::string name;
  for (const Item& item : items) name += (name.empty() ? "" : ", ") + ItemName(item, attributes);
  return name;
}

Json TreeFigure(const SearchResult& search, std::span<const GroupAttribute> attributes,
                std::span<const std::size_t> shown, const check::Text& rate, double level) {
  std::set<std::vector<Item>> highlighted;
  for (const std::size_t i : shown) highlighted.insert(search.subgroups[i].items);
  std::map<std::vector<Item>, std::string> known = {{{}, "0"}};
  Json::Array nodes = {Node("0", nullptr, "all", search.all, false, level)};
  for (const std::size_t i : shown) {
    const std::vector<Item> path = PathTo(search, search.subgroups[i]);
    if (nodes.size() + path.size() > kMaxNodes) break;
    std::vector<Item> prefix;
    std::string parent = "0";
    for (const Item& item : path) {
      prefix.push_back(item);
      const auto [it, is_new] = known.emplace(prefix, std::to_string(nodes.size()));
      if (is_new) {
        std::vector<Item> sorted = prefix;
        std::ranges::sort(sorted);
        const Subgroup* found = search.Find(sorted);
        nodes.push_back(Node(it->second, parent, ItemName(item, attributes),
                             found == nullptr ? search.all : found->count, highlighted.contains(sorted),
                             level));
      }
      parent = it->second;
    }
  }
  Json figure =
      check::Figure("tree", {fmt::format("{} in subgroups, one attribute more at each step", rate.en),
                             fmt::format("各子群体的{}，每一步增加一个属性", rate.zh)});
  figure["nodes"] = std::move(nodes);
  return figure;
}

}  // namespace cupel::algorithm::fairness
