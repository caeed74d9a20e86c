// What the test calls: the number of a kernel by its name, and its run. After the table `processor::entries`.

extern "C" int Java_longtail_nn_kernel_cuda_ProcessorDevice_find(void *, void *, long name) {
  for (int i = 0; i < processor::count; i++) {
    if (!std::strcmp(processor::entries[i].name, (const char *)name)) {
      return i;
    }
  }
  return -1;
}

extern "C" int Java_longtail_nn_kernel_cuda_ProcessorDevice_run(void *, void *, int kernel, int columns, int rows,
                                                                int threadsX, int threadsY, int backwards,
                                                                long arguments) {
  processor::body = processor::entries[kernel].run;
  processor::arguments = (void **)arguments;
  gridDim = {(unsigned)columns, (unsigned)rows};
  blockDim = {(unsigned)threadsX, (unsigned)threadsY};
  int blocks = columns * rows;
  for (int b = 0; b < blocks; b++) {
    int at = backwards ? blocks - 1 - b : b;
    blockIdx = {(unsigned)(at % columns), (unsigned)(at / columns)};
    if (!processor::block(backwards)) {
      return 1;
    }
  }
  return 0;
}
