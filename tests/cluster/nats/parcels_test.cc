#include "router/cluster/nats/parcels.h"

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace router::cluster {
namespace {

constexpr size_t max_size = 256;
constexpr size_t much = 1'000'000;

std::vector<std::string> read_all(ParcelReader& reader, const std::vector<std::string>& messages) {
  std::vector<std::string> all;
  std::vector<std::string_view> texts;
  for (const std::string& message : messages) {
    EXPECT_TRUE(reader.read(message, texts));
    for (const auto text : texts) all.emplace_back(text);
  }
  return all;
}

TEST(Parcels, CarryShortAndLongTextsInTheirOrder) {
  std::vector<std::string> texts;
  ParcelWriter writer(7);
  for (const size_t size :
       std::initializer_list<size_t>{0, 1, 200, 242, 243, 244, 245, 5'000, 3, 100, 230, 256, 0})
    writer.add(texts.emplace_back(size, static_cast<char>('a' + texts.size())));
  const auto messages = writer.take(max_size);
  for (const auto& message : messages) EXPECT_LE(message.size(), max_size);
  ParcelReader reader(much);
  EXPECT_EQ(read_all(reader, messages), texts);
  EXPECT_TRUE(writer.empty());
  EXPECT_TRUE(writer.take(max_size).empty());
}

TEST(Parcels, PutShortTextsIntoOneMessage) {
  ParcelWriter writer(7);
  for (int i = 0; i < 20; ++i) writer.add("text");
  EXPECT_EQ(writer.take(max_size).size(), 1u);
}

TEST(Parcels, NeverMakeATextOfPartsOfTwo) {
  ParcelWriter writer(7);
  writer.add(std::string(600, 'a'));
  writer.add(std::string(600, 'b'));
  writer.add("c");
  const auto whole = writer.take(max_size);
  for (size_t lost = 0; lost < whole.size(); ++lost) {
    auto messages = whole;
    messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(lost));
    ParcelReader reader(much);
    const auto texts = read_all(reader, messages);
    EXPECT_EQ(texts.size(), 2u) << lost;
    for (const auto& text : texts)
      EXPECT_TRUE(text == "c" || text == std::string(600, 'a') || text == std::string(600, 'b'));
  }
  // Of the first one the end is lost, of the second one the beginning.
  ParcelReader reader(much);
  EXPECT_TRUE(read_all(reader, {whole[0], whole[4], whole[5]}).empty());
}

TEST(Parcels, NeverMakeATextOfPartsOfTwoWhenAConnectionIsLostBetween) {
  ParcelWriter writer(7);
  writer.add(std::string(600, 'a'));
  const auto before = writer.take(max_size);
  writer.add(std::string(600, 'x'));
  writer.drop();
  EXPECT_TRUE(writer.empty());
  writer.add(std::string(600, 'b'));
  const auto after = writer.take(max_size);
  ParcelReader reader(much);
  EXPECT_TRUE(read_all(reader, {before[0], before[1], after[2]}).empty());
  EXPECT_EQ(read_all(reader, after), std::vector{std::string(600, 'b')});
}

TEST(Parcels, OfManySendersAreNotMixed) {
  ParcelWriter one(1), other(2);
  one.add(std::string(600, 'a'));
  other.add(std::string(600, 'b'));
  const auto a = one.take(max_size), b = other.take(max_size);
  ParcelReader reader(much);
  EXPECT_EQ(read_all(reader, {a[0], b[0], b[1], a[1], a[2], b[2]}),
            (std::vector{std::string(600, 'a'), std::string(600, 'b')}));
  EXPECT_EQ(ParcelReader::sender(a[0]), 1u);
  EXPECT_EQ(ParcelReader::sender("short"), 0u);
}

TEST(Parcels, ThatAreNotWholeTakeNoMoreMemoryThanTheyMay) {
  ParcelReader reader(1'000);
  std::vector<std::vector<std::string>> all;
  for (uint64_t sender = 1; sender <= 2; ++sender) {
    ParcelWriter writer(sender);
    writer.add(std::string(sender == 1 ? 3'000 : 900, 'a'));
    all.push_back(writer.take(max_size));
  }
  all[1].pop_back();
  EXPECT_TRUE(read_all(reader, all[1]).empty());
  EXPECT_TRUE(read_all(reader, all[0]).empty()) << "the larger one is given up";
}

TEST(Parcels, WithWrongBytesAreNoMessages) {
  ParcelWriter writer(7);
  writer.add("text");
  writer.add(std::string(600, 'a'));
  ParcelReader reader(much);
  std::vector<std::string_view> texts;
  for (const std::string& message : writer.take(max_size))
    for (size_t size = 0; size < 25; ++size)
      if (size != 9 || message.size() != 17) reader.read(std::string_view(message).substr(0, size), texts);
  EXPECT_FALSE(reader.read("", texts));
  EXPECT_FALSE(reader.read("12345678\x02", texts));
  EXPECT_FALSE(reader.read(std::string("12345678\0\xff\xff\xff\xff..", 15), texts));
  EXPECT_FALSE(reader.read(std::string("12345678\1", 9) + std::string(16, '\0'), texts))
      << "none of no parts";
}

}  // namespace
}  // namespace router::cluster
