// What the serializers do themselves, beside what the libraries take for the same: the figures of
// docs/performance.md, "Ours beside the libraries". A library is given the same bytes and must do no more.
#include <string>

#include <benchmark/benchmark.h>
#include <cbor/encoding.h>
#include <cbor/streaming.h>
#include <msgpack.hpp>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "serializers/cbor/cbor_reader.h"
#include "serializers/cbor/cbor_scanner.h"
#include "serializers/json/json_reader.h"
#include "serializers/json/json_scanner.h"
#include "serializers/msgpack/msgpack_reader.h"
#include "serializers/msgpack/msgpack_scanner.h"
#include "serializers/serializer.h"
#include "serializers/short_writers.h"
#include "serializers/values/value_builder.h"
#include "tests/serializers/library_readers.h"
#include "text/utf8.h"

namespace serializers {
namespace {

const std::string text(80, 'x');
const std::string arguments_json = R"(["johnny",42,true,{"x":1.5,"text":")" + text + "\"}]";
const std::string options_json = R"({"timeout":30000})";

std::string in(Format format, const std::string& json) {
  if (format == Format::json) return json;
  std::string bytes;
  transcode(Format::json, format, {json, 1}, bytes);
  return bytes;
}

template <class Scanner>
bool is_valid(std::string_view bytes) {
  return Scanner(bytes, 128).skip_value();
}

// The check of a payload.
void check_ours(benchmark::State& state, Format format, bool (*is_valid)(std::string_view)) {
  const std::string bytes = in(format, arguments_json);
  for (auto _ : state) benchmark::DoNotOptimize(is_valid(bytes));
}

void check_rapidjson(benchmark::State& state) {
  for (auto _ : state) {
    rapidjson::MemoryStream stream(arguments_json.data(), arguments_json.size());
    rapidjson::Reader reader;
    rapidjson::BaseReaderHandler<> ignore;
    benchmark::DoNotOptimize(reader.Parse<library::parse_flags>(stream, ignore));
  }
}

struct CheckedText : msgpack::null_visitor {
  bool visit_str(const char* text, uint32_t size) { return text::is_utf8({text, size}); }
};

void check_msgpack_c(benchmark::State& state) {
  const std::string bytes = in(Format::msgpack, arguments_json);
  for (auto _ : state) {
    CheckedText visitor;
    benchmark::DoNotOptimize(msgpack::parse(bytes.data(), bytes.size(), visitor));
  }
}

// Heads only: the library does not know which value is in which.
void check_libcbor(benchmark::State& state) {
  const std::string bytes = in(Format::cbor, arguments_json);
  const auto* const end = reinterpret_cast<cbor_data>(bytes.data() + bytes.size());
  for (auto _ : state) {
    for (auto at = reinterpret_cast<cbor_data>(bytes.data()); at != end;)
      at += cbor_stream_decode(at, static_cast<size_t>(end - at), &cbor_empty_callbacks, nullptr).read;
    benchmark::DoNotOptimize(end);
  }
}

// The options of a call, checked before, to values.
void read_values(benchmark::State& state, Format format, bool (*read)(wamp::Payload, ValueSink&)) {
  const std::string bytes = in(format, options_json);
  for (auto _ : state) {
    const ValueLimits limits;
    ValueBuilder builder(limits);
    read({bytes, 1}, builder);
    benchmark::DoNotOptimize(builder.values());
  }
}

using Read = bool (*)(wamp::Payload, ValueSink&);

template <class Writer>
void write_read(Read read, wamp::Payload payload, std::string& out) {
  Writer writer(out);
  read(payload, writer);
}

// From one format to another one.
void transcode_with(benchmark::State& state, Format from, Read read,
                    void (*write)(Read read, wamp::Payload payload, std::string& out)) {
  const std::string bytes = in(from, arguments_json);
  std::string out;
  for (auto _ : state) {
    out.clear();
    write(read, {bytes, 1}, out);
    benchmark::DoNotOptimize(out.data());
  }
}

// The same arguments, written.
const Arguments arguments = {{"johnny", 42, true, wamp::Dict{{"x", 1.5}, {"text", text}}}, {}};

void write_ours(benchmark::State& state, Format format) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode_arguments(format, arguments, out);
    benchmark::DoNotOptimize(out.data());
  }
}

