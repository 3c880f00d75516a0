package dev.lorikeet.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GgufFileTest {
    static final Path RESOURCES = Path.of("src/test/resources/gguf");
    static final Path TINY = RESOURCES.resolve("tiny-llama.gguf");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = GgufType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "F16", "BF16"})
    void dequantisesEveryTypeAsTheReferenceDoes(GgufType type) throws Exception {
        try (var vectors = SafetensorsFile.open(RESOURCES.resolve("quantised.safetensors"))) {
            var quantised = vectors.bytes(type + ".bytes").toArray(ValueLayout.JAVA_BYTE);
            var expected = vectors.floats(type + ".floats");
            var values = new float[expected.length];

            Dequantiser.dequantise(type, quantised, quantised.length / type.blockBytes(), values);

            for (int i = 0; i < expected.length; i++) {
                assertThat(values[i]).as("element %d", i).isCloseTo(expected[i], within(1e-5f));
            }
        }
    }

    @Test
    void showsTheTensorsOfTheModelThatItWasMadeFrom() throws Exception {
        try (var gguf = GgufFile.open(TINY);
                var original = SafetensorsFile.open(
                        Path.of("src/test/resources/conformance/models/llama/model.safetensors"))) {
            assertThat(gguf.tensors().stream().map(TensorInfo::name))
                    .containsExactlyInAnyOrderElementsOf(
                            original.tensors().stream().map(TensorInfo::name).toList());
            for (var info : original.tensors()) {
                assertThat(gguf.info(info.name()).shape()).isEqualTo(info.shape());
                var expected = original.floats(info.name());
                var actual = gguf.floats(info.name());
                double error = 0;
                double size = 0;
                for (int i = 0; i < expected.length; i++) {
                    error += Math.pow(expected[i] - actual[i], 2);
                    size += Math.pow(expected[i], 2);
                }
                double tolerance = switch (gguf.storedAs(info.name())) {
                    case F32 -> 0;
                    case F16 -> 0.0005;
                    case BF16 -> 0.004;
                    case Q8_0 -> 0.01;
                    default -> 0.12;
                };
                assertThat(Math.sqrt(error / size)).as(info.name()).isLessThanOrEqualTo(tolerance);
            }
        }
    }

    @Test
    void aRowIsThatOfTheWholeMatrix() throws Exception {
        try (var gguf = GgufFile.open(TINY);
                var plain = SafetensorsFile.open(
                        Path.of("src/test/resources/conformance/models/llama/model.safetensors"))) {
            for (TensorStore store : java.util.List.of(gguf, plain)) {
                for (var info : store.tensors()) {
                    if (info.shape().size() == 2) {
                        var whole = store.floats(info.name());
                        int rows = Math.toIntExact(info.shape().getFirst());
                        int width = whole.length / rows;
                        for (int row : new int[] {0, rows / 2, rows - 1}) {
                            assertThat(store.row(info.name(), row))
                                    .as(info.name())
                                    .containsExactly(
                                            java.util.Arrays.copyOfRange(whole, row * width, (row + 1) * width));
                        }
                        assertThatThrownBy(() -> store.row(info.name(), rows))
                                .isInstanceOf(IllegalArgumentException.class);
                    }
                }
            }
        }
    }

    @Test
    void readsMetadataOfEveryKindThatItHolds() throws Exception {
        try (var gguf = GgufFile.open(TINY)) {
            assertThat(gguf.metadata().text("general.architecture")).isEqualTo("llama");
            assertThat(gguf.metadata().integer("llama.block_count")).isEqualTo(3);
            assertThat(gguf.metadata().number("llama.rope.freq_base")).isEqualTo(10_000);
            assertThat(gguf.metadata().texts("tokenizer.ggml.tokens"))
                    .hasSize(384)
                    .startsWith("<|endoftext|>");
            assertThatThrownBy(() -> gguf.metadata().integer("general.architecture"))
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContaining("general.architecture must be a whole number");
        }
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        var whole = Files.readAllBytes(TINY);
        var random = new Random(5);

        for (int i = 0; i < 200; i++) {
            // Most cuts in the header, some in the data; the padding at the very end may be missing.
            int length = i % 4 == 0 ? random.nextInt(whole.length - 64) : random.nextInt(9000);
            var cut = folder.resolve("cut.gguf");
            Files.write(cut, java.util.Arrays.copyOf(whole, length));

            assertThatThrownBy(() -> GgufFile.open(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(MalformedFileException.class);
        }
    }

    @Test
    void aDamagedHeaderIsReadOrRefusedButNeverCrashes() throws Exception {
        var whole = Files.readAllBytes(TINY);
        for (int seed = 0; seed < 1500; seed++) {
            var random = new Random(seed);
            var damaged = whole.clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                damaged[4 + random.nextInt(9000)] = (byte) random.nextInt(256);
            }
            var file = folder.resolve("damaged.gguf");
            Files.write(file, damaged);

            try (var gguf = GgufFile.open(file)) {
                for (var info : gguf.tensors()) {
                    assertThat(gguf.bytes(info.name()).byteSize())
                            .as("seed %d", seed)
                            .isEqualTo(info.byteSize());
                }
            } catch (MalformedFileException e) {
                assertThat(e.reason()).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void unknownVersionsAndTypesAreNamed() throws Exception {
        assertRefused(patched(4, 1), "GGUF version 1 is not read");
        assertRefused(patched(4, 0x03000000), "big-endian");
        assertRefused(patched(0, 0), "not a GGUF file");
        assertRefused(new byte[3], "not a GGUF file");
        assertRefused(longPatched(8, 1L << 60), "tensors, more than it can hold");
        assertRefused(longPatched(16, -1), "metadata pairs, more than it can hold");
    }

    private byte[] patched(int at, int value) throws IOException {
        var bytes = Files.readAllBytes(TINY);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return bytes;
    }

    private byte[] longPatched(int at, long value) throws IOException {
        var bytes = Files.readAllBytes(TINY);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return bytes;
    }

    private void assertRefused(byte[] bytes, String reason) throws IOException {
        var file = folder.resolve("refused.gguf");
        Files.write(file, bytes);

        assertThatThrownBy(() -> GgufFile.open(file))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(reason);
    }
}
