// docs/features.md says what is announced and which tests show it: both must be so.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/entrance/welcome_details.h"

namespace router {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// The cells of a table's line; "\|" is a bar in a cell.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::string cell;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '|' && line[i - 1] != '\\')
      found.push_back(std::exchange(cell, {}));
    else
      cell += line[i];
  }
  return found;
}

// What stands in backticks.
std::set<std::string> words(const std::string& cell) {
  std::set<std::string> found;
  std::istringstream parts(cell);
  std::string part;
  for (bool quoted = false; std::getline(parts, part, '`'); quoted = !quoted)
    if (quoted) found.insert(part);
  return found;
}

struct Row {
  std::string feature, specification, what;
  std::set<std::string> announced, tests;
};

std::vector<Row> read_rows() {
  std::istringstream page(read(std::filesystem::path(WAMPD_SOURCE_DIR) / "docs" / "features.md"));
  std::vector<Row> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || line.starts_with("| feature |")) continue;
    const std::vector<std::string> parts = cells(line);
    EXPECT_THAT(parts, SizeIs(5)) << line;
    if (parts.size() == 5) rows.push_back({parts[0], parts[1], parts[3], words(parts[2]), words(parts[4])});
  }
  return rows;
}

std::set<std::string> announced_features() {
  const wamp::Dict details = welcome_details({"user", "anonymous", "anonymous", "static"}, {"realm1"});
  std::set<std::string> found;
  for (const wamp::DictEntry& role : *details.find("roles")->get<wamp::Dict>()) {
    const wamp::Dict& announced = *role.value.get<wamp::Dict>();
    for (const wamp::DictEntry& feature : *announced.find("features")->get<wamp::Dict>())
      found.insert(role.key + "." + feature.key);
  }
  return found;
}

// "Suite.Name" of every TEST, TEST_F and TEST_P of a source file.
void collect_tests(const std::string& source, std::set<std::string>& found) {
  for (size_t at = source.find("\nTEST"); at != std::string::npos; at = source.find("\nTEST", at + 1)) {
    const size_t begin = source.find('(', at), end = source.find(')', at);
    if (begin == std::string::npos || end == std::string::npos) return;
    std::string name = source.substr(begin + 1, end - begin - 1);
    std::erase_if(name, [](char c) { return c == ' ' || c == '\n'; });
    std::replace(name.begin(), name.end(), ',', '.');
    found.insert(name);
  }
}

std::set<std::string> all_tests() {
  const auto folder = std::filesystem::path(WAMPD_SOURCE_DIR) / "tests";
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".cc") collect_tests(read(entry.path()), found);
  return found;
}

TEST(FeaturesTable, TellsWhatIsAnnouncedAndNothingElse) {
  std::set<std::string> told;
  for (const Row& row : read_rows()) told.insert(row.announced.begin(), row.announced.end());
  EXPECT_THAT(told, testing::ContainerEq(announced_features()));
}

TEST(FeaturesTable, NamesATestThatExistsForAllThatIsThere) {
  const std::set<std::string> tests = all_tests();
  const std::vector<Row> rows = read_rows();
  ASSERT_THAT(rows, testing::Not(IsEmpty()));
  for (const Row& row : rows) {
    for (const std::string& test : row.tests)
      EXPECT_TRUE(tests.contains(test)) << row.feature << ": " << test;
    const bool is_there = row.what.find("Not there") == std::string::npos;
    EXPECT_EQ(is_there, !row.tests.empty()) << row.feature << ": has a test, or says that it is not there";
    EXPECT_TRUE(is_there || row.announced.empty()) << row.feature;
  }
}

TEST(FeaturesTable, HasNoFeatureTwice) {
  std::set<std::string> names;
  for (const Row& row : read_rows()) EXPECT_TRUE(names.insert(row.feature).second) << row.feature;
}

}  // namespace
}  // namespace router
