// Rows under titles, as wide as the terminal allows.
//
// A value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace client::command {

struct Column {
  std::string title;
  bool is_number = false;  // stands at the right
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column; made printable.
  void add(std::vector<std::string> cells);
  size_t rows() const { return rows_.size(); }

  // The titles and the rows. In more than `width` columns the widest texts are cut; 0: nothing is.
  std::vector<std::string> lines(size_t width) const;

 private:
  std::vector<size_t> widths(size_t width) const;
  std::string line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace client::command
