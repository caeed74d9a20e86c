package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.nvrtc.NVRTC_SUCCESS;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetNumSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetSupportedArchs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.KernelSource;
import longtail.nn.kernel.cuda.MapNumbers;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** NVIDIA's compiler at run time: our kernels as machine code of one kind of GPU. */
final class Nvrtc {
  private Nvrtc() {}

  /** Kinds of GPU that the host's library compiles for, as 90 for compute capability 9.0. */
  static List<Integer> architectures() {
    int[] count = new int[1];
    check("ask for architectures", nvrtcGetNumSupportedArchs(count));
    int[] all = new int[count[0]];
    check("ask for architectures", nvrtcGetSupportedArchs(all));
    return Arrays.stream(all).boxed().toList();
  }

  /**
   * Machine code of all our kernels with maps of {@code numbers}, which takes some seconds.
   *
   * @param architecture as 90 for compute capability 9.0
   * @throws LongTailException (CONFIG) if the library does not compile for it
   */
  static byte[] compile(MapNumbers numbers, int architecture) {
    List<String> options = new ArrayList<>(numbers.options());
    options.add("--gpu-architecture=sm_" + architecture);
    options.add("--std=c++17");
    _nvrtcProgram program = new _nvrtcProgram();
    try (BytePointer source = new BytePointer(KernelSource.text());
        BytePointer name = new BytePointer("longtail.cu");
        PointerPointer<BytePointer> arguments =
            new PointerPointer<>(options.toArray(String[]::new))) {
      PointerPointer<BytePointer> none = null;
      check("read the kernels", nvrtcCreateProgram(program, source, name, 0, none, none));
      if (nvrtcCompileProgram(program, options.size(), arguments) != NVRTC_SUCCESS) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "Cannot compile the kernels for a GPU of compute capability %d.%d: %s; install a newer CUDA toolkit"
                .formatted(architecture / 10, architecture % 10, firstLine(log(program))));
      }
      return machineCode(program);
    } finally {
      nvrtcDestroyProgram(program);
    }
  }

  private static byte[] machineCode(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      check("compile the kernels", nvrtcGetCUBINSize(program, size));
      byte[] code = new byte[Math.toIntExact(size.get())];
      check("compile the kernels", nvrtcGetCUBIN(program, code));
      return code;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      nvrtcGetProgramLogSize(program, size);
      byte[] log = new byte[Math.toIntExact(size.get())];
      nvrtcGetProgramLog(program, log);
      return new String(log, StandardCharsets.UTF_8);
    }
  }

  private static String firstLine(String log) {
    return log.lines().findFirst().orElse("no reason given").replace("\0", "").strip();
  }

  private static void check(String what, int status) {
    if (status != NVRTC_SUCCESS) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot %s with NVRTC: %s".formatted(what, nvrtcGetErrorString(status).getString()));
    }
  }
}
