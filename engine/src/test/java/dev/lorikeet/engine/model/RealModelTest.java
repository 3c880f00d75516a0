package dev.lorikeet.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** On the real SmolLM2-135M-Instruct, where LORIKEET_TEST_SMOLLM2 names its GGUF file. */
@EnabledIfEnvironmentVariable(named = "LORIKEET_TEST_SMOLLM2", matches = ".+")
class RealModelTest {
    @Test
    void readsTheRealModelAndItsTokenizer() throws Exception {
        long start = System.nanoTime();
        try (var files = ModelFiles.open(Path.of(System.getenv("LORIKEET_TEST_SMOLLM2")))) {
            long opened = System.nanoTime();
            double sum = 0;
            for (var info : files.weights().tensors()) {
                sum += files.weights().bytes(info.name()).byteSize();
            }
            long read = System.nanoTime();
            System.out.printf(
                    "opened in %d ms, %.0f MB dequantised in %d ms%n",
                    (opened - start) / 1_000_000, sum / 1e6, (read - opened) / 1_000_000);

            var cases = new ObjectMapper()
                    .readTree(Path.of("src/test/resources/gguf/smollm2.json").toFile());
            for (var each : cases) {
                var ids = files.tokenizer().encode(each.path("text").textValue(), false);
                assertThat(Arrays.toString(ids).replace(" ", ""))
                        .as(each.path("text").textValue())
                        .isEqualTo(each.path("ids").toString());
            }
        }
    }
}
