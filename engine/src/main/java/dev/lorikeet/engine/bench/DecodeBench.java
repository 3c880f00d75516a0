package dev.lorikeet.engine.bench;

import dev.lorikeet.engine.adapter.AdapterTensors;
import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.engine.adapter.StoredAdapter;
import dev.lorikeet.engine.adapter.TensorSpec;
import dev.lorikeet.engine.decode.Decoder;
import dev.lorikeet.engine.decode.Feed;
import dev.lorikeet.engine.decode.SamplingOptions;
import dev.lorikeet.engine.decode.Sequence;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Times decoding, prefill and loading of one model. The caller alternates cases (and the peer) and takes medians; one
 * thread uses it.
 */
public final class DecodeBench implements AutoCloseable {
    private static final int FIRST_ORDINARY_TOKEN = 3;

    private final BaseModel model;
    private final Decoder decoder;
    private final double loadMillis;
    private final List<ResidentAdapter> adapters = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);

    /**
     * Loads a model, its weights brought to the device.
     *
     * @param maxRows the most rows of any case
     * @param maxLength the longest context of any case, with what it grows by
     */
    public DecodeBench(Path path, LoadOptions options, int maxRows, int maxLength) throws IOException {
        long begin = System.nanoTime();
        this.model = BaseModel.load(path, options);
        this.decoder =
                new Decoder(model, maxRows, Math.min(maxLength, model.config().contextLength()));
        this.loadMillis = (System.nanoTime() - begin) / 1e6;
    }

    /** From the files to a decoder that is ready, the tensor library's own start not counted. */
    public double loadMillis() {
        return loadMillis;
    }

    /** Bytes of the keys and values now. */
    public long cacheBytes() {
        return decoder.cacheBytes();
    }

    /**
     * Decode steps over contexts of the case's length, greedily.
     *
     * @return milliseconds of each step
     */
    public List<Double> decode(DecodeCase work, int steps) {
        List<Sequence> rows = open(work);
        try {
            feedAll(rows);
            // One step to warm up: the adapters are brought in, the operators' plans made.
            feedAll(rows);
            List<Double> millis = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                long begin = System.nanoTime();
                feedAll(rows);
                millis.add((System.nanoTime() - begin) / 1e6);
            }
            return millis;
        } finally {
            rows.forEach(decoder::close);
        }
    }

    /**
     * Prefills of fresh rows, up to the logits that follow.
     *
     * @return milliseconds of each
     */
    public List<Double> prefill(DecodeCase work, int times) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            List<Sequence> rows = open(work);
            try {
                long begin = System.nanoTime();
                feedAll(rows);
                millis.add((System.nanoTime() - begin) / 1e6);
            } finally {
                rows.forEach(decoder::close);
            }
        }
        return millis;
    }

    private void feedAll(List<Sequence> rows) {
        decoder.step(rows.stream().map(row -> new Feed(row, row.pending())).toList());
    }

    private List<Sequence> open(DecodeCase work) {
        List<Sequence> rows = new ArrayList<>();
        for (int row = 0; row < work.rows(); row++) {
            int[] prompt = random.ints(
                            work.length(), FIRST_ORDINARY_TOKEN, model.config().vocabularySize())
                    .toArray();
            rows.add(decoder.open(prompt, work.rank() == 0 ? null : adapter(row, work.rank()), SamplingOptions.GREEDY));
        }
        return rows;
    }

    private ResidentAdapter adapter(int index, int rank) {
        if (!adapters.isEmpty() && adapters.getFirst().width() != rank) {
            adapters.forEach(ResidentAdapter::close);
            adapters.clear();
        }
        while (adapters.size() <= index) {
            LoraConfig config = LoraConfig.allLinear(rank, 2 * rank);
            Map<String, float[]> values = new LinkedHashMap<>();
            List<TensorSpec> specs = config.tensors(model.config());
            specs.forEach(spec -> values.put(spec.name(), normal(spec.elements(), 0.015)));
            adapters.add(model.attach(new StoredAdapter(config, AdapterTensors.of(specs, values))));
        }
        return adapters.get(index);
    }

    private float[] normal(int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }

    /** The median; of an even number the lower one. */
    public static double median(List<Double> values) {
        return values.stream().sorted().toList().get((values.size() - 1) / 2);
    }

    @Override
    public void close() {
        adapters.forEach(ResidentAdapter::close);
        decoder.close();
        model.close();
    }
}
