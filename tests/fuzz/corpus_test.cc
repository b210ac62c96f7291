// Every input of the corpora, what once broke something included, through its target.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#define TARGET(name) extern "C" int name(const uint8_t* bytes, size_t size);
#include "fuzz_targets.inc"
#undef TARGET

namespace {

struct Target {
  const char* name;
  int (*run)(const uint8_t* bytes, size_t size);
};

const Target targets[] = {
#define TARGET(name) {#name, name},
#include "fuzz_targets.inc"
#undef TARGET
};

std::vector<uint8_t> bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class Corpus : public testing::TestWithParam<Target> {};

INSTANTIATE_TEST_SUITE_P(Of, Corpus, testing::ValuesIn(targets),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(Corpus, IsReplayed) {
  const std::filesystem::path folder =
      std::filesystem::path(WAMPD_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / GetParam().name;
  size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().filename().string());  // libFuzzer's name of what breaks it
    const std::vector<uint8_t> bytes = bytes_of(file.path());
    EXPECT_EQ(GetParam().run(bytes.data(), bytes.size()), 0);
    ++count;
  }
  EXPECT_GT(count, 0u) << folder << " is empty";
}

}  // namespace
