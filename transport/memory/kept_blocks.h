// The memory of released buffers that each thread keeps for the next ones: up to 6 MiB.
#pragma once

namespace transport {

// Frees what the calling thread keeps. Some hundred small blocks that lie about also keep what is around them
// from going back to the kernel.
void give_back_kept_blocks();

}  // namespace transport
