package dev.lorikeet.engine.script;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Starts DJL's PyTorch engine with our settings (offline, no tracking, no graph optimizer) and answers what the machine
 * can do. Safe to call from any thread; every entry point of the engine starts it, so nobody needs to.
 */
public final class TensorRuntime {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    /** Rounds of libgomp's waiting loop: see {@link #waitWithSomeSpinning}; measured in docs/experiments.md. */
    private static final String SPINS = "10000";

    private static boolean started;

    private TensorRuntime() {}

    /** Starts the engine with as many operator threads as cores, unless it runs already. */
    public static void start() {
        start(0);
    }

    /**
     * Starts the engine, or changes the thread count of a running one. The count is one for the whole process:
     * concurrent callers times this count should stay within the cores.
     *
     * @param threads operator threads; 0 leaves a running engine as it is and starts a new one with one a core
     */
    public static synchronized void start(int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must not be negative: " + threads);
        }
        if (!started) {
            setDefault("OPT_OUT_TRACKING", "true");
            setDefault("ai.djl.offline", "true");
            // Profiling executors recompile in the first calls of every new shape: seconds, for no gain here.
            setDefault("ai.djl.pytorch.graph_optimizer", "false");
            setDefault("ai.djl.pytorch.num_interop_threads", "1");
            int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
            setDefault("ai.djl.pytorch.num_threads", Integer.toString(count));
            waitWithSomeSpinning();
            NativeHeap.keepFreed();
            Engine.getEngine("PyTorch");
            started = true;
        }
        if (threads > 0) {
            JniUtils.setNumThreads(threads);
        }
    }

    /** The number of operator threads in use. */
    public static int threads() {
        start();
        return JniUtils.getNumThreads();
    }

    /** A new root manager on a device; whoever asks closes it. */
    public static NDManager newManager(Device device) {
        start();
        return NDManager.newBaseManager(device, "PyTorch");
    }

    /**
     * The device for a configured name.
     *
     * @param name {@code auto} (a GPU where there is one, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IllegalArgumentException if the name is none of these, or no such GPU is here
     */
    public static Device device(String name) {
        start();
        int gpus = Engine.getEngine("PyTorch").getGpuCount();
        if (name.equals("auto")) {
            return gpus > 0 ? Device.gpu(0) : Device.cpu();
        }
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        if (name.equals("cuda") || name.matches("cuda:\\d{1,4}")) {
            int index = name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length()));
            if (index >= gpus) {
                throw new IllegalArgumentException("device " + name + " is not here: " + gpus + " GPUs found");
            }
            return Device.gpu(index);
        }
        throw new IllegalArgumentException("unknown device " + name + ": use auto, cpu, cuda or cuda:N");
    }

    /** Whether matrix products in bfloat16 run on hardware of their own there, rather than being emulated. */
    public static boolean hasBfloat16(Device device) {
        if (device.isGpu()) {
            start();
            return Integer.parseInt(CudaUtils.getComputeCapability(device.getDeviceId())) >= 80;
        }
        try {
            if (!Files.isReadable(CPU_INFO)) {
                return false;
            }
            String info = Files.readString(CPU_INFO);
            return info.contains("amx_bf16") || info.contains("avx512_bf16");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Has libtorch's OpenMP threads spin for some hundred microseconds between operators, then sleep: right for a process
     * with cores of its own, where a wake-up of some 50 microseconds in each of a step's hundreds of operators would cost
     * a third of it. Beside other busy processes spinning is ruinous (on two crowded cores a decode step of 28 ms took 800
     * to 1800 ms with libgomp's default): who starts several on the same cores sets {@code GOMP_SPINCOUNT} to 1000.
     * The library reads its environment when it is loaded, so the variables must be in the process's own environment
     * before that, which Java can only reach through C. What the user has set is kept.
     */
    @SuppressWarnings("restricted") // setenv and the strings that C copies.
    private static void waitWithSomeSpinning() {
        if (System.getenv("OMP_WAIT_POLICY") != null || System.getenv("GOMP_SPINCOUNT") != null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return;
        }
        MethodHandle call = linker.downcallHandle(
                setenv.get(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        Map<String, String> variables = Map.of("OMP_WAIT_POLICY", "PASSIVE", "GOMP_SPINCOUNT", SPINS);
        try (Arena arena = Arena.ofConfined()) {
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                int result = (int) call.invokeExact(
                        arena.allocateFrom(variable.getKey()), arena.allocateFrom(variable.getValue()), 0);
                if (result != 0) {
                    throw new IllegalStateException("setenv failed");
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("setenv cannot be called", e);
        }
    }

    private static void setDefault(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
