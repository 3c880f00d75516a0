package dev.lorikeet.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    private static final Path MODEL = Path.of("src/test/resources/conformance/models/llama/model.safetensors");

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadBackAndTheSameBytesComeEachTime() throws Exception {
        var tensors = List.of(
                StoredTensor.of("b", List.of(2L, 3L), new float[] {1, 2, 3, 4, 5, 6}),
                StoredTensor.of("a", List.of(), new float[] {7}),
                StoredTensor.of("empty", List.of(0L, 5L), new float[] {}));
        var file = folder.resolve("x.safetensors");

        SafetensorsWriter.write(file, tensors, Map.of("format", "pt", "a", "é"));
        var first = Files.readAllBytes(file);
        SafetensorsWriter.write(file, tensors, Map.of("a", "é", "format", "pt"));

        assertThat(Files.readAllBytes(file)).isEqualTo(first);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
        try (var read = SafetensorsFile.open(file)) {
            assertThat(read.tensors().stream().map(TensorInfo::name)).containsExactly("b", "a", "empty");
            assertThat(read.floats("b")).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(read.info("a").shape()).isEmpty();
            assertThat(read.floats("a")).containsExactly(7);
            assertThat(read.metadata()).containsExactlyInAnyOrderEntriesOf(Map.of("format", "pt", "a", "é"));
            assertThatThrownBy(() -> read.bytes("c")).hasMessageContaining("no tensor 'c'");
        }
    }

    @Test
    void aFileOfPythonsIsCopiedBitByBit() throws Exception {
        var copy = folder.resolve("copy.safetensors");
        try (var original = SafetensorsFile.open(MODEL)) {
            var tensors = original.tensors().stream()
                    .map(info -> new StoredTensor(info, original.bytes(info.name())))
                    .toList();

            SafetensorsWriter.write(copy, tensors, original.metadata());

            try (var read = SafetensorsFile.open(copy)) {
                for (var info : original.tensors()) {
                    assertThat(read.bytes(info.name()).mismatch(original.bytes(info.name())))
                            .isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void memoryIsGivenBackAndReadOnly() throws Exception {
        var file = SafetensorsFile.open(MODEL);
        var bytes = file.bytes("model.norm.weight");

        assertThat(bytes.isReadOnly()).isTrue();
        file.close();
        file.close();

        assertThatThrownBy(() -> bytes.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void halvesAreWidened() throws Exception {
        var halves = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : new float[] {1, -2.5f, 65504, 0.1f}) {
            halves.putShort(Float.floatToFloat16(value));
        }
        var brains = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : new float[] {1, -2.5f, 3e38f, 0.1f}) {
            brains.putShort(Floats.toBfloat16(value));
        }
        var file = write(
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[8,16]}}",
                concat(halves.array(), brains.array()));

        try (var read = SafetensorsFile.open(file)) {
            assertThat(read.floats("h")).containsExactly(1, -2.5f, 65504, 0.099975586f);
            assertThat(read.floats("b")).containsExactly(1, -2.5f, 226 * 0x1p120f, 0.100097656f);
        }
        assertThat(Floats.toBfloat16(Float.NaN) & 0x7fff).isGreaterThan(0x7f80);
        assertThat(Floats.fromBfloat16(Floats.toBfloat16(Float.NEGATIVE_INFINITY)))
                .isNegative()
                .isInfinite();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', quoteCharacter = '~', textBlock = """
            [] ^ does not begin with '{'
            {"a":3} ^ has no dtype
            {"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}} ^ unsupported dtype 'F99'
            {"a":{"dtype":"F32","data_offsets":[0,8]}} ^ has no shape
            {"a":{"dtype":"F32","shape":[2]}} ^ has no data_offsets
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} ^ needs two data_offsets
            {"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}} ^ not a whole number
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} ^ negative size
            {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}} ^ impossible shape
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} ^ needs 12 bytes but claims 8
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} ^ claims bytes 0 to 16 of 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} ^ claims bytes 8 to 0
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ^ cover 4 bytes but the file holds 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} ^ already taken
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} ^ where byte 0 was expected
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ^ Duplicate field
            {"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ^ __metadata__.k is not a string
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x ^ not valid JSON
            """)
    void aLyingHeaderIsRefused(String header, String reason) throws Exception {
        var file = write(header, new byte[8]);

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void everyTruncationAndAbsurdLengthIsRefused() throws Exception {
        var whole = Files.readAllBytes(MODEL);
        var random = new Random(11);
        for (int i = 0; i < 100; i++) {
            var cut = folder.resolve("cut");
            Files.write(cut, Arrays.copyOf(whole, i < 20 ? i : random.nextInt(whole.length)));
            assertThatThrownBy(() -> SafetensorsFile.open(cut)).isInstanceOf(MalformedFileException.class);
        }
        for (long length : new long[] {-1, Long.MIN_VALUE, 0, 1, 100_000_001, Long.MAX_VALUE}) {
            ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
            var file = Files.write(folder.resolve("absurd"), whole);
            assertThatThrownBy(() -> SafetensorsFile.open(file)).isInstanceOf(MalformedFileException.class);
        }
    }

    @Test
    void aDamagedHeaderIsReadOrRefusedButNeverCrashes() throws Exception {
        var file = folder.resolve("damaged");
        var small = write(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                        + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[24,32]}}",
                new byte[32]);
        var whole = Files.readAllBytes(small);
        for (int seed = 0; seed < 2000; seed++) {
            var random = new Random(seed);
            var damaged = whole.clone();
            for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length - 32)] =
                        random.nextBoolean() ? (byte) random.nextInt(256) : (byte) ('0' + random.nextInt(10));
            }
            Files.write(file, damaged);

            try (var read = SafetensorsFile.open(file)) {
                for (var info : read.tensors()) {
                    assertThat(read.bytes(info.name()).byteSize()).isEqualTo(info.byteSize());
                }
            } catch (MalformedFileException e) {
                assertThat(e.reason()).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void shardsAreOneStore() throws Exception {
        SafetensorsWriter.write(
                folder.resolve("m-1.safetensors"),
                List.of(StoredTensor.of("a", List.of(1L), new float[] {1})),
                Map.of());
        SafetensorsWriter.write(
                folder.resolve("m-2.safetensors"),
                List.of(StoredTensor.of("b", List.of(1L), new float[] {2})),
                Map.of());
        index("{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}");

        try (var store = Safetensors.openFolder(folder)) {
            assertThat(store.tensors()).hasSize(2);
            assertThat(store.floats("a")).containsExactly(1);
            assertThat(store.floats("b")).containsExactly(2);
        }

        assertIndexRefused("{\"weight_map\":{\"a\":\"m-1.safetensors\",\"c\":\"m-2.safetensors\"}}", "'c' is not in");
        assertIndexRefused("{\"weight_map\":{\"a\":\"m-3.safetensors\"}}", "m-3.safetensors is missing");
        assertIndexRefused("{\"weight_map\":{\"a\":\"../m-1.safetensors\"}}", "in no file of this folder");
        assertIndexRefused("{\"weight_map\":{}}", "no weight_map");
        assertIndexRefused("{", "not valid JSON");
        SafetensorsWriter.write(
                folder.resolve("m-1.safetensors"),
                List.of(
                        StoredTensor.of("a", List.of(1L), new float[] {1}),
                        StoredTensor.of("x", List.of(1L), new float[] {1})),
                Map.of());
        assertIndexRefused("{\"weight_map\":{\"a\":\"m-1.safetensors\"}}", "does not name the shards' tensors [x]");
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve(Safetensors.INDEX), json);
    }

    private void assertIndexRefused(String json, String reason) throws IOException {
        index(json);

        assertThatThrownBy(() -> Safetensors.openFolder(folder))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(reason);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private Path write(String header, byte[] data) throws IOException {
        var json = header.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("file.safetensors"), bytes.array());
    }
}
