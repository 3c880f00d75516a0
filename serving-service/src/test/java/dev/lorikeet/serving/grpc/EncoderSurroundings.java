package dev.lorikeet.serving.grpc;

import dev.lorikeet.serving.tiny.TinyEncoder;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.file.Path;
import java.util.List;

/** The same over a base model that is an encoder. */
public class EncoderSurroundings extends Surroundings {
    @Override
    String modelName() {
        return TinyEncoder.NAME;
    }

    @Override
    Path writeModel(Path folder) {
        return TinyEncoder.write(folder);
    }

    /** Puts the service into them. */
    public static class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(EncoderSurroundings.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }
}
