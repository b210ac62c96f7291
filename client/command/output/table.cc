#include "client/command/output/table.h"

#include <algorithm>
#include <numeric>

#include "text/printable.h"

namespace client::command {
namespace {

constexpr size_t gap = 2;
constexpr size_t narrowest = 8;

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = text::printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::lines(size_t width) const {
  const std::vector<size_t> all = widths(width);
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::vector<std::string> result{line(titles, all)};
  for (const auto& row : rows_) result.push_back(line(row, all));
  if (width > 0)
    for (std::string& text : result) text = text::cut(text, width);
  return result;
}

std::vector<size_t> Table::widths(size_t width) const {
  std::vector<size_t> result;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t widest = text::columns(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, text::columns(row[i]));
    result.push_back(widest);
  }
  if (width == 0) return result;
  const auto taken = [&result] {
    return std::accumulate(result.begin(), result.end(), gap * (result.size() - 1));
  };
  while (taken() > width) {
    size_t widest = result.size();
    for (size_t i = 0; i < result.size(); ++i)
      if (!columns_[i].is_number && result[i] > narrowest &&
          (widest == result.size() || result[i] > result[widest]))
        widest = i;
    if (widest == result.size()) break;
    result[widest] -= std::min(taken() - width, result[widest] - narrowest);
  }
  return result;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const {
  std::string text;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = text::cut(cells[i], widths[i]);
    const std::string space(widths[i] - text::columns(cell), ' ');
    if (i > 0) text.append(gap, ' ');
    if (columns_[i].is_number)
      text += space + cell;
    else
      text += cell + space;
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace client::command
