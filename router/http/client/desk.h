// What all that is asked over HTTP on one worker has in common.
//
// On the worker's thread only. Outlives all who ask there.
#pragma once

#include <vector>

#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/memory/buffer.h"

namespace router::http {

class StreamSession;

struct Desk {
  Worker& worker;
  serializers::Scratch scratch = {};         // for what sessions say
  std::vector<StreamSession*> streams = {};  // each knows its place
  // The last event that was told, and how: nearly always the next stream wants the same.
  transport::BufferRef event = {}, event_text = {};
};

}  // namespace router::http