struct RapidJsonSink final : ValueSink {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  void null() override { writer.Null(); }
  void boolean(bool value) override { writer.Bool(value); }
  void integer(int64_t value) override { writer.Int64(value); }
  void unsigned_integer(uint64_t value) override { writer.Uint64(value); }
  void floating(double value) override { writer.Double(value); }
  void string(std::string_view value) override {
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void binary(std::string_view) override {}
  void begin_list(size_t) override { writer.StartArray(); }
  void end_list(size_t) override { writer.EndArray(); }
  void begin_dictionary(size_t) override { writer.StartObject(); }
  void key(std::string_view key) override { string(key); }
  void binary_key(std::string_view) override {}
  void end_dictionary(size_t) override { writer.EndObject(); }
};

void write_rapidjson(benchmark::State& state) {
  RapidJsonSink sink;
  for (auto _ : state) {
    sink.buffer.Clear();
    sink.writer.Reset(sink.buffer);
    send(arguments.args, sink);
    benchmark::DoNotOptimize(sink.buffer.GetString());
  }
}

// What stands in front of the payload of a RESULT.
void short_envelope_ours(benchmark::State& state, Format format) {
  wamp::CallResult result;
  result.request = wamp::RequestId(7814135);
  const wamp::Message message = result;
  EnvelopeSpace space;
  for (auto _ : state) benchmark::DoNotOptimize(encode_envelope(format, message, 1, space));
}

void short_envelope_msgpack_c(benchmark::State& state) {
  msgpack::sbuffer buffer;
  for (auto _ : state) {
    buffer.clear();
    msgpack::packer<msgpack::sbuffer> packer(buffer);
    uint64_t request = 7814135;
    benchmark::DoNotOptimize(request);
    packer.pack_array(4).pack_uint64(50).pack_uint64(request).pack_map(0);
    benchmark::DoNotOptimize(buffer.data());
  }
}

void short_envelope_libcbor(benchmark::State& state) {
  unsigned char buffer[max_short_envelope];
  for (auto _ : state) {
    unsigned char* to = buffer;
    const auto put = [&](auto encode, auto value) {
      to += encode(value, to, static_cast<size_t>(buffer + sizeof buffer - to));
    };
    uint64_t request = 7814135;
    benchmark::DoNotOptimize(request);
    put(cbor_encode_array_start, size_t{4});
    put(cbor_encode_uint, uint64_t{50});
    put(cbor_encode_uint, request);
    put(cbor_encode_map_start, size_t{0});
    benchmark::DoNotOptimize(to);
  }
}

void short_envelope_rapidjson(benchmark::State& state) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  for (auto _ : state) {
    buffer.Clear();
    writer.Reset(buffer);
    writer.StartArray();
    uint64_t request = 7814135;
    benchmark::DoNotOptimize(request);
    writer.Uint64(50);
    writer.Uint64(request);
    writer.StartObject();
    writer.EndObject();
    benchmark::DoNotOptimize(buffer.GetString());
  }
}

BENCHMARK_CAPTURE(check_ours, json, Format::json, is_valid<JsonScanner>);
BENCHMARK(check_rapidjson);
BENCHMARK_CAPTURE(check_ours, msgpack, Format::msgpack, is_valid<MsgpackScanner>);
BENCHMARK(check_msgpack_c);
BENCHMARK_CAPTURE(check_ours, cbor, Format::cbor, is_valid<CborScanner>);
BENCHMARK(check_libcbor);
BENCHMARK_CAPTURE(read_values, json_ours, Format::json, JsonReader::read_values);
BENCHMARK_CAPTURE(read_values, json_rapidjson, Format::json, library::read_json);
BENCHMARK_CAPTURE(read_values, msgpack_ours, Format::msgpack, MsgpackReader::read_values);
BENCHMARK_CAPTURE(read_values, msgpack_msgpack_c, Format::msgpack, library::read_msgpack);
BENCHMARK_CAPTURE(transcode_with, json_ours, Format::json, JsonReader::read_values,
                  write_read<MsgpackWriter>);
BENCHMARK_CAPTURE(transcode_with, json_rapidjson, Format::json, library::read_json,
                  write_read<MsgpackWriter>);
BENCHMARK_CAPTURE(transcode_with, msgpack_ours, Format::msgpack, MsgpackReader::read_values,
                  write_read<JsonWriter>);
BENCHMARK_CAPTURE(transcode_with, msgpack_msgpack_c, Format::msgpack, library::read_msgpack,
                  write_read<JsonWriter>);
BENCHMARK_CAPTURE(write_ours, json, Format::json);
BENCHMARK(write_rapidjson);
BENCHMARK_CAPTURE(short_envelope_ours, json, Format::json);
BENCHMARK(short_envelope_rapidjson);
BENCHMARK_CAPTURE(short_envelope_ours, msgpack, Format::msgpack);
BENCHMARK(short_envelope_msgpack_c);
BENCHMARK_CAPTURE(short_envelope_ours, cbor, Format::cbor);
BENCHMARK(short_envelope_libcbor);

}  // namespace
}  // namespace serializers
