package dev.lorikeet.engine.script;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's heap, which holds libtorch's tensors. Left to itself glibc returns freed memory to the system at every
 * chance and faults it in again a moment later: 55,000 page faults and 90 ms in a training step of 950 ms. So freed
 * memory is kept, and given back when something large has been closed. Elsewhere than on glibc nothing is done.
 */
public final class NativeHeap {
    private static final int TRIM_THRESHOLD = -1;
    private static final int TOP_PAD = -2;
    private static final int MMAP_THRESHOLD = -3;

    /** Kept at the top of each thread's heap. Such a heap is 64 MiB, so this keeps whole ones too. */
    private static final int PAD = 64 << 20;
    /** The largest that glibc takes; larger tensors (weights) come from the system and return to it by themselves. */
    private static final int LARGEST_OF_THE_HEAP = 32 << 20;

    private static final int MOST_KEPT = 1 << 30;

    private NativeHeap() {}

    /** Has the heap keep what is freed. Before the first tensors, or they are not counted. */
    @SuppressWarnings("restricted") // two numbers in, one out
    static void keepFreed() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("mallopt").ifPresent(address -> {
            MethodHandle mallopt = linker.downcallHandle(
                    address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            set(mallopt, MMAP_THRESHOLD, LARGEST_OF_THE_HEAP);
            set(mallopt, TRIM_THRESHOLD, MOST_KEPT);
            set(mallopt, TOP_PAD, PAD);
        });
    }

    /** Gives what is free back to the system: after a model or a training was closed. */
    @SuppressWarnings("restricted") // a number in, a number out
    public static void release() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> trim = linker.defaultLookup().find("malloc_trim");
        if (trim.isEmpty()) {
            return;
        }
        MethodHandle call =
                linker.downcallHandle(trim.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        try {
            int returned = (int) call.invokeExact(0L);
            // 1 or 0: whether there was something to give back.
            assert returned >= 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim cannot be called", e);
        }
    }

    private static void set(MethodHandle mallopt, int parameter, int value) {
        try {
            int done = (int) mallopt.invokeExact(parameter, value);
            if (done != 1) {
                throw new IllegalStateException("mallopt refuses " + parameter + " = " + value);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("mallopt cannot be called", e);
        }
    }
}
