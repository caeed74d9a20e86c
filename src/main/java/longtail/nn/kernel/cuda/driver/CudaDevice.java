package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_OUT_OF_MEMORY;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRelease;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoH;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoD;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Grid;
import longtail.nn.kernel.cuda.LaunchArguments;
import longtail.nn.kernel.cuda.MapNumbers;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One GPU with our kernels compiled for it, by CUDA's driver. It has not run on a GPU yet.
 *
 * <p>It is for the thread that opened it.
 */
final class CudaDevice implements Device {
  private static final int NAME_LENGTH = 256;

  private final int device;
  private final MapNumbers numbers;
  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  private final CUmod_st module = new CUmod_st();
  private final Map<String, CUfunc_st> functions = new HashMap<>();
  private final LaunchArguments places = new LaunchArguments();
  private final int processors;

  /** GPU {@code number} of the host, for maps of {@code numbers}; compiles the kernels. */
  CudaDevice(int number, MapNumbers numbers) {
    this.numbers = numbers;
    int[] found = new int[1];
    check("open device " + number, cuDeviceGet(found, number));
    device = found[0];
    check("open device " + number, cuDevicePrimaryCtxRetain(context, device));
    check("open device " + number, cuCtxSetCurrent(context));
    check("make a stream", cuStreamCreate(stream, CU_STREAM_NON_BLOCKING));
    processors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    int architecture =
        10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    CudaRequirements.requireCapability(name(), architecture);
    try (BytePointer code = new BytePointer(Nvrtc.compile(numbers, architecture))) {
      check("load the kernels", cuModuleLoadData(module, code));
    }
  }

  private static void check(String what, int status) {
    CudaDriver.check(what, status);
  }

  private int attribute(int which) {
    int[] value = new int[1];
    check("ask for attributes", cuDeviceGetAttribute(value, which, device));
    return value[0];
  }

  /** What NVIDIA calls this GPU. */
  String name() {
    byte[] name = new byte[NAME_LENGTH];
    check("ask for the name", cuDeviceGetName(name, NAME_LENGTH, device));
    int end = 0;
    while (end < NAME_LENGTH && name[end] != 0) {
      end++;
    }
    return new String(name, 0, end, StandardCharsets.UTF_8);
  }

  /** Where all work of this device is queued. */
  CUstream_st stream() {
    return stream;
  }

  @Override
  public int processors() {
    return processors;
  }

  @Override
  public MapNumbers numbers() {
    return numbers;
  }

  @Override
  public void launch(String kernel, Grid grid, Object... arguments) {
    PointerPointer<Pointer> addresses = places.of(kernel, arguments);
    check(
        "run " + kernel,
        cuLaunchKernel(
            functions.computeIfAbsent(kernel, this::function),
            Math.toIntExact(grid.columns()),
            Math.toIntExact(grid.rows()),
            1,
            grid.threadsX(),
            grid.threadsY(),
            1,
            0,
            stream,
            addresses,
            (PointerPointer<Pointer>) null));
  }

  private CUfunc_st function(String kernel) {
    CUfunc_st function = new CUfunc_st();
    check("find " + kernel, cuModuleGetFunction(function, module, kernel));
    return function;
  }

  @Override
  public long allocate(long bytes) {
    long[] address = new long[1];
    int status = cuMemAlloc(address, Math.max(1, bytes));
    if (status == CUDA_ERROR_OUT_OF_MEMORY) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot allocate %d MB on the GPU '%s', of which %d MB are free; make batch-size smaller, or use a GPU with more memory"
              .formatted(bytes >> 20, name(), freeBytes() >> 20));
    }
    check("allocate memory", status);
    return address[0];
  }

  /** Bytes that nobody has allocated on this GPU. */
  long freeBytes() {
    try (SizeTPointer free = new SizeTPointer(1);
        SizeTPointer all = new SizeTPointer(1)) {
      check("ask for free memory", cuMemGetInfo(free, all));
      return free.get();
    }
  }

  @Override
  public void free(long address) {
    if (address != 0) {
      synchronize();
      check("free memory", cuMemFree(address));
    }
  }

  /** The stream does not wait for copies outside of it, so they wait for the stream. */
  @Override
  public void upload(Pointer from, long to, long bytes) {
    synchronize();
    check("upload", cuMemcpyHtoD(to, from, bytes));
  }

  @Override
  public void download(long from, Pointer to, long bytes) {
    synchronize();
    check("download", cuMemcpyDtoH(to, from, bytes));
  }

  @Override
  public void copy(long from, long to, long bytes) {
    check("copy", cuMemcpyDtoDAsync(to, from, bytes, stream));
  }

  @Override
  public void clear(long address, long bytes) {
    check("clear memory", cuMemsetD8Async(address, (byte) 0, bytes, stream));
  }

  @Override
  public void synchronize() {
    check("finish what was begun", cuStreamSynchronize(stream));
  }

  @Override
  public void close() {
    places.close();
    check("close", cuModuleUnload(module));
    check("close", cuStreamDestroy(stream));
    check("close", cuDevicePrimaryCtxRelease(device));
  }
}
