package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.NextToken;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.serving.batching.Feed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The engine's decoder under the requests' own numbers. */
final class DecoderSteps implements TokenSteps {
    private final Decoder decoder;
    private final Map<Long, Sequence> sequences = new HashMap<>();
    private final Map<Sequence, Long> ids = new HashMap<>();

    DecoderSteps(Decoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public int freeSlots() {
        return decoder.freeSlots();
    }

    @Override
    public void open(long id, Work.Input input, @Nullable ResidentAdapter adapter, SamplingOptions sampling) {
        Sequence sequence = decoder.open(input.tokens(), adapter, input.picture(), sampling);
        sequences.put(id, sequence);
        ids.put(sequence, id);
    }

    @Override
    public List<Sampled> step(List<Feed> feeds) {
        List<dev.lorikeet.engine.decode.Feed> rows = new ArrayList<>(feeds.size());
        for (Feed feed : feeds) {
            rows.add(new dev.lorikeet.engine.decode.Feed(sequence(feed.id()), feed.tokens()));
        }
        List<Sampled> sampled = new ArrayList<>();
        for (NextToken next : decoder.step(rows)) {
            Long id = ids.get(next.sequence());
            if (id == null) {
                throw new IllegalStateException("the decoder returned a sequence that was not fed");
            }
            sampled.add(new Sampled(id, next.token()));
        }
        return sampled;
    }

    @Override
    public void close(long id) {
        Sequence sequence = sequences.remove(id);
        if (sequence != null) {
            ids.remove(sequence);
            decoder.close(sequence);
        }
    }

    @Override
    public void close() {
        decoder.close();
    }

    private Sequence sequence(long id) {
        Sequence sequence = sequences.get(id);
        if (sequence == null) {
            throw new IllegalStateException("request " + id + " has no slot");
        }
        return sequence;
    }
}
