// Blocks and threads of CUDA on a processor: blocks run one after the other, the threads of a block in turns, each on a
// stack of its own until it reaches a barrier or its end. What is shared in a block is static.
#include <cmath>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <utility>

#define KERNEL static
#define __device__
#define __shared__ static

struct Extent {
  unsigned int x, y;
};
static Extent threadIdx, blockIdx, blockDim, gridDim;

static inline float __uint_as_float(unsigned int bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

static inline unsigned int __float_as_uint(float value) {
  unsigned int bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}

namespace processor {
// A thread's place: where it goes on after a barrier, or after its end with the next block.
struct Turn {
  jmp_buf place;
  bool begun;
  bool ended;
};
static Turn turns[1024];
static jmp_buf scheduler;
static int current;
static void (*body)(void **);
static void **arguments;

static void leave(int mine) {
  if (!_setjmp(turns[mine].place)) {
    _longjmp(scheduler, 1);
  }
}

static void thread() {
  for (int mine = current;;) {
    body(arguments);
    turns[mine].ended = true;
    leave(mine);
  }
}

static void begin(int mine) {
  const int size = 1 << 16;
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = std::malloc(size);
  context.uc_stack.ss_size = size;
  context.uc_link = nullptr;
  turns[mine].begun = true;
  makecontext(&context, thread, 0);
  setcontext(&context);
}

static void goOn(int mine) {
  if (!_setjmp(scheduler)) {
    if (turns[mine].begun) {
      _longjmp(turns[mine].place, 1);
    }
    begin(mine);
  }
}

// Runs one block; false if some of its threads end while others wait at a barrier.
static bool block(bool backwards) {
  int threads = blockDim.x * blockDim.y;
  for (int i = 0; i < threads; i++) {
    turns[i].ended = false;
  }
  for (int ended = 0; ended == 0;) {
    for (int i = 0; i < threads; i++) {
      current = backwards ? threads - 1 - i : i;
      threadIdx = {current % blockDim.x, current / blockDim.x};
      goOn(current);
      ended += turns[current].ended;
    }
    if (ended != 0 && ended != threads) {
      return false;
    }
  }
  return true;
}

template <class... A, size_t... I> void apply(void (*kernel)(A...), void **values, std::index_sequence<I...>) {
  kernel(*(A *)values[I]...);
}

template <class... A> void call(void (*kernel)(A...), void **values) {
  apply(kernel, values, std::index_sequence_for<A...>());
}

struct Entry {
  const char *name;
  void (*run)(void **);
};
} // namespace processor

static void __syncthreads() { processor::leave(processor::current); }
