// Which rows of a very long list are on a page.
#include "router/insight/best_rows.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace router::insight {
namespace {

struct NumberedRow {
  uint64_t number = 0;
  double key = 0;

  std::tuple<double, uint64_t> order() const { return {-key, number}; }
  static size_t bytes() { return 100; }
};

std::vector<uint64_t> numbers_of(std::span<const NumberedRow> rows) {
  std::vector<uint64_t> numbers;
  for (const NumberedRow& row : rows) numbers.push_back(row.number);
  return numbers;
}

// Many keys are the same.
std::vector<NumberedRow> many_rows(size_t count) {
  std::mt19937 random(4711);
  std::vector<NumberedRow> rows;
  for (size_t i = 1; i <= count; ++i) rows.push_back({i, static_cast<double>(random() % 1000)});
  std::shuffle(rows.begin(), rows.end(), random);
  return rows;
}

TEST(BestRows, AreThoseOfTheWholeListInOrder) {
  std::vector<NumberedRow> all = many_rows(100'000);
  for (const size_t offset : {size_t{0}, size_t{7}, size_t{30'000}, size_t{99'990}, size_t{200'000}}) {
    BestRows<NumberedRow> rows({.limit = 20, .offset = offset}, {});
    for (size_t i = 0; i < all.size(); ++i) {
      rows.add(all[i].order(), [&] { return all[i]; });
      if (i % 64 == 0) rows.end_slice();
    }
    rows.end_slice();
    std::vector<NumberedRow> sorted = all;
    std::sort(sorted.begin(), sorted.end(), [](const NumberedRow& a, const NumberedRow& b) {
      return a.key != b.key ? a.key > b.key : a.number < b.number;
    });
    std::vector<uint64_t> expected;
    for (size_t i = offset; i < sorted.size() && i < offset + 20; ++i) expected.push_back(sorted[i].number);
    EXPECT_EQ(numbers_of(rows.choose()), expected) << offset;
    EXPECT_EQ(rows.total(), all.size());
  }
}

TEST(BestRows, OfAMillionFewAreKeptAndPaidFor) {
  const auto account = std::make_shared<transport::Account>();
  size_t most = 0;
  {
    BestRows<NumberedRow> rows({.limit = 100}, transport::Charge(account, transport::Holding::input));
    for (const NumberedRow& row : many_rows(1'000'000)) {
      rows.add(row.order(), [&] { return row; });
      rows.end_slice();
      most = std::max(most, account->total());
    }
    EXPECT_GT(most, 100 * sizeof(NumberedRow));
    EXPECT_LT(most, size_t{40'000} * (sizeof(NumberedRow) + NumberedRow::bytes()));
    EXPECT_EQ(rows.choose().size(), 100u);
    EXPECT_EQ(account->total(), 100 * (sizeof(NumberedRow) + NumberedRow::bytes()));
  }
  EXPECT_EQ(account->total(), 0u);
}

TEST(BestRows, MostOthersAreNotEvenMade) {
  BestRows<NumberedRow> rows({.limit = 100}, {});
  size_t made = 0;
  for (const NumberedRow& row : many_rows(100'000)) {
    rows.add(row.order(), [&] {
      ++made;
      return row;
    });
    rows.end_slice();
  }
  EXPECT_LT(made, 10'000u);
  EXPECT_EQ(rows.total(), 100'000u);
}

}  // namespace
}  // namespace router::insight
