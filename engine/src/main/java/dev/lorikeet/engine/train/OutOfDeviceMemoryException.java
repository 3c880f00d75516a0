package dev.lorikeet.engine.train;

import ai.djl.engine.EngineException;
import java.util.function.Supplier;

/** The device's memory (a GPU's, or the host's for a CPU) did not suffice. Smaller micro-batches may help. */
public final class OutOfDeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutOfDeviceMemoryException(String reason, Throwable cause) {
        super(reason, cause);
    }

    /** Runs tensor work, turning libtorch's ways to say that memory ran out into this exception. */
    static <T> T translated(Supplier<T> work) {
        try {
            return work.get();
        } catch (EngineException e) {
            if (means(e)) {
                throw new OutOfDeviceMemoryException("the device ran out of memory: " + firstLine(e), e);
            }
            throw e;
        }
    }

    static boolean means(EngineException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("out of memory") || message.contains("can't allocate memory");
    }

    private static String firstLine(EngineException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> line.contains("out of memory") || line.contains("can't allocate memory"))
                .findFirst()
                .orElse("");
    }
}
