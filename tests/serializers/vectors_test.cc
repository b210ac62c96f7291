// The message vectors of the WAMP specification, where they are at hand.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "serializers/serializer.h"
#include "tests/serializers/samples.h"

namespace serializers {
namespace {

using wamp::Dict;
using wamp::List;
using wamp::Value;

const std::filesystem::path folder = WAMPD_SOURCE_DIR "/../shared/vectors";

Dict read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << '[' << std::ifstream(path).rdbuf() << ']';
  const std::string json = text.str();
  return *decode_arguments(Format::json, {json, 1}).args.at(0).get<Dict>();
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

template <class T>
const T& at(const Dict& dict, std::string_view key) {
  return *dict.find(key)->get<T>();
}

Value value_of(const auto& field) {
  if constexpr (requires { field.value; })
    return field.value;
  else if constexpr (std::is_same_v<decltype(field), const wamp::MessageType&>)
    return static_cast<int>(field);
  else if constexpr (std::is_same_v<decltype(field), const std::optional<Dict>&>)
    return field ? Value(*field) : Value();
  else
    return field;
}

// As the vectors name it: PUBLISH.Request is request_id.
std::string attribute_name(std::string_view field) {
  if (field == "REQUEST.Type") return "request_type";
  if (field == "AuthMethod") return "method";
  std::string name(field.substr(field.rfind('.') + 1));
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  return name;
}

Dict attributes(Format format, wamp::Message message) {
  Dict attributes;
  std::visit(
      [&]<class M>(M& m) {
        std::apply(
            [&, i = size_t{0}](const auto&... field) mutable {
              (attributes.set(attribute_name(M::field_names[i++]), value_of(field)), ...);
            },
            m.fields());
        if constexpr (wamp::HasPayload<M>) {
          const Arguments arguments = decode_arguments(format, m.payload);
          if (!arguments.args.empty()) attributes.set("args", arguments.args);
          if (!arguments.kwargs.empty()) attributes.set("kwargs", arguments.kwargs);
        }
      },
      message);
  return attributes;
}

// The vector's attributes in the names above.
Dict expected_attributes(const Dict& sample) {
  Dict expected;
  for (const auto& [key, value] : at<Dict>(sample, "expected_attributes")) {
    if (value.is_null() || key == "message_type") continue;
    const bool is_id = key.ends_with("_id");
    if (key == "roles")
      expected.set("details", Dict{{"roles", value}});
    else if (key == "payload")
      expected.set("args", List{wamp::Binary{from_hex(*value.get<std::string>())}});
    else
      expected.set(is_id ? key.substr(0, key.size() - 3) : key, value);
  }
  return expected;
}

void expect_attributes(const Dict& attributes, const Dict& sample, const std::string& file) {
  for (const auto& [key, value] : expected_attributes(sample)) {
    ASSERT_TRUE(attributes.find(key)) << file << " " << key;
    EXPECT_EQ(*attributes.find(key), value) << file << " " << key;
  }
}

class Vectors : public testing::TestWithParam<Format> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no vectors in " << folder;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".json") files_.push_back(entry.path());
    ASSERT_GT(files_.size(), 20u);
  }

  void check(const Dict& sample, const std::string& file) {
    std::vector<std::string> variants;
    for (const Value& variant : at<List>(at<Dict>(sample, "serializers"), name(GetParam())))
      variants.push_back(from_hex(at<std::string>(*variant.get<Dict>(), "bytes_hex")));
    for (const std::string& bytes : variants) {
      Scratch scratch;
      const auto message = decode(GetParam(), bytes, scratch);
      ASSERT_TRUE(message) << file << ": " << message.error().message;
      expect_attributes(attributes(GetParam(), *message), sample, file);
      // The payload is kept as it is, so a variant with spaces in it equals itself only.
      const auto without_spaces = [](std::string text) { return std::erase(text, ' '), text; };
      EXPECT_EQ(without_spaces(encode(GetParam(), *message)), without_spaces(bytes)) << file;
    }
  }

  std::vector<std::filesystem::path> files_;
};

INSTANTIATE_TEST_SUITE_P(Formats, Vectors, testing::ValuesIn(all_formats),
                         [](const auto& format) { return std::string(name(format.param)); });

TEST_P(Vectors, DecodeToTheirAttributesAndEncodeToTheirBytes) {
  size_t count = 0;
  for (const auto& path : files_) {
    const Dict file = read_file(path);
    if (at<std::string>(file, "wamp_message_type") == "EVENT_RECEIVED") continue;  // a message we do not have
    for (const Value& sample : at<List>(file, "samples")) {
      if (!sample.get<Dict>()->find("serializers")) continue;
      check(*sample.get<Dict>(), path.filename());
      ++count;
    }
  }
  EXPECT_GT(count, 30u);
}

// The errors that some of these expect are of attributes, which the router checks.
TEST_P(Vectors, OfAttributesHaveAGoodEnvelope) {
  size_t count = 0;
  for (const auto& path : files_) {
    const Dict file = read_file(path);
    for (const Value& sample : at<List>(file, "samples")) {
      const Value* const message = sample.get<Dict>()->find("wmsg");
      if (!message) continue;
      std::string bytes;
      encode_value(GetParam(), *message, bytes);
      Scratch scratch;
      const auto result = decode(GetParam(), bytes, scratch);
      EXPECT_TRUE(result) << bytes << ": " << result.error().message;
      ++count;
    }
  }
  EXPECT_GT(count, 50u);
}

}  // namespace
}  // namespace serializers
