package dev.lorikeet.trainer.training;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.trainer.attempt.DatasetUse;
import java.util.List;

/**
 * A job's examples, ready to be trained on.
 *
 * @param encoded those with something to learn
 * @param use what became of all of them
 */
record Examples(List<EncodedExample> encoded, DatasetUse use) {
    Examples {
        encoded = List.copyOf(encoded);
    }
}
