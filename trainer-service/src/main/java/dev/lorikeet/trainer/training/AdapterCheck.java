package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.train.DivergedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The last look at an adapter before anybody can use it: it is written, read back as a server would, compared, and made
 * resident once.
 */
final class AdapterCheck {
    private AdapterCheck() {}

    /**
     * Writes an adapter and checks what was written.
     *
     * @param folder is made
     * @param sampleLoss the finished adapter's loss over some examples
     * @throws DivergedException if the loss is not finite
     * @throws IOException if the adapter does not read back as it was: not finite, or not of the model's shapes
     */
    static void write(StoredAdapter adapter, BaseModel model, Path folder, double sampleLoss) throws IOException {
        if (!Double.isFinite(sampleLoss)) {
            throw new DivergedException("the finished adapter's loss is " + sampleLoss);
        }
        Files.createDirectories(folder);
        adapter.write(folder);
        StoredAdapter read = StoredAdapter.read(folder, model.config());
        if (!same(adapter, read)) {
            throw new IOException("the adapter did not read back as it was written");
        }
        try (ResidentAdapter resident = model.attach(read)) {
            if (resident.bytes() <= 0) {
                throw new IOException("the adapter has no weights");
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("the adapter cannot be served: " + e.getMessage(), e);
        }
    }

    private static boolean same(StoredAdapter one, StoredAdapter other) {
        if (one.factors().size() != other.factors().size()) {
            return false;
        }
        for (int i = 0; i < one.factors().size(); i++) {
            var mine = one.factors().get(i);
            var its = other.factors().get(i);
            if (!mine.target().module().path().equals(its.target().module().path())
                    || !Arrays.equals(mine.a(), its.a())
                    || !Arrays.equals(mine.b(), its.b())) {
                return false;
            }
        }
        return true;
    }
}
