// What the serializers cost per message, beside what the libraries' own trees would cost for the same bytes.
#include <string>

#include <benchmark/benchmark.h>
#include <msgpack.hpp>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "serializers/json/json_scanner.h"
#include "serializers/msgpack/msgpack_scanner.h"
#include "serializers/serializer.h"

namespace serializers {
namespace {

const std::string small_json =
    R"([48,7814135,{},"com.myapp.user.profile.update",["johnny",42,true],{"x":1.5,"name":"a text"}])";

std::string large_json() {
  std::string json = R"([48,7814135,{},"com.myapp.user.profile.update",[)";
  for (int i = 0; i < 64; ++i) {
    if (i > 0) json += ',';
    json +=
        R"({"id":)" + std::to_string(100000 + i) +
        R"(,"name":"Jürgen Müller","tags":["alpha","beta",null,true],"position":{"x":12.5,"y":-0.25,"z":1e-3},)"
        R"("text":"a line of text with a \"quote\" in it"})";
  }
  return json + "]]";
}

wamp::Call decode_call(Format format, const std::string& bytes, Scratch& scratch) {
  return std::get<wamp::Call>(*decode(format, bytes, scratch));
}

std::string to(Format format, const std::string& json) {
  Scratch scratch;
  wamp::Call call = decode_call(Format::json, json, scratch);
  std::string payload;
  const Arguments arguments = decode_arguments(Format::json, call.payload);
  encode_arguments(format, arguments, payload);
  call.payload.bytes = payload;
  return encode(format, call);
}

std::string sample(Format format, bool large) {
  const std::string json = large ? large_json() : small_json;
  return format == Format::json ? json : to(format, json);
}

void set_bytes(benchmark::State& state, size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
}

void skip_json(benchmark::State& state, bool large) {
  const std::string bytes = sample(Format::json, large);
  for (auto _ : state) {
    JsonScanner scanner(bytes, 128);
    benchmark::DoNotOptimize(scanner.skip_value());
  }
  set_bytes(state, bytes.size());
}

void skip_msgpack(benchmark::State& state, bool large) {
  const std::string bytes = sample(Format::msgpack, large);
  for (auto _ : state) {
    MsgpackScanner scanner(bytes, 128);
    benchmark::DoNotOptimize(scanner.skip_value());
  }
  set_bytes(state, bytes.size());
}

void decode_call(benchmark::State& state, Format format, bool large) {
  const std::string bytes = sample(format, large);
  Scratch scratch;
  for (auto _ : state) {
    auto message = decode(format, bytes, scratch);
    benchmark::DoNotOptimize(message);
  }
  set_bytes(state, bytes.size());
}

void decode_options(benchmark::State& state, Format format) {
  wamp::Publish publish;
  publish.request = wamp::RequestId(4711);
  publish.options = {{"acknowledge", true}, {"exclude_me", false}};
  publish.topic = "com.myapp.topic.one";
  const std::string bytes = encode(format, publish);
  Scratch scratch;
  for (auto _ : state) {
    auto message = decode(format, bytes, scratch);
    benchmark::DoNotOptimize(message);
  }
  set_bytes(state, bytes.size());
}

void encode_invocation(benchmark::State& state, Format format) {
  wamp::Invocation invocation;
  invocation.request = wamp::RequestId(7814135);
  invocation.registration = wamp::RegistrationId(4711);
  const wamp::Message message = invocation;
  std::string out;
  out.reserve(256);
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(encode_envelope(format, message, 2, out));
    benchmark::DoNotOptimize(out.data());
  }
}

void encode_result(benchmark::State& state, Format format) {
  wamp::CallResult result;
  result.request = wamp::RequestId(7814135);
  const wamp::Message message = result;
  std::string out;
  out.reserve(256);
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(encode_envelope(format, message, 1, out));
    benchmark::DoNotOptimize(out.data());
  }
}

void transcode_payload(benchmark::State& state, Format from, Format to, bool large) {
  const std::string bytes = sample(from, large);
  Scratch scratch;
  const wamp::Payload payload = decode_call(from, bytes, scratch).payload;
  std::string out;
  for (auto _ : state) {
    out.clear();
    transcode(from, to, payload, out);
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state, payload.bytes.size());
}

void rapidjson_tree(benchmark::State& state, bool large) {
  const std::string bytes = sample(Format::json, large);
  for (auto _ : state) {
    rapidjson::Document document;
    document.Parse(bytes.data(), bytes.size());
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    document.Accept(writer);
    benchmark::DoNotOptimize(buffer.GetString());
  }
  set_bytes(state, bytes.size());
}

void msgpack_tree(benchmark::State& state, bool large) {
  const std::string bytes = sample(Format::msgpack, large);
  for (auto _ : state) {
    const auto object = msgpack::unpack(bytes.data(), bytes.size());
    msgpack::sbuffer buffer;
    msgpack::pack(buffer, object.get());
    benchmark::DoNotOptimize(buffer.data());
  }
  set_bytes(state, bytes.size());
}

BENCHMARK_CAPTURE(skip_json, small, false);
BENCHMARK_CAPTURE(skip_json, large, true);
BENCHMARK_CAPTURE(skip_msgpack, small, false);
BENCHMARK_CAPTURE(skip_msgpack, large, true);
BENCHMARK_CAPTURE(decode_call, json_small, Format::json, false);
BENCHMARK_CAPTURE(decode_call, json_large, Format::json, true);
BENCHMARK_CAPTURE(decode_call, msgpack_small, Format::msgpack, false);
BENCHMARK_CAPTURE(decode_call, msgpack_large, Format::msgpack, true);
BENCHMARK_CAPTURE(decode_call, cbor_small, Format::cbor, false);
BENCHMARK_CAPTURE(decode_call, cbor_large, Format::cbor, true);
BENCHMARK_CAPTURE(decode_options, json, Format::json);
BENCHMARK_CAPTURE(decode_options, msgpack, Format::msgpack);
BENCHMARK_CAPTURE(encode_invocation, json, Format::json);
BENCHMARK_CAPTURE(encode_invocation, msgpack, Format::msgpack);
BENCHMARK_CAPTURE(encode_invocation, cbor, Format::cbor);
BENCHMARK_CAPTURE(encode_result, json, Format::json);
BENCHMARK_CAPTURE(encode_result, msgpack, Format::msgpack);
BENCHMARK_CAPTURE(transcode_payload, json_to_msgpack_small, Format::json, Format::msgpack, false);
BENCHMARK_CAPTURE(transcode_payload, json_to_msgpack_large, Format::json, Format::msgpack, true);
BENCHMARK_CAPTURE(transcode_payload, msgpack_to_json_small, Format::msgpack, Format::json, false);
BENCHMARK_CAPTURE(transcode_payload, msgpack_to_json_large, Format::msgpack, Format::json, true);
BENCHMARK_CAPTURE(transcode_payload, cbor_to_json_small, Format::cbor, Format::json, false);
BENCHMARK_CAPTURE(transcode_payload, cbor_to_json_large, Format::cbor, Format::json, true);
BENCHMARK_CAPTURE(transcode_payload, json_to_cbor_large, Format::json, Format::cbor, true);
BENCHMARK_CAPTURE(rapidjson_tree, small, false);
BENCHMARK_CAPTURE(rapidjson_tree, large, true);
BENCHMARK_CAPTURE(msgpack_tree, small, false);
BENCHMARK_CAPTURE(msgpack_tree, large, true);

}  // namespace
}  // namespace serializers
