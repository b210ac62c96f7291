// cnats 3.4.1 does not free what it has of a message when a connection ends in the middle of it: one message
// for each connection that is lost, at most.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:natsBuf_Create\n";
}
