package dev.lorikeet.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.image.InvalidImageException;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What transformers computes of a picture's file, given patches by a convolution and the mask outright (vora_vectors.py). */
class VoraReferenceTest {
    private static final Path REFERENCE = Path.of("src/test/resources/vora");
    private static final int[] TEXT = {7, 300, 12, 45, 9, 100, 5};
    private static final Grid GRID = new Grid(12, 4);

    @Test
    void servingAndTrainingComputeTheReferencesLogits() throws IOException, InvalidImageException {
        byte[] file = Files.readAllBytes(REFERENCE.resolve("picture.png"));
        EncodedImage image = EncodedImage.of("image/png", file);
        Patches picture = image.decode().patches(GRID);
        try (BaseModel base = TinyModel.load(Precision.FLOAT32);
                SafetensorsFile reference = SafetensorsFile.open(REFERENCE.resolve("expected.safetensors"))) {
            float[] expected = reference.floats("logits");
            StoredAdapter adapter = StoredAdapter.read(REFERENCE, base.config());
            try (ResidentAdapter resident = base.attach(adapter);
                    Decoder decoder = new Decoder(base, 1, 32)) {
                assertThat(decoder.logits(List.of(TEXT), List.of(resident), List.of(picture))
                                .getFirst())
                        .containsExactly(expected, within(1e-4f));
            }
            int front = GRID.patches() * base.config().vocabularySize();
            TrainingOptions options = MethodChecks.options(1e-3, 1);
            try (TrainingRun run = TrainingRun.startFrom(
                    base, adapter, options, List.of(TinyModel.example(TEXT, 3).withImage(image)))) {
                assertThat(run.logits(TEXT, picture))
                        .containsExactly(Arrays.copyOfRange(expected, front, expected.length), within(1e-4f));
            }
        }
    }
}
