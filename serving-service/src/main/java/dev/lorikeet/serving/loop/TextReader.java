package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.encode.Encoder;
import dev.lorikeet.engine.encode.Encoding;
import dev.lorikeet.engine.encode.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the inference thread needs of an encoder. Called by that thread alone. */
interface TextReader extends AutoCloseable {
    /** Reads texts in one batch, each with its adapter, null for the base; one entry a text. */
    List<Encoding> read(List<Text> texts, List<@Nullable ResidentAdapter> adapters);

    @Override
    void close();

    /** The engine's. */
    static TextReader of(Encoder encoder) {
        return new TextReader() {
            @Override
            public List<Encoding> read(List<Text> texts, List<@Nullable ResidentAdapter> adapters) {
                return encoder.encode(texts, adapters);
            }

            @Override
            public void close() {
                encoder.close();
            }
        };
    }
}
