package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;

class OutOfDeviceMemoryExceptionTest {
    @Test
    void bothOfLibtorchsWordsForItAreUnderstood() {
        assertTranslated("CUDA out of memory. Tried to allocate 2.00 GiB.");
        assertTranslated("[enforce fail at alloc_cpu.cpp:115] . DefaultCPUAllocator: can't allocate memory: you tried");
    }

    @Test
    void otherFailuresStayAsTheyAre() {
        assertThatThrownBy(() -> OutOfDeviceMemoryException.translated(() -> {
                    throw new EngineException("mat1 and mat2 shapes cannot be multiplied");
                }))
                .isInstanceOf(EngineException.class);
    }

    private static void assertTranslated(String message) {
        assertThatThrownBy(() -> OutOfDeviceMemoryException.translated(() -> {
                    throw new EngineException("header\n" + message);
                }))
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining(message);
    }
}
