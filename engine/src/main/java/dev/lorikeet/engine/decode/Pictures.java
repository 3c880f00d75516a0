package dev.lorikeet.engine.decode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lorikeet.engine.adapter.Effects;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.image.Patches;
import dev.lorikeet.engine.script.Script;
import dev.lorikeet.engine.script.ScriptSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pictures that stand before texts, as a decoder's script takes them in: pictures.py. One thread owns it. */
final class Pictures {
    private final Script script;
    private final NDManager manager;
    /** Whether the script holds pictures of the step before. */
    private boolean shown;

    /** @param manager makes what lives as long as a call */
    Pictures(Script script, NDManager manager) {
        this.script = script;
        this.manager = manager;
    }

    static ScriptSource source() {
        return ScriptSource.of(Pictures.class, "pictures.py")
                .tensorList("pictures")
                .intList("picture_rows");
    }

    /**
     * Checks that an adapter reads a picture.
     *
     * @throws IllegalArgumentException if it wants another, or one where there is none, or reads none
     */
    static void require(@Nullable ResidentAdapter adapter, @Nullable Patches picture) {
        Effects.Vision vision = adapter == null ? null : adapter.vision();
        if (vision == null && picture != null) {
            throw new IllegalArgumentException("the adapter reads no image: one trained by vora does");
        }
        if (vision != null && (picture == null || !picture.grid().equals(vision.grid()))) {
            throw new IllegalArgumentException("the adapter reads an image of " + vision.grid() + ", not "
                    + (picture == null ? "text alone" : picture.grid()));
        }
    }

    /** Shows the script the pictures that come in with a batch, and none of before. */
    void show(Batch batch) {
        if (shown) {
            try (NDManager scope = manager.newSubManager()) {
                script.call(scope, "blink", Script.Mode.NO_GRADIENT, scope.create(0L));
            }
            shown = false;
        }
        int row = 0;
        for (Feed feed : batch.feeds()) {
            Patches picture = feed.sequence().nextPicture();
            ResidentAdapter adapter = feed.sequence().adapter();
            if (picture != null && adapter != null) {
                show(row, picture, adapter.patchEmbedding());
            }
            row += feed.rows();
        }
    }

    private void show(int row, Patches picture, List<NDArray> embedding) {
        try (NDManager scope = manager.newSubManager()) {
            Shape patches = new Shape(picture.grid().patches(), picture.grid().values());
            shown = true;
            script.call(
                    scope,
                    "look",
                    Script.Mode.NO_GRADIENT,
                    scope.create((long) row),
                    scope.create(picture.values(), patches),
                    embedding.get(0),
                    embedding.get(1),
                    embedding.get(2));
        }
    }
}
