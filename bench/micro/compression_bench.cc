// What it costs to compress a message, and to inflate it, and how many bytes are left: docs/performance.md.
//
// Each case is run a fixed number of times, so that valgrind can count its instructions.
#include <string>

#include <benchmark/benchmark.h>

#include "serializers/serializer.h"
#include "transport/framing/framing.h"
#include "transport/websocket/deflate.h"

namespace {

using serializers::Format;
using transport::Compression;
using transport::Deflater;
using transport::InflatedMessage;

constexpr int64_t repetitions = 100;

// The arguments of an event of about that size in JSON: readings of a plant's sensors.
std::string readings(Format format, size_t size) {
  std::string json = "[[";
  uint32_t state = 1;
  const auto chance = [&state](uint32_t bound) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % bound;
  };
  for (int i = 0; json.size() < size; ++i) {
    if (i > 0) json += ',';
    json += R"({"sensor":"hall-)" + std::to_string(chance(20)) + "/" + std::to_string(chance(400)) +
            R"(","at":)" + std::to_string(1764400000 + 15 * i) + R"(,"value":)" +
            std::to_string(chance(100000)) + "." + std::to_string(chance(100)) +
            R"(,"unit":"kPa","ok":true})";
  }
  json += "]]";
  std::string bytes;
  serializers::transcode(Format::json, format, {json, 1}, bytes);
  return bytes;
}

void report(benchmark::State& state, size_t size, size_t compressed) {
  state.counters["bytes"] = static_cast<double>(size);
  state.counters["compressed"] = static_cast<double>(compressed);
}

void deflate(benchmark::State& state, Format format, Compression how) {
  const std::string message = readings(format, static_cast<size_t>(state.range(0)));
  Deflater deflater;
  size_t size = message.size();
  for (auto _ : state)
    if (const auto compressed = deflater.compress(how, message)) size = compressed->size();
  report(state, message.size(), size);
}

void inflate(benchmark::State& state, Format format, Compression how) {
  const std::string message = readings(format, static_cast<size_t>(state.range(0)));
  const auto compressed = Deflater().compress(how, message);
  for (auto _ : state) {
    InflatedMessage inflated(16 * 1024 * 1024);
    inflated.take({compressed->data(), compressed->size()});
    inflated.end();
  }
  report(state, message.size(), compressed->size());
}

constexpr Compression usual(15, 8), narrow(11, 4);

void sizes(benchmark::internal::Benchmark* one) {
  for (const int64_t size : {500, 1000, 10'000, 100'000, 1'000'000}) one->Arg(size);
  one->Iterations(repetitions);
}

BENCHMARK_CAPTURE(deflate, json, Format::json, usual)->Apply(sizes);
BENCHMARK_CAPTURE(deflate, msgpack, Format::msgpack, usual)->Apply(sizes);
BENCHMARK_CAPTURE(deflate, json_narrow, Format::json, narrow)->Apply(sizes);
BENCHMARK_CAPTURE(inflate, json, Format::json, usual)->Apply(sizes);
BENCHMARK_CAPTURE(inflate, msgpack, Format::msgpack, usual)->Apply(sizes);

}  // namespace
